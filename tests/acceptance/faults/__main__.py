"""`make faults`: runs the whole matrix, several rows side by side, shows the table and writes docs/faults.md.

Exit code 0: every row holds.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from faults.matrix import ROWS
from faults.report import page, show
from faults.row import Row
from faults.run import Outcome, run


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="make faults ARGS=…", description="Runs the fault matrix.")
    parser.add_argument("rows", nargs="*", help="names of rows; without any, all")
    parser.add_argument("--at-once", type=int, default=4, help="rows that run side by side (default 4)")
    parser.add_argument("--write", type=Path, help="write the page here when all rows were run and hold")
    asked = parser.parse_args()
    unknown = set(asked.rows) - {row.name for row in ROWS}
    if unknown:
        parser.error(f"no row is called {', '.join(sorted(unknown))}")
    chosen = [row for row in ROWS if not asked.rows or row.name in asked.rows]
    outcomes = asyncio.run(_all(chosen, asked.at_once))
    show(outcomes)
    red = any(outcome.wrong for outcome in outcomes)
    if asked.write and not red and not asked.rows:
        asked.write.write_text(page(outcomes))
    return int(red)


async def _all(rows: Sequence[Row], at_once: int) -> Sequence[Outcome]:
    room, done = asyncio.Semaphore(at_once), 0

    async def one(row: Row) -> Outcome:
        nonlocal done
        async with room:
            folder = Path(tempfile.mkdtemp(prefix="hf"))
            try:
                outcome = await run(row, folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            done += 1
            print(f"{done:4} of {len(rows)}  {'RED ' if outcome.wrong else ''}{row.name}", flush=True)
            return outcome

    # The longest first: nobody waits for the last one.
    order = sorted(rows, key=lambda row: row.held_s, reverse=True)
    outcomes = {
        row.name: outcome for row, outcome in zip(order, await asyncio.gather(*map(one, order)), strict=True)
    }
    return [outcomes[row.name] for row in rows]


if __name__ == "__main__":
    sys.exit(main())
