"""What an echo costs beside time: wake-ups, system calls, commits, bytes. By the kernel and the product."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from benchmarks import procfs
from benchmarks.installation import Installation

#: The engine reports its commits every five seconds: they are read when it has reported after the last one.
_REPORTED_S: Final = 5.5


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one process since it began, or of one echo."""

    cpu_ms: float
    wakeups: float  #: a thread that waited ran again
    writes: float  #: system calls that write, to files and sockets
    written_kib: float  #: what went to the disk
    commits: float = 0.0

    def since(self, before: "Counts", echoes: int) -> "Counts":
        """What each of so many echoes has cost since then."""
        each = max(1, echoes)
        return Counts(
            (self.cpu_ms - before.cpu_ms) / each,
            (self.wakeups - before.wakeups) / each,
            (self.writes - before.writes) / each,
            (self.written_kib - before.written_kib) / each,
            (self.commits - before.commits) / each,
        )


class Counter:
    """Counts what processes do; with an installation, also what gateway and engine commit."""

    def __init__(self, pids: Mapping[str, int], installation: Installation | None = None) -> None:
        self._pids, self._installation = pids, installation

    async def before(self) -> dict[str, Counts]:
        """Every process before a stretch of load."""
        commits = await self._commits()
        return self._read(commits)

    async def after(self) -> dict[str, Counts]:
        """Every process after it. What they do until their commits are known is not counted."""
        counted = self._read({})
        commits = await self._commits()
        return {name: replace(it, commits=commits.get(name, 0.0)) for name, it in counted.items()}

    def _read(self, commits: Mapping[str, float]) -> dict[str, Counts]:
        return {name: _of(pid, commits.get(name, 0.0)) for name, pid in self._pids.items()}

    async def _commits(self) -> Mapping[str, float]:
        if self._installation is None:
            return {}
        await asyncio.sleep(_REPORTED_S)
        return await _commits(self._installation)


def _of(pid: int, commits: float) -> Counts:
    writes, written_bytes = procfs.writes(pid)
    return Counts(1000 * procfs.cpu_s(pid), procfs.wakeups(pid), writes, written_bytes / 1024, commits)


async def _commits(installation: Installation) -> dict[str, float]:
    values: dict[str, float] = {}
    for line in (await installation.api.text("/metrics")).splitlines():
        name, _, value = line.rpartition(" ")
        if name and not name.startswith("#"):
            values[name] = float(value)
    return {
        "gateway": values["holdfast_database_commit_seconds_count"],
        "engine": values["holdfast_engine_commits_total"],
    }
