"""A group of a thousand: everybody gets every message once and in order, and what they do is counted."""

from typing import Any

import pytest

from holdfast.lab import AnswerDelay, Phone
from house import House

#: All that WhatsApp allows are 1,024.
_MEMBERS = 1_000
#: So many phones are looked at. Two write: each has to encrypt for everybody.
_SEEN, _WRITING = 25, 2


@pytest.fixture
async def members(house: House) -> list[Phone]:
    """Phones that answer at once: a thousand pauses would only take time."""
    await house.simulator.set_answer_delay(AnswerDelay())
    return [await house.simulator.phone(f"Member {n}") for n in range(_MEMBERS - 1)]


async def test_a_group_of_a_thousand_members(house: House, members: list[Phone]) -> None:
    _, owner = await house.link("taxi")
    group = await members[0].make_group("Everybody", owner, *members[1:])
    found = await house.ask("GET", f"/v1/sessions/taxi/groups/{group.jid}")
    assert len(found["members"]) == _MEMBERS

    async def send(**body: Any) -> str:
        wanted = {"to": group.jid, **body}
        return str((await house.ask("POST", "/v1/sessions/taxi/messages", 202, json=wanted))["message_id"])

    first = await send(text="helo")
    ids = [first, await send(content={"kind": "edit", "edited": first, "text": "hello"})]
    ids += [await send(text="and a line")]

    async def everybody_has(message_id: str) -> bool:
        shown = await house.ask("GET", f"/v1/sessions/taxi/messages/{message_id}")
        delivered: int = shown["sent"]["delivered_to"]
        return delivered == _MEMBERS - 1

    for message_id in (first, ids[-1]):
        await house.until(lambda it=message_id: everybody_has(it), "not everybody has it")
    for member in members[:: _MEMBERS // _SEEN]:
        items, _ = await member.inbox()
        assert [it.id for it in items] == ids
        assert [it.duplicates for it in items] == [0] * len(ids)

    async def talk(member: Phone) -> list[str]:
        said = await member.say(group, "one")
        return [said, await member.react(group, first, "👍"), await member.say(group, "two")]

    said = [await talk(member) for member in members[:_WRITING]]

    async def received() -> list[str]:
        query = {"format": "json", "after": "", "type": "message.received", "limit": 500}
        page = await house.ask("GET", "/v1/events", params=query)
        return [it["data"]["message_id"] for it in page["events"]]

    async def all_here() -> bool:
        return len(await received()) >= 3 * _WRITING

    await house.until(all_here, "not everything arrived")
    arrived = await received()
    assert sorted(arrived) == sorted(it for each in said for it in each)
    for each in said:
        assert [it for it in arrived if it in each] == each
