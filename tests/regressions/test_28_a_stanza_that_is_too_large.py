"""Never again: one stanza of nine megabytes holds up everything behind it forever."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from house import House

_TAG_OF_CONVERSATION = b"\x0a"


def _text_of(size: int) -> bytes:
    """An encoded `waE2E.Message` with a text of this size."""
    length, left = b"", size
    while left > 0x7F:
        length += bytes([left & 0x7F | 0x80])
        left >>= 7
    return _TAG_OF_CONVERSATION + length + bytes([left]) + b"y" * size


async def _received(house: House) -> Sequence[Mapping[str, Any]]:
    """Every message in the event log, in order."""
    events: list[Mapping[str, Any]] = []
    after = ""
    while True:
        wanted = {"format": "json", "after": after, "type": "message.received", "limit": 1}
        page = await house.ask("GET", "/v1/events", params=wanted)
        events += page["events"]
        if not page["events"]:
            return events
        after = page["next"]


@pytest.mark.parametrize("size", [9_000_000, 15_000_000])
async def test_what_no_frame_holds_is_set_aside_with_a_note(house: House, size: int) -> None:
    number, owner = await house.link("taxi")
    guest, other = await house.simulator.phone("Guest"), await house.simulator.phone("Other")
    large = await guest.send_raw(owner, _text_of(size))
    behind = await other.say(owner, "behind it")

    async def there() -> bool:
        return behind in {it["data"]["message_id"] for it in await _received(house)}

    await house.until(there, "what is behind it did not arrive")
    kept = {it["data"]["message_id"]: it["data"]["content"] for it in await _received(house)}
    assert kept[large]["kind"] == "untranslatable"
    assert "too large" in kept[large]["why"]

    async def drained() -> bool:
        left: int = (await house.simulator.at(number).account()).companions[0].queue
        return left == 0

    await house.until(drained, "it was not acknowledged")
    assert (await house.simulator.at(number).account()).companions[0].logins == 1


async def test_what_a_frame_holds_arrives_whole(house: House) -> None:
    _, owner = await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    large = await guest.send_raw(owner, _text_of(3_900_000))

    async def there() -> bool:
        return bool(await _received(house))

    await house.until(there, "it did not arrive")
    (event,) = await _received(house)
    assert event["data"]["message_id"] == large
    assert event["data"]["content"]["text"] == "y" * 3_900_000
