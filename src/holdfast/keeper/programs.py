"""Keeps child processes alive: starts them, starts them again with backoff, stops them.

It knows nothing of what the programs do. A program that refuses to start says why in its last line, and its
exit code is passed on; one that dies later is started again for as long as it takes.
"""

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.kit import private
from holdfast.kit.backoff import backoff

_FIRST_DELAY_S = 0.25
_LONGEST_DELAY_S = 10.0
_STEADY_AFTER_S = 20.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. Its output goes to `log`; `refusals` are exit codes that mean: do not try again."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(repr=False)
    log: Path
    refusals: frozenset[int] = frozenset({2, 3, 4, 5, 6, 7, 8})


class ProgramRefused(Exception):
    """A program will not start. `line` is what it said last, `code` its exit code."""

    def __init__(self, name: str, code: int, line: str) -> None:
        self.name, self.code, self.line = name, code, line
        super().__init__(line or f"{name} ended with exit code {code}")


@dataclass(frozen=True, slots=True)
class Started:
    """A program runs. `again` is False the first time."""

    name: str
    pid: int
    again: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """A program ended and is started again in `delay_s`."""

    name: str
    code: int
    delay_s: float
    line: str


KeeperFact = Started | Ended


def restart_delay_s(failures: int) -> float:
    """The first restart is immediate, later ones wait up to ten seconds."""
    if failures <= 1:
        return 0.0
    return backoff(failures - 2, base_s=_FIRST_DELAY_S, cap_s=_LONGEST_DELAY_S, roll=1.0)


def last_line(text: str) -> str:
    """What a program said last, readable: a log line in JSON gives its error or event.

    The frame that a traceback of several errors is drawn in is left out.
    """
    for line in reversed(text.splitlines()):
        plain = line.strip(" |")
        if set(plain) <= set("^~-+| "):
            continue
        if plain.startswith("{"):
            with contextlib.suppress(ValueError):
                entry = json.loads(plain)
                plain = str(entry.get("error") or entry.get("event") or entry.get("msg") or plain)
        return plain
    return ""


def end_with_parent() -> None:
    """In a child before exec: on Linux it gets SIGTERM when its parent is gone, however the parent ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Keeper:
    """Runs programs until `stop`. Start them in order; each is watched by a task of its own."""

    def __init__(
        self,
        tell: Callable[[KeeperFact], None] = lambda fact: None,
        *,
        steady_after_s: float = _STEADY_AFTER_S,
    ) -> None:
        self._tell = tell
        self._steady_after_s = steady_after_s
        self._asked: set[str] = set()
        self._spawning = asyncio.Lock()
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._refused: asyncio.Future[ProgramRefused] | None = None

    def pid(self, name: str) -> int | None:
        """The process id, None while it does not run."""
        process = self._running.get(name)
        return process.pid if process is not None and process.returncode is None else None

    async def start(self, program: Program) -> None:
        """Start a program and keep it running.

        Returns once the process exists; readiness is the caller's to ask.
        """
        if self._refused is None:
            self._refused = asyncio.get_running_loop().create_future()
        private.folder(program.log.parent)
        process, offset = await self._spawn(program)
        self._tell(Started(program.name, process.pid, again=False))
        watcher = self._watch(program, process, offset)
        self._watchers[program.name] = asyncio.create_task(watcher, name=f"keep {program.name}")

    async def refused(self) -> ProgramRefused:
        """Return when a program has refused to start."""
        assert self._refused is not None, "start a program first"
        return await asyncio.shield(self._refused)

    async def restart(self, name: str, grace_s: float = 15.0) -> None:
        """End a program politely; its watcher starts it again at once."""
        self._asked.add(name)
        await _end(self._running[name], grace_s)

    async def stop(self, *names: str, grace_s: float = 15.0) -> None:
        """End programs politely, all at once, and wait for them. Without names: all. Never raises."""
        chosen = [name for name in self._watchers if not names or name in names]
        watchers = [self._watchers.pop(name) for name in chosen]
        async with self._spawning:  # a process that is just being started must not be forgotten
            for watcher in watchers:
                watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
        processes = [self._running.pop(name) for name in chosen if name in self._running]
        await asyncio.gather(*(_end(process, grace_s) for process in processes))

    async def _watch(self, program: Program, process: asyncio.subprocess.Process, offset: int) -> None:
        failures, again = 0, False
        loop = asyncio.get_running_loop()
        while True:
            since = loop.time()
            code = await process.wait()
            line = last_line(_tail(program.log, offset))
            if code in program.refusals and not again:
                assert self._refused is not None
                if not self._refused.done():
                    self._refused.set_result(ProgramRefused(program.name, code, line))
                return
            steady = loop.time() - since > self._steady_after_s or program.name in self._asked
            self._asked.discard(program.name)
            failures = 1 if steady else failures + 1
            delay = restart_delay_s(failures)
            self._tell(Ended(program.name, code, delay, line))
            await asyncio.sleep(delay)
            process, offset = await self._spawn_again(program)
            again = True
            self._tell(Started(program.name, process.pid, again=True))

    async def _spawn_again(self, program: Program) -> tuple[asyncio.subprocess.Process, int]:
        """Start it whatever is short at the moment: processes, descriptors, room on the disk."""
        failures = 1
        while True:
            try:
                return await self._spawn(program)
            except OSError as exc:
                failures += 1
                delay = restart_delay_s(failures)
                self._tell(Ended(program.name, 1, delay, f"It cannot be started: {exc.strerror}"))
                await asyncio.sleep(delay)

    async def _spawn(self, program: Program) -> tuple[asyncio.subprocess.Process, int]:
        async with self._spawning:
            with program.log.open("ab") as log:
                offset = log.tell()
                process = await asyncio.create_subprocess_exec(
                    *program.argv,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=dict(program.env),
                    start_new_session=True,  # Ctrl+C reaches the parent alone, which ends the others in order
                    preexec_fn=end_with_parent,
                )
            self._running[program.name] = process
        return process, offset


async def _end(process: asyncio.subprocess.Process, grace_s: float) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(grace_s):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _tail(log: Path, offset: int) -> str:
    try:
        with log.open("rb") as opened:
            size = opened.seek(0, os.SEEK_END)
            opened.seek(max(offset, size - 16_384))
            return opened.read().decode(errors="replace")
    except OSError:
        return ""
