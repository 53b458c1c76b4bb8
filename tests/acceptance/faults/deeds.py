"""Faults that are no fault of WhatsApp: what happens to processes, files, clocks and networks.

A deed is a context: entered when it is done, left when it is over.
"""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from faults import disk
from faults.stage import SESSION, Stage
from holdfast import binaries
from holdfast.keeper import gone
from patience import PATIENCE_S

DeedOf = Callable[..., AbstractAsyncContextManager[None]]


# ---- processes ---------------------------------------------------------------------------------------


@asynccontextmanager
async def kill(stage: Stage, what: str) -> AsyncIterator[None]:
    """kill -9 of "gateway", "engine" or "both"; their keepers start them again."""
    before = await stage.stack.identity()
    await _kill(stage, what)
    victims = frozenset({"gateway", "engine"} if what == "both" else {what})
    await stage.stack.wait_replaced(victims, before)
    yield


async def _kill(stage: Stage, what: str) -> None:
    # The gateway first: it must not see the engine's end and write that down.
    pids = {"gateway": stage.stack.keeper.pid("gateway"), "engine": stage.place.engine_pid()}
    victims = [pid for name, pid in pids.items() if what in {name, "both"} and pid is not None]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    for pid in victims:
        assert await gone(pid, PATIENCE_S)


@asynccontextmanager
async def restart_simulator(stage: Stage) -> AsyncIterator[None]:
    """WhatsApp's server dies and comes back with what it had saved; nobody writes in that moment."""
    async with stage.talk.hushed():
        await stage.simulator.restart()
    yield


@asynccontextmanager
async def second_engine(stage: Stage) -> AsyncIterator[None]:
    """Another engine is started on the same folder: it is refused with one line and exit code 3."""
    engine = str(binaries.path("holdfast-engine"))
    lab = str(stage.simulator.trust_file)
    process = await asyncio.create_subprocess_exec(
        *(engine, "serve", "--data", str(stage.place.data), "--lab", lab),
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        _, said = await process.communicate()
    assert process.returncode == 3, said
    assert said.decode().count("\n") == 1, said
    yield


@asynccontextmanager
async def second_gateway(stage: Stage) -> AsyncIterator[None]:
    """Another gateway is started on the same folder: it is refused with one line and exit code 3."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.app"),
        env={**stage.place.environment(), "HOLDFAST_API_PORT": "0"},
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        _, said = await process.communicate()
    assert process.returncode == 3, said
    yield


@asynccontextmanager
async def reload(stage: Stage) -> AsyncIterator[None]:
    """A new gateway takes over; while a code is shown, if the row links."""
    if stage.row.linking:
        await stage.client.sessions.first_qr(SESSION)
    await stage.stack.keeper.restart("gateway")
    await stage.stack.wait_ready()
    yield


# ---- clocks ------------------------------------------------------------------------------------------


@asynccontextmanager
async def whatsapp_clock(stage: Stage, by: timedelta) -> AsyncIterator[None]:
    """Time at WhatsApp jumps, and then a new login meets it."""
    await stage.simulator.advance(by)
    await stage.phone.kick(1, "close")
    yield


@asynccontextmanager
async def our_clock(stage: Stage, by: timedelta) -> AsyncIterator[None]:
    """The gateway's wall clock is set, and then a connection is lost: its waits must not follow the clock."""
    await stage.client.lab_set_clock(by.total_seconds())
    await stage.phone.kick(1, "close")
    yield


# ---- files, while nothing runs -----------------------------------------------------------------------


@asynccontextmanager
async def while_down(stage: Stage, file: str, harm: str, seed: int = 0) -> AsyncIterator[None]:
    """Everything is stopped, a file is harmed, everything starts again; what was accepted has gone out."""
    await stage.saved()
    async with stage.talk.hushed():
        await stage.stack.keeper.stop("gateway")
        await stage.place.stop_engine()
        found = sorted(stage.place.data.glob(file.replace("NUMBER", stage.phone.phone)))
        assert found, f"there is no {file}"
        for path in found:
            HARMS[harm](path, random.Random(seed))
        stage.over = time.time()
        await stage.stack.keeper.start(stage.place.program("gateway", "-m", "holdfast.app"))
        await stage.stack.wait_ready()
    yield


def _cut_off(path: Path, dice: random.Random) -> None:
    """As a disk that was full leaves it, or a machine that lost its power."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(dice.randrange(size))


def _overwritten(path: Path, dice: random.Random) -> None:
    """A block of something else stands in the middle of it."""
    content = bytearray(path.read_bytes())
    at = dice.randrange(len(content))
    content[at : at + 4096] = dice.randbytes(min(4096, len(content) - at))
    path.write_bytes(bytes(content))


def _empty(path: Path, dice: random.Random) -> None:
    path.write_bytes(b"")


def _gone(path: Path, dice: random.Random) -> None:
    path.unlink()


HARMS: Final[Mapping[str, Callable[[Path, random.Random], None]]] = {
    "cut off": _cut_off,
    "overwritten": _overwritten,
    "empty": _empty,
    "gone": _gone,
}


# ---- disk and network --------------------------------------------------------------------------------


@asynccontextmanager
async def full_disk(stage: Stage) -> AsyncIterator[None]:
    """No byte is free under the data folder, until the block ends."""
    gateway = stage.stack.keeper.pid("gateway")
    assert gateway is not None
    with disk.full(stage.place.data) if stage.small_disk else disk.no_file_may_grow(gateway):
        await stage.troubled()
        yield


@asynccontextmanager
async def read_only_disk(stage: Stage) -> AsyncIterator[None]:
    """Nothing can be written under the data folder: a start is refused in one line, and works afterwards."""
    async with stage.talk.hushed():
        await stage.stack.keeper.stop("gateway")
        await stage.place.stop_engine()
        async with disk.read_only(stage.place.data):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "holdfast.app"),
                env=dict(stage.place.environment()),
                stderr=asyncio.subprocess.PIPE,
            )
            async with asyncio.timeout(PATIENCE_S):
                _, said = await process.communicate()
            assert process.returncode == 2, said
            assert "Next step" in said.decode().splitlines()[-1], said
        await stage.stack.keeper.start(stage.place.program("gateway", "-m", "holdfast.app"))
        await stage.stack.wait_ready()
    yield


@asynccontextmanager
async def cut_network(stage: Stage) -> AsyncIterator[None]:
    """Nothing passes between Holdfast and WhatsApp as long as the block lasts."""
    assert stage.network is not None
    stage.network.cut()
    try:
        yield
    finally:
        stage.network.mend()


DEEDS: Final[Mapping[str, DeedOf]] = {
    deed.__name__: deed
    for deed in (
        *(kill, restart_simulator, second_engine, second_gateway, reload, whatsapp_clock, our_clock),
        *(while_down, full_disk, read_only_disk, cut_network),
    )
}
