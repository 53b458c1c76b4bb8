"""The raw loop as a process: built, linked by scanning its QR codes, and ready to answer."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.installation import ROOT
from benchmarks.machine import go_program
from benchmarks.processes import ProcessFailed, Started
from benchmarks.simulator import Simulator

_BUILD_S, _LINK_S = 600.0, 180.0


@dataclass(frozen=True, slots=True)
class RawLoop:
    """A running raw loop and the numbers that it answers for."""

    process: Started
    numbers: list[str]


@asynccontextmanager
async def running(
    simulator: Simulator, folder: Path, count: int, say: Callable[[str], None]
) -> AsyncIterator[RawLoop]:
    """Start it with this many freshly linked sessions."""
    program = await built(say)
    files = folder / "raw"
    files.mkdir()
    command: list[str | Path] = [
        program,
        "-trust",
        simulator.trust,
        "-folder",
        files,
        "-sessions",
        str(count),
    ]
    process = await Started.start("raw loop", command, folder / "raw.log", pipe=True)
    try:
        async with asyncio.timeout(_LINK_S):
            numbers = await _link_all(process, simulator, count, say)
        yield RawLoop(process, numbers)
    finally:
        await process.end()


async def built(say: Callable[[str], None]) -> Path:
    """Build it; Go does nothing when nothing has changed."""
    go = go_program()
    if go is None:
        raise ProcessFailed(
            "the raw loop needs Go >= 1.26 to be built. Next step: run `make bench`, which brings it."
        )
    say("building the raw loop")
    program = ROOT / "build" / "rawloop"
    process = await asyncio.create_subprocess_exec(
        *(go, "build", "-trimpath", "-buildvcs=false", "-o", str(program), "./benchmarks/rawloop"),
        cwd=ROOT,
        env={**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_BUILD_S):
            _, errors = await process.communicate()
    except BaseException:
        process.kill()
        raise
    if process.returncode:
        raise ProcessFailed(f"the raw loop does not build\n{errors.decode(errors='replace')[-2000:]}")
    return program


async def _link_all(
    process: Started, simulator: Simulator, count: int, say: Callable[[str], None]
) -> list[str]:
    numbers: dict[int, str] = {}
    scanned: set[int] = set()
    while len(numbers) < count:
        fact = json.loads(await process.line(_LINK_S))
        session = int(fact["session"])
        if fact["event"] == "connected":
            numbers[session] = str(fact["phone"])
            say(f"raw loop: linking {count} numbers: {len(numbers)}")
        elif session not in scanned:
            scanned.add(session)
            await simulator.scan(await simulator.make_phone(f"raw-{session:03d}"), fact["code"])
    return [numbers[session] for session in sorted(numbers)]
