"""The table of expectations, run: every named fault, and what each client makes of it."""

import ast
import asyncio
from pathlib import Path

import pytest
from contenders import Contender
from driver import Client
from expectations import EXPECTED, Moment, Outcome, Row, Then, quick, rows, slow
from stage import Stage

from holdfast.lab import Phone, Simulator

pytestmark = pytest.mark.timeout(300)

# How long a client must stay away before we believe that it does. whatsapp-rust's first attempt comes after a
# second; Baileys never makes one.
AWAY_S = {"baileys": 1.0, "whatsapp-rust": 2.5}

STRIKES_ONCE = 1


async def provoke(stage: Stage, client: Client, anna: Phone, fault: str, row: Row) -> None:
    """Put the fault in force at its moment, and let the client run into it."""
    options = row.outcome(client.name).options
    if row.moment is Moment.NOW:
        if options:
            await reconnected(client, options)
        await stage.wasim.fault(fault, anna, STRIKES_ONCE, args=row.args)
        return
    await client.order("leave")
    await client.expect("close")
    await client.forget()
    whom = anna if row.moment is Moment.LOGIN else None
    await stage.wasim.fault(fault, whom, STRIKES_ONCE, args=row.args)
    await client.order("connect", options=options)


async def reconnected(client: Client, options: dict[str, object]) -> None:
    await client.order("leave")
    await client.expect("close")
    await client.order("connect", options=options)
    await client.expect("open")
    await client.forget()


async def goes_on(stage: Stage, client: Client, anna: Phone, outcome: Outcome) -> None:
    """Bring the client to where messages pass again, the way that the table says."""
    if outcome.event == "open" or outcome.then is Then.STAYS:
        return
    if outcome.then is Then.STOPS:
        await client.quiet(AWAY_S[client.name], "open")
        assert not (await stage.companion(anna))["connected"]
    if client.contender.reconnects and outcome.then is Then.STOPS:
        await client.order("leave")
    if outcome.then is Then.STOPS or not client.contender.reconnects:
        await client.order("connect")
    await client.expect("open", within=60)


async def shown(stage: Stage, fault: str) -> None:
    """Run one row of the table."""
    row = rows()[fault]
    outcome = row.outcome(stage.contender.name)
    anna, ben, client = await stage.pair()
    await provoke(stage, client, anna, fault, row)
    if outcome.event:
        await client.expect(outcome.event, within=outcome.within, **outcome.fields)
    if outcome.then is Then.DIES:
        assert await client.ended() == 1
        return
    if fault == "stream-515" and not client.contender.reconnects:
        await client.expect("open")  # our program obeys it, as every application does
    else:
        await goes_on(stage, client, anna, outcome)
    # No client throws its credentials away by itself: the same device talks on.
    await stage.still_talks(client, anna, ben)
    assert (await anna.account()).registrations == 1
    assert client.alive
    assert not client.seen("crash")


@pytest.mark.parametrize("fault", quick())
async def test_client_shows_what_the_table_says(stage: Stage, fault: str) -> None:
    await shown(stage, fault)


@pytest.mark.waits
async def test_clients_that_wait_show_what_the_table_says(contender: Contender, tmp_path: Path) -> None:
    async def alone(fault: str) -> None:
        async with Stage.set(contender, tmp_path / fault) as stage:
            await shown(stage, fault)

    async with asyncio.TaskGroup() as side_by_side:
        for fault in slow():
            side_by_side.create_task(alone(fault), name=fault)


async def test_every_named_fault_has_a_row(tmp_path: Path) -> None:
    async with Simulator.start(tmp_path) as wasim:
        known = {kind.name for kind in await wasim.fault_kinds()}
    assert set(EXPECTED) == known


def test_every_row_names_a_test() -> None:
    tests = {
        f"{path.stem}.{item.name}"
        for path in Path(__file__).parent.glob("test_*.py")
        for item in ast.parse(path.read_text()).body
        if isinstance(item, ast.AsyncFunctionDef)
    }
    assert {row for row in EXPECTED.values() if isinstance(row, str)} <= tests
