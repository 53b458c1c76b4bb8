"""Never again: a long backlog comes out of order because more was read than could be queued."""

import asyncio
from collections.abc import Sequence

import pytest

from holdfast.lab import Group, Phone
from house import House

_WAITING = 5000
_PIECE = 250


async def _rooms(house: House, number: str, chats: int) -> Sequence[tuple[Phone, Group | Phone]]:
    """Who writes and where: one person, or many chats of which every fifth is a group."""
    own = house.simulator.at(number)
    rooms: list[tuple[Phone, Group | Phone]] = []
    for n in range(chats):
        friend = await house.simulator.phone(f"Friend {n}")
        rooms.append((friend, await friend.make_group(f"Group {n}", own) if n % 5 == 4 else own))
    return rooms


@pytest.mark.parametrize("chats", [1, 50])
async def test_five_thousand_messages_come_in_the_order_of_their_chats(house: House, chats: int) -> None:
    number, _ = await house.link("taxi")
    rooms = await _rooms(house, number, chats)
    await house.ask("POST", "/v1/sessions/taxi/disconnect")
    each = _WAITING // chats

    async def write(chat: int) -> None:
        friend, room = rooms[chat]
        for start in range(0, each, _PIECE):
            piece = range(start, min(start + _PIECE, each))
            await friend.say_many([(room, f"{chat}/{n}") for n in piece])

    await asyncio.gather(*(write(chat) for chat in range(chats)))
    await house.ask("POST", "/v1/sessions/taxi/connect")

    async def drained() -> bool:
        left: int = (await house.simulator.at(number).account()).companions[0].queue
        return left == 0

    await house.until(drained, "the backlog did not drain", within_s=600)
    arrived = [text for text in await house.texts() if "/" in text]
    assert len(arrived) == _WAITING
    for chat in range(chats):
        assert [text for text in arrived if text.startswith(f"{chat}/")] == [
            f"{chat}/{n}" for n in range(each)
        ]
