"""Processes that a benchmark starts and ends, by their own ids and no others."""

import asyncio
import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import procfs
from holdfast.keeper import end_with_parent

_GRACE_S = 15.0


class ProcessFailed(Exception):
    """A process of the product ended or did not get ready; the message quotes the end of its log."""


class Started:
    """One child process. Its errors go to a log file, its output to a pipe or to the same file."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name, self.log = name, log
        self._process = process

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        env: Mapping[str, str] | None = None,
        *,
        pipe: bool = False,
    ) -> "Started":
        """Start it; with `pipe` its lines can be read by `line` and written to by `tell`."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                *map(str, command),
                env={**_inherited(), **(env or {})},
                stdin=asyncio.subprocess.PIPE if pipe else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if pipe else errors,
                stderr=errors,
                limit=1 << 20,
                preexec_fn=end_with_parent,
            )
        return cls(name, process, log)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._process.returncode is not None

    async def line(self, timeout_s: float) -> str:
        """The next line of its output. Raises ProcessFailed when it ends or says nothing."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(timeout_s):
                text = await self._process.stdout.readline()
        except TimeoutError:
            raise ProcessFailed(
                f"{self.name} said nothing for {timeout_s:.0f} s\n{self.last_words()}"
            ) from None
        if not text:
            raise ProcessFailed(f"{self.name} ended\n{self.last_words()}")
        return text.decode()

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    async def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        if not self.ended:
            self._process.kill()
        await self._process.wait()

    async def end(self, grace_s: float = _GRACE_S) -> None:
        """Ask it to stop, insist after the grace. Safe to call twice."""
        if self.ended:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.terminate()
        try:
            async with asyncio.timeout(grace_s):
                await self._process.wait()
        except TimeoutError:
            await self.kill()


def _inherited() -> dict[str, str]:
    # A shell that forbids bytecode would have every start compile everything: no user runs it so.
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


async def end_adopted(pid: int, expected: str, how: signal.Signals, grace_s: float = _GRACE_S) -> None:
    """End a process of ours that is not our child (the engine is started detached), by id.

    `expected` must stand in its command line: an id may have been given to somebody else meanwhile.
    """
    if expected not in procfs.command(pid):
        return
    _signal(pid, how)
    limit = time.monotonic() + grace_s
    while procfs.alive(pid):
        if time.monotonic() > limit:
            _signal(pid, signal.SIGKILL)
            limit += grace_s
        await asyncio.sleep(0.005)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
