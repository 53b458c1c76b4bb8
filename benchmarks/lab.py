"""The simulator's own figures: what a companion costs it, how fast many pair, how many messages it carries.

The load is the simulator's own Go benchmarks, because only their clients are light enough: thousands of
properly paired companions in one process. What is measured is the simulator, in a process of its own.
"""

import asyncio
import os
import re
from collections.abc import Sequence

from benchmarks.context import Context
from benchmarks.figures import Figure, Goal
from benchmarks.installation import ROOT
from benchmarks.machine import go_program
from benchmarks.processes import ProcessFailed

_PACKAGE = "./simulator/internal/world"
_METRIC = re.compile(r"([\d.eE+-]+)\s+([A-Za-z%][\w%/.-]*)")


async def measure(context: Context) -> list[Figure]:
    """Idle companions, clients that pair at once, and messages on one core."""
    count = context.sizes.companions
    context.say(f"simulator: {count:,} companions pair and stay")
    (idle,) = await _benchmark("IdleCompanions", 1, {"WASIM_COMPANIONS": str(count)})
    context.say("simulator: 16 clients pair at once")
    pairing = await _benchmark("PairAtOnce", context.sizes.repeats)
    context.say("simulator: messages on one core")
    messages = await _benchmark("Messages", context.sizes.repeats)
    # The goals are for 5,000 companions: fewer say nothing about them.
    full = count >= 5000
    details = {"companions": count, "pairing_ms": idle["ms/pairing"]}
    return [
        Figure(
            "sim_memory",
            f"simulator, memory per companion ({count:,})",
            "KiB",
            [idle["KiB/companion"]],
            Goal(128) if full else None,
            details=details,
        ),
        Figure(
            "sim_idle_cpu",
            f"simulator, idle CPU with {count:,}, share of one core",
            "%",
            [idle["%cpu-idle"]],
            Goal(1) if full else None,
        ),
        Figure("sim_pairing", "simulator, 16 clients paired at once", "s", _column(pairing, "s/16-pairings")),
        Figure(
            "sim_messages",
            "simulator, messages per second on one core",
            "/s",
            _column(messages, "msg/s"),
            Goal(2000, at_least=True),
            "sealed by a phone, fanned out to a companion and the own phone, confirmed",
            {"cpu_ms_per_message": _column(messages, "cpu-ms/msg")},
        ),
    ]


def _column(runs: Sequence[dict[str, float]], unit: str) -> list[float]:
    return [run[unit] for run in runs]


async def _benchmark(name: str, repeats: int, extra: dict[str, str] | None = None) -> list[dict[str, float]]:
    """The metrics of each run of one Go benchmark, by unit. Raises ProcessFailed."""
    go = go_program()
    if go is None:
        raise ProcessFailed(
            "the simulator's benchmarks need Go >= 1.26. Next step: `make bench`, which brings it."
        )
    command = [go, "test", _PACKAGE, "-run", "xxx", "-bench", f"^Benchmark{name}$", "-benchtime", "1x"]
    process = await asyncio.create_subprocess_exec(
        *command,
        "-count",
        str(repeats),
        cwd=ROOT,
        env={**os.environ, **(extra or {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        printed = (await process.communicate())[0].decode()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    lines = [line for line in printed.splitlines() if line.startswith(f"Benchmark{name}")]
    runs = [{unit: float(value) for value, unit in _METRIC.findall(line)} for line in lines]
    if process.returncode or len(runs) != repeats:
        raise ProcessFailed(f"Benchmark{name} failed:\n{printed[-2000:]}")
    return runs
