"""What one number costs where there are many: whatever grows faster than their count shows here.

A figure is a share of the whole: what an installation without numbers costs is taken off, the rest is
divided. CPU and bytes, which a busy machine changes little; times are in the details. Idle includes the looks
at files, one a second once all are connected.
"""

import asyncio
import json
import time
from dataclasses import dataclass

from benchmarks import fixtures, procfs
from benchmarks.context import Context
from benchmarks.figures import Figure, Goal
from benchmarks.installation import Installation, installed

_PROCESSES = ("engine", "gateway")


@dataclass(frozen=True, slots=True)
class Cost:
    """What an installation with so many numbers costs altogether."""

    count: int
    restore_cpu_s: dict[str, float]  # from `kill -9` until all are connected
    restore_s: float
    memory_kib: dict[str, int]  # PSS, at rest
    idle_cpu_s: float  # a minute
    list_ms: float  # GET /v1/sessions, all of them
    list_bytes: int

    def each(self, empty: "Cost") -> dict[str, float]:
        """One number's share."""

        def share(whole: float, fixed: float) -> float:
            return (whole - fixed) / self.count

        cpu = {
            f"restore_{name}_cpu_ms": 1000 * share(self.restore_cpu_s[name], empty.restore_cpu_s[name])
            for name in _PROCESSES
        }
        memory = {f"{name}_kib": share(self.memory_kib[name], empty.memory_kib[name]) for name in _PROCESSES}
        return {
            **cpu,
            **memory,
            "idle_cpu_ms_a_minute": 1000 * share(self.idle_cpu_s, empty.idle_cpu_s),
            "list_us": 1000 * share(self.list_ms, empty.list_ms),
            "list_bytes": share(self.list_bytes, empty.list_bytes),
        }


async def measure(context: Context) -> list[Figure]:
    """From few to many numbers, and how much more one of many costs than one of few."""
    empty = await _cost(context, 0)
    figures: list[Figure] = []
    each: dict[int, dict[str, float]] = {}
    for count in context.sizes.growth:
        cost = await _cost(context, count)
        each[count] = cost.each(empty)
        figures += _figures(cost, each[count])
    few, many = each[min(each)], each[max(each)]
    factors = {name: many[name] / few[name] for name in few if few[name] > 0}
    restore = _restore_ms(many) / _restore_ms(few)
    note = f"CPU of a restore, each of {max(each):,} numbers beside each of {min(each):,}"
    context.tables["growth"] = _table(each)
    return [
        *figures,
        Figure("growth", "what one number costs among many", "×", [restore], Goal(1.2), note, factors),
    ]


async def _cost(context: Context, count: int) -> Cost:
    fixture = await fixtures.linked(count, context.say) if count else None
    async with installed(fixture) as installation:
        await installation.start()
        await installation.all_connected(count)
        await installation.kill()
        context.say(f"growth: {count:,} numbers come back after kill -9")
        began = time.perf_counter()
        await installation.start()
        await installation.all_connected(count)
        taken = time.perf_counter() - began
        restore = {name: procfs.cpu_s(pid) for name, pid in installation.pids().items()}
        await _rest(context, count, context.sizes.settle_s)
        memory = {name: kib["pss"] for name, kib in installation.memory_kib().items()}
        before = _cpu_s(installation)
        await _rest(context, count, context.sizes.idle_s)
        idle = (_cpu_s(installation) - before) * 60 / context.sizes.idle_s
        listed, size = await _list(installation)
        await installation.all_connected(count, 5)
    return Cost(count, restore, taken, memory, idle, listed, size)


def _cpu_s(installation: Installation) -> float:
    return sum(procfs.cpu_s(pid) for pid in installation.pids().values())


async def _list(installation: Installation) -> tuple[float, int]:
    """Milliseconds and bytes of the list of all sessions; the first one loads what serves it."""
    await installation.sessions()
    began = time.perf_counter()
    sessions = await installation.sessions()
    return 1000 * (time.perf_counter() - began), len(json.dumps(sessions))


async def _rest(context: Context, count: int, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        context.say(f"growth: {count:,} numbers rest, {left:.0f} s")
        await asyncio.sleep(min(left, 1.0))


def _restore_ms(each: dict[str, float]) -> float:
    return sum(each[f"restore_{name}_cpu_ms"] for name in _PROCESSES)


def _figures(cost: Cost, each: dict[str, float]) -> list[Figure]:
    count = cost.count
    memory = sum(each[f"{name}_kib"] for name in _PROCESSES)
    details = {**each, "restore_s": cost.restore_s, "list_ms": cost.list_ms}
    note = f"of {count:,}, without what an installation of none costs"
    return [
        Figure(
            f"growth_{count}_restore",
            "CPU until one number is back",
            "ms",
            [_restore_ms(each)],
            None,
            note,
            details,
        ),
        Figure(f"growth_{count}_memory", "memory of one idle number", "KiB", [memory], Goal(160), note),
        Figure(
            f"growth_{count}_idle",
            "CPU of one idle number, a minute",
            "ms",
            [each["idle_cpu_ms_a_minute"]],
            None,
            note,
        ),
    ]


_COLUMNS = {
    "restore_engine_cpu_ms": "restore, engine, CPU ms",
    "restore_gateway_cpu_ms": "restore, gateway, CPU ms",
    "engine_kib": "engine, KiB",
    "gateway_kib": "gateway, KiB",
    "idle_cpu_ms_a_minute": "idle, CPU ms a minute",
    "list_us": "list of sessions, µs",
    "list_bytes": "list of sessions, bytes",
}


def _table(each: dict[int, dict[str, float]]) -> str:
    """One number's share, by how many there are."""
    head = ["numbers", *_COLUMNS.values()]
    lines = [head, ["---:"] * len(head)]
    lines += [[f"{count:,}", *(f"{of[name]:.3g}" for name in _COLUMNS)] for count, of in each.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
