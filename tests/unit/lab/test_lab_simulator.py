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
    first = await simulator.say(anna.phone, ben.phone, "one")
    rest = await simulator.say_many(anna.phone, [(ben.phone, "two"), (ben.phone, "three")])
    got = await simulator.wait_for_text(ben.phone, "three")
    assert got.sender == anna.phone
    items, after = await simulator.inbox(ben.phone)
    assert [item.id for item in items] == [first, *rest]
    assert (await simulator.inbox(ben.phone, after))[0] == []
    await simulator.read(ben.phone, anna.phone, [first])
    receipts, _ = await simulator.receipts(anna.phone)
    assert {receipt.id for receipt in receipts} == {first, *rest}


async def test_refusals_are_one_line(simulator: Simulator) -> None:
    anna = await simulator.phone("Anna")
    with pytest.raises(SimulatorError, match="not a pairing QR code"):
        await simulator.scan(anna.phone, "nonsense")
    with pytest.raises(SimulatorError, match="no phone"):
        await simulator.say(anna.phone, "4900000", "x")
    with pytest.raises(SimulatorError, match="did not receive"):
        await simulator.wait_for_text(anna.phone, "x", timeout_s=0.2)


async def test_accounts_counters_faults(simulator: Simulator) -> None:
    anna = await simulator.phone("Anna")
    account = await simulator.account(anna.phone)
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
