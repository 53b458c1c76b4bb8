"""The lab's client against the real simulator: phones write to each other, nothing stays behind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.keeper import gone
from holdfast.lab import Simulator, SimulatorError


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with Simulator.start(tmp_path, seed=3, transcript=100) as running:
        yield running


async def test_phones_write_and_read(simulator: Simulator) -> None:
    anna, ben = await simulator.phone("Anna"), await simulator.phone("Ben")
    assert [phone.phone for phone in await simulator.phones()] == [anna.phone, ben.phone]
    assert (await simulator.phone("Anna again", anna.phone)).phone == anna.phone
    first = await anna.say(ben.phone, "one")
    rest = await anna.say_many([(ben.phone, "two"), (ben.phone, "three")])
    got = await ben.wait_for("three")
    assert got.sender == anna.phone
    items, after = await ben.inbox()
    assert [item.id for item in items] == [first, *rest]
    assert (await ben.inbox(after))[0] == []
    await ben.read(anna.phone, [first])
    receipts, _ = await anna.receipts()
    assert {receipt.id for receipt in receipts} == {first, *rest}


async def test_refusals_are_one_line(simulator: Simulator) -> None:
    anna = await simulator.phone("Anna")
    with pytest.raises(SimulatorError, match="not a pairing QR code"):
        await anna.scan("nonsense")
    with pytest.raises(SimulatorError, match="no phone"):
        await anna.say("4900000", "x")
    with pytest.raises(SimulatorError, match="did not receive"):
        await anna.wait_for("x", timeout_s=0.2)


async def test_accounts_counters_faults(simulator: Simulator) -> None:
    anna = await simulator.phone("Anna")
    account = await anna.account()
    assert (account.registrations, account.companions) == (0, [])
    assert (await simulator.stats())["registrations"] == 0
    await simulator.fault("no-ack", anna.phone, 1)
    await simulator.clear_faults()
    with pytest.raises(SimulatorError):
        await simulator.fault("no-such-fault")
    assert await simulator.transcript(anna.phone) == []


async def test_it_can_be_found_by_its_trust_file_and_is_gone_afterwards(tmp_path: Path) -> None:
    async with Simulator.start(tmp_path) as running:
        second = Simulator.attach(running.trust_file)
        await second.phone("Anna")
        await second.close()
        assert len(await running.phones()) == 1
        pid = running.pid
    assert pid is not None
    assert await gone(pid, 5)
    with pytest.raises(SimulatorError, match="trust file"):
        Simulator.attach(tmp_path / "nothing.json")
