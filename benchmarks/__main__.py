"""`python -m benchmarks`: run, show, save. Exit code 1 only for errors, never for a missed goal."""

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import uvloop
from rich.console import Console
from rich.status import Status

from benchmarks import (
    coldstart,
    conversations,
    dashboard,
    echo,
    files,
    growth,
    idle,
    lab,
    machine,
    postgresql,
    qr,
    queued,
    report,
    restore,
    slowdisk,
)
from benchmarks.context import FULL, QUICK, Context
from benchmarks.figures import Figure
from benchmarks.installation import ROOT, scratch
from benchmarks.keepalive import Refused
from benchmarks.peers import compare
from benchmarks.processes import ProcessFailed
from holdfast import __version__

Benchmark = Callable[[Context], Awaitable[list[Figure]]]
#: Name, what runs, and after how many seconds it has failed (the making of fixtures included).
BENCHMARKS: dict[str, tuple[Benchmark, float]] = {
    "coldstart": (coldstart.measure, 180),
    "qr": (qr.measure, 300),
    "restore": (restore.measure, 900),
    "echo": (echo.measure, 600),
    "file": (files.measure, 300),
    "queue": (queued.measure, 1500),
    "conversations": (conversations.measure, 900),
    "idle": (idle.measure, 900),
    "slowdisk": (slowdisk.measure, 900),
    "lab": (lab.measure, 600),
    "dashboard": (dashboard.measure, 1200),
}
#: Not without being asked for: thousands of numbers have to be linked once, which takes an hour.
ASKED_FOR: dict[str, tuple[Benchmark, float]] = {"growth": (growth.measure, 14_400)}
#: Those of the two that touch the database most, for `--postgresql`.
ON_POSTGRESQL: dict[str, tuple[Benchmark, float]] = {
    "restore-postgresql": (postgresql.measure_restore, 900),
    "echo-postgresql": (postgresql.measure_echo, 600),
}
#: Holdfast beside others, for `--peers`.
BESIDE: dict[str, tuple[Benchmark, float]] = {"peers": (compare.measure, 5400)}
OUT = ROOT / "build" / "bench.json"
#: What has a place for tables.
DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "performance.md")


def main() -> int:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help=f"some of: {', '.join(BENCHMARKS | ASKED_FOR)}")
    parser.add_argument("--quick", action="store_true", help="smaller and shorter, for a first look")
    parser.add_argument(
        "--json", action="store_true", help="the JSON to standard output, the table to standard error"
    )
    parser.add_argument(
        "--postgresql", action="store_true", help="restore and echo on PostgreSQL too, on a server of its own"
    )
    parser.add_argument(
        "--peers",
        action="store_true",
        help="Holdfast beside a gateway on whatsmeow and Baileys; without --only nothing else",
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="put the tables of --peers and growth into README.md and docs/performance.md",
    )
    chosen = parser.parse_args()
    names = [name for name in chosen.only.split(",") if name] or ([] if chosen.peers else list(BENCHMARKS))
    unknown = [name for name in names if name not in BENCHMARKS | ASKED_FOR]
    if unknown:
        there_are = ", ".join(BENCHMARKS | ASKED_FOR)
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are {there_are}")
    if chosen.postgresql:
        names += ON_POSTGRESQL
    if chosen.peers:
        names += BESIDE
    if not sys.platform.startswith("linux"):
        parser.error("the benchmarks read /proc and need Linux")
    return uvloop.run(_run(names, quick=chosen.quick, as_json=chosen.json, write=chosen.write))


async def _run(names: list[str], *, quick: bool, as_json: bool, write: bool) -> int:
    this = asyncio.current_task()
    assert this is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, this.cancel)
    errors_console = Console(stderr=True)
    began = time.perf_counter()
    with scratch() as folder:
        about_machine = machine.describe(folder)
    figures: list[Figure] = []
    with errors_console.status("") as status:
        context = Context(QUICK if quick else FULL, _sayer(errors_console, status))
        with suppress(asyncio.CancelledError):
            for name in names:
                figures += await _measured(name, context)
    about = {
        "version": __version__,
        "commit": _commit(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "only": names,
        "seconds": round(time.perf_counter() - began, 1),
    }
    about_machine |= {"crowding": context.crowding}
    result = report.as_json(about, about_machine, figures, context.errors)
    report.save(result, OUT)
    _document(report.documented(result, context.tables), write=write)
    report.show(errors_console if as_json else Console(), result, figures, context.tables)
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    return 1 if context.errors else 0


async def _measured(name: str, context: Context) -> list[Figure]:
    """One benchmark; its failure is noted and the others still run."""
    measure, limit_s = (BENCHMARKS | ASKED_FOR | ON_POSTGRESQL | BESIDE)[name]
    context.crowding[name] = machine.crowding()
    try:
        async with asyncio.timeout(limit_s):
            return await measure(context)
    except asyncio.CancelledError:
        context.errors[name] = "interrupted"
        raise
    except (ProcessFailed, Refused) as failed:
        context.errors[name] = str(failed).strip()
    except TimeoutError:
        context.errors[name] = f"not done after {limit_s:.0f} s\n{traceback.format_exc(limit=-3)}"
    except Exception as failed:
        context.errors[name] = "".join(traceback.format_exception(failed, limit=-4)).strip()
    return []


def _document(tables: Mapping[str, str], *, write: bool) -> None:
    """Keep the tables in build/bench.md; with `write` also into the documents with a place for them."""
    if tables:
        OUT.with_suffix(".md").write_text("\n\n".join(tables.values()) + "\n")
    for path in DOCUMENTS if write else ():
        path.write_text(report.filled(path.read_text(), tables))


def _sayer(console: Console, status: Status) -> Callable[[str], None]:
    if console.is_terminal:
        return status.update
    last = [0.0]

    def say(text: str) -> None:
        # A log does not want a line per linked number.
        now = time.monotonic()
        if now - last[0] >= 5:
            last[0] = now
            console.print(text, highlight=False)

    return say


def _commit() -> str:
    git: list[Any] = ["git", "-C", ROOT, "rev-parse", "--short=12", "HEAD"]
    try:
        return subprocess.run(git, capture_output=True, text=True, timeout=10, check=False).stdout.strip()
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
