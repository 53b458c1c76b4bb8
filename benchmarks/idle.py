"""What a connected session costs while nobody writes: memory and CPU of engine and gateway together."""

import asyncio
import time

from benchmarks import fixtures, procfs
from benchmarks.context import Context
from benchmarks.figures import Figure, Goal
from benchmarks.installation import Installation, installed

_SESSION_FILE = "/session.db"


async def measure(context: Context) -> list[Figure]:
    """The difference between an installation without and one with many idle sessions, per session."""
    sizes = context.sizes
    count = sizes.large or sizes.small
    fixture = await fixtures.linked(count, context.say)
    async with installed() as installation:
        await installation.start()
        await _pause(context, "idle: memory without sessions", sizes.baseline_s)
        empty = installation.memory_kib()
    async with installed(fixture) as installation:
        await installation.start()
        await installation.all_connected(count)
        await _pause(context, f"idle: {count} sessions settle", sizes.settle_s)
        full = installation.memory_kib()
        files = procfs.open_files(installation.engine_pid, _SESSION_FILE)
        cpu = await _cpu_percent(context, installation, sizes.idle_s)
        await installation.all_connected(count, 5)
    return [_memory(count, empty, full, files, sizes.settle_s), _cpu(count, cpu, sizes.idle_s)]


def _memory(
    count: int, empty: dict[str, dict[str, int]], full: dict[str, dict[str, int]], files: int, settle_s: float
) -> Figure:
    def per_session(process: str, kind: str) -> float:
        return (full[process][kind] - empty[process][kind]) / count

    details = {
        f"{process}_{kind}_kib": per_session(process, kind)
        for process in full
        for kind in ("pss", "rss", "private_dirty")
    }
    total = sum(per_session(process, "pss") for process in full)
    # The goal is for idle sessions: while their files are open they are not.
    goal = None if files else Goal(160)
    note = f"PSS, {count:,} sessions, {settle_s:.0f} s idle, {files} session files open"
    details |= {"open_session_files": files, "empty_kib": empty, "full_kib": full}  # type: ignore[dict-item]
    return Figure("idle_memory", "memory per idle session", "KiB", [total], goal, note, details)


def _cpu(count: int, percent: dict[str, float], seconds: float) -> Figure:
    total = sum(percent[name] for name in ("engine", "gateway"))
    # The goal is for 1,000 sessions: fewer say nothing about it.
    goal = Goal(3) if count >= 1000 else None
    note = f"{count:,} sessions, over {seconds:.0f} s"
    return Figure("idle_cpu", "idle CPU, share of one core", "%", [total], goal, note, dict(percent))


async def _cpu_percent(context: Context, installation: Installation, seconds: float) -> dict[str, float]:
    pids = {**installation.pids(), "simulator": installation.simulator.process.pid}
    before = {name: procfs.cpu_s(pid) for name, pid in pids.items()}
    began = time.perf_counter()
    await _pause(context, "idle: CPU", seconds)
    taken = time.perf_counter() - began
    return {name: 100 * (procfs.cpu_s(pid) - before[name]) / taken for name, pid in pids.items()}


async def _pause(context: Context, what: str, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        context.say(f"{what}, {left:.0f} s")
        await asyncio.sleep(min(left, 1.0))
