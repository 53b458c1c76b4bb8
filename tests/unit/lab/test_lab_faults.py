"""Whatever can go wrong in the simulator can be ordered from the lab, each fault by its name."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.lab import Fault, Phone, Simulator, SimulatorError
from holdfast.lab.address import Address


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with Simulator.start(tmp_path) as running:
        yield running


async def ordered(simulator: Simulator, name: str, account: Phone) -> Fault:
    """The fault, for one account where it can be told whose connection it is."""
    try:
        return await simulator.fault(name, account)
    except SimulatorError as refused:
        if "leave out the account" not in str(refused):
            raise
        return await simulator.fault(name)


async def test_every_fault_is_put_in_force_and_ended_by_its_name(simulator: Simulator) -> None:
    anna = await simulator.phone("Anna")
    kinds = await simulator.fault_kinds()
    assert len(kinds) > 50
    for kind in kinds:
        assert kind.summary
        fault = await ordered(simulator, kind.name, anna)
        assert fault.name == kind.name
        # What is done at once is in force no more.
        assert [each.name for each in await simulator.faults()] in ([], [kind.name])
        await simulator.end_fault(fault)
        assert await simulator.faults() == []


async def test_thousands_of_messages_are_one_order_and_keep_their_order(simulator: Simulator) -> None:
    anna, ben = await simulator.phone("Anna"), await simulator.phone("Ben")
    group = await anna.make_group("Lab", ben)
    rooms: list[tuple[Address, str]] = [(ben, "direct"), (group, "group")]
    ids = await anna.say_many([(room, f"{name} {n}") for n in range(1000) for room, name in rooms])
    assert len(set(ids)) == 2000
    await ben.wait_for("group 999")
    items, _ = await ben.inbox()
    assert [item.id for item in items] == list(ids)


async def test_any_message_may_be_sent_as_it_is(simulator: Simulator) -> None:
    anna, ben = await simulator.phone("Anna"), await simulator.phone("Ben")
    # Field 999 in it is one that nobody knows.
    text = b"\x0a\x05hello" + b"\xba\x3e\x02hi"
    id = await anna.send_raw(ben, text)
    assert (await ben.wait_for(id=id)).text == "hello"
