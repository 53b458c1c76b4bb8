"""`make faults`: runs the whole matrix, rows side by side, shows the tables and writes docs/faults.md.

Exit code 0: every row holds.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from faults import report
from faults.crowd import crowd
from faults.held import Held, hold
from faults.matrix import ROWS
from faults.memory import memory
from faults.report import Run
from faults.row import Named, Row
from faults.run import Outcome, run

_PARTS = ("rows", "held", "memory", "crowd")
_NUMBERS = 1000
#: A held row waits most of its time.
_HELD_AT_ONCE = 6

Found = TypeVar("Found", Outcome, Held)


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="make faults ARGS=…", description="Runs the fault matrix.")
    parser.add_argument("rows", nargs="*", help="names of rows; without any, all of them")
    parser.add_argument("--part", action="append", choices=_PARTS, help="only this part, again for another")
    parser.add_argument("--at-once", type=int, default=4, help="rows that run side by side (default 4)")
    parser.add_argument("--write", type=Path, help="write the page here when every row was run and holds")
    asked = parser.parse_args()
    unknown = set(asked.rows) - {row.name for row in ROWS}
    if unknown:
        parser.error(f"no row is called {', '.join(sorted(unknown))}")
    chosen = [row for row in ROWS if not asked.rows or row.name in asked.rows]
    done = asyncio.run(_run(chosen, asked.at_once, asked.part or (["rows"] if asked.rows else _PARTS)))
    report.show(done)
    if asked.write and not done.red and len(done.outcomes) == len(ROWS):
        asked.write.write_text(report.page(done))
    return int(bool(done.red))


async def _run(rows: Sequence[Row], at_once: int, parts: Sequence[str]) -> Run:
    done = Run()
    if "rows" in parts:
        # The longest first: nobody waits for the last one.
        done.outcomes = await _side_by_side(rows, run, at_once, lambda row: row.held_s * -1)
    if "held" in parts:
        named = list({row.fault.name: row for row in reversed(rows) if isinstance(row.fault, Named)}.values())
        done.held = await _side_by_side(named[::-1], hold, at_once * _HELD_AT_ONCE, lambda row: 0.0)
    if "memory" in parts:
        print("memory: connected and disconnected 200 times", flush=True)
        with _folder() as folder:
            done.memory = await memory(folder)
    if "crowd" in parts:
        print(f"crowd: {_NUMBERS} numbers", flush=True)
        with _folder() as folder:
            done.crowd = await crowd(_NUMBERS, folder)
    return done


async def _side_by_side(
    rows: Sequence[Row],
    work: Callable[[Row, Path], Awaitable[Found]],
    at_once: int,
    order: Callable[[Row], float],
) -> Sequence[Found]:
    """What comes of each row, in the order of the rows."""
    room, found = asyncio.Semaphore(at_once), dict[str, Found]()

    async def one(row: Row) -> None:
        async with room:
            with _folder() as folder:
                found[row.name] = await work(row, folder)
            red = "RED " if found[row.name].wrong else ""
            print(f"{len(found):4} of {len(rows)}  {red}{row.name}", flush=True)

    await asyncio.gather(*map(one, sorted(rows, key=order)))
    return [found[row.name] for row in rows]


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder with a short name: sockets lie in it."""
    folder = Path(tempfile.mkdtemp(prefix="hf"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
