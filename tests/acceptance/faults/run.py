"""Runs one row from start to verdict."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from faults.acts import made
from faults.observe import Observer
from faults.row import Row, Seen, WayOut
from faults.stage import SESSION, Stage, scan, stage
from faults.verdict import wrong


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row, what came, and what of it is wrong."""

    row: Row
    seen: Seen | None
    wrong: Sequence[str]


async def run(row: Row, folder: Path) -> Outcome:
    """Never raises for what a row shows: whatever goes wrong stands in the outcome."""
    try:
        async with stage(row, folder) as on:
            seen = await _play(on)
    except Exception as failure:  # one row's trouble is that row's
        return Outcome(row, None, [f"{type(failure).__name__}: {failure}"])
    return Outcome(row, seen, wrong(row.come, seen))


async def _play(on: Stage) -> Seen:
    row = on.row
    trouble = await on.talk.exchange() if row.acquainted and not row.linking else ""
    observer = await Observer.begin(on)
    async with on.talk.flowing(row.talks):
        async with made(on) as missing:
            trouble = trouble or missing
            await asyncio.sleep(row.held_s)
            if row.fault.stays:
                trouble = trouble or await observer.until(row.come)
        observer.over = on.over or time.time()
        trouble = trouble or await observer.until(row.come)
    seen = await observer.seen()
    if row.come.way_out is WayOut.NOTHING:
        trouble = trouble or await on.talk.exchange()
        seen = await observer.seen()  # whatever came late is seen too
    else:
        await _way_out(on)
        trouble = trouble or await on.talk.exchange()
    return await observer.accounted(seen, trouble)


async def _way_out(on: Stage) -> None:
    match on.row.come.way_out:
        case WayOut.CONNECT:
            await on.client.sessions.connect(SESSION)
            await on.client.sessions.wait_for(SESSION)
        case WayOut.PAIR:
            await scan(on)
            await on.client.sessions.wait_for(SESSION)
        case WayOut.NOTHING:
            pass
