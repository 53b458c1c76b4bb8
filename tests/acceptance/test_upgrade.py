"""The version before leaves a data folder and a running engine behind; this one goes on with both."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "upgrade"))

import old_version

from holdfast import binaries
from holdfast.lab import Phone, Simulator
from house import House, running_house


@pytest.fixture(scope="module")
def old() -> dict[str, str]:
    """What makes a gateway the old version."""
    return old_version.environment()


@pytest.fixture
async def old_house(tmp_path: Path, simulator: Simulator, old: dict[str, str]) -> AsyncIterator[House]:
    """A house whose gateway is of the version before."""
    # A program that starts warm would be the version of now.
    async with running_house(tmp_path, simulator, old, cold=True) as made:
        yield made


async def status_of(house: House, name: str, message_id: str) -> str:
    """What became of a message, as the version that is asked tells it."""
    message = await house.ask("GET", f"/v1/sessions/{name}/messages/{message_id}")
    return str(message.get("sent", message)["status"])


async def written(guest: Phone) -> list[tuple[str, str]]:
    """What others wrote to this phone: id and text."""
    items, _ = await guest.inbox()
    assert [it.duplicates for it in items if not it.from_me] == [0] * len(items)
    return [(it.id, it.text) for it in items if not it.from_me]


async def test_nothing_is_lost_doubled_or_asked_again(old_house: House, simulator: Simulator) -> None:
    house = old_house
    busy, _ = await house.link("busy")
    resting, _ = await house.link("resting")
    guest = await simulator.phone("Guest")
    await guest.say(busy, "read before")
    await house.until(lambda: _told(house, "read before"), "the old version received nothing")
    sent = await house.send("busy", guest.phone, "sent before")
    await guest.wait_for("sent before")
    # Until the gateway has the answer it sends again: with the same id, which this phone counts.
    await house.until(lambda: _is_sent(house, "busy", sent), "nobody noted that it was sent")
    await house.ask("POST", "/v1/sessions/resting/disconnect")
    waiting = [await house.send("resting", guest.phone, f"waits {n}") for n in range(3)]
    assert [await status_of(house, "resting", it) for it in waiting] == ["queued"] * 3

    engine = house.place.engine_pid()
    await house.kill("gateway")
    await guest.say(busy, "meanwhile")  # the old engine holds it: nobody is there to confirm it

    house.extra = {}
    await house.start()
    assert house.place.engine_pid() == engine  # adopted: nothing was cut for the upgrade
    await house.connected("busy")
    await house.received("read before", "meanwhile")
    assert await _is_sent(house, "busy", sent)
    assert [await status_of(house, "resting", it) for it in waiting] == ["queued"] * 3
    # The same key again is the same message, also across the upgrade.
    assert await house.send("resting", guest.phone, "waits 0") == waiting[0]

    await house.ask("POST", "/v1/sessions/resting/connect")
    await guest.wait_for("waits 2")
    assert await written(guest) == [
        (sent, "sent before"),
        *((it, f"waits {n}") for n, it in enumerate(waiting)),
    ]

    async def replaced() -> bool:
        return house.place.engine_pid() not in {engine, None}

    await house.until(replaced, "the old engine was not replaced at a quiet moment")
    for name in ("busy", "resting"):
        await house.connected(name)
    await guest.say(busy, "after")
    await house.received("read before", "meanwhile", "after")
    last = await house.send("busy", guest.phone, "sent after")
    await guest.wait_for("sent after")
    assert (await written(guest))[-1] == (last, "sent after")
    for number in (busy, resting):
        account = await simulator.at(number).account()
        assert (account.registrations, len(account.companions)) == (1, 1)


async def _is_sent(house: House, name: str, message_id: str) -> bool:
    return await status_of(house, name, message_id) in {"sent", "delivered", "read"}


async def _told(house: House, text: str) -> bool:
    """Whether a message is in the old version's event log."""
    query = {"format": "json", "after": "", "type": "message.received"}
    events = (await house.ask("GET", "/v1/events", params=query))["events"]
    return any(it["data"]["text"] == text for it in events)


async def test_a_gateway_of_before_works_with_the_engine_of_now(
    old_house: House, simulator: Simulator, old: dict[str, str]
) -> None:
    house = old_house
    await house.kill("gateway", "engine")
    house.extra = old | {"HOLDFAST_ENGINE_BIN": str(binaries.path("holdfast-engine"))}
    await house.start()
    number, _ = await house.link("taxi")
    guest = await simulator.phone("Guest")
    await guest.say(number, "hello")
    await house.until(lambda: _told(house, "hello"), "nothing came")
    message_id = await house.send("taxi", guest.phone, "an answer")
    await guest.wait_for("an answer")
    # What this version has no word for is kept from it, and holds up nothing.
    await guest.make_group("Night shift", simulator.at(number))
    await guest.say(number, "goodbye")
    await house.until(lambda: _told(house, "goodbye"), "nothing came after the notice")
    await house.until(lambda: _is_delivered(house, message_id), "no receipt came")


async def _is_delivered(house: House, message_id: str) -> bool:
    return await status_of(house, "taxi", message_id) in {"delivered", "read"}
