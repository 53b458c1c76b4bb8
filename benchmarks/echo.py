"""The echo: a phone writes, the bot answers, the phone decrypts. Holdfast, then the library alone."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from benchmarks import fixtures, procfs, raw
from benchmarks.context import Context, Sizes
from benchmarks.figures import Figure, Goal, percentile
from benchmarks.installation import Installation, installed, scratch
from benchmarks.load import Outcome, Phones
from benchmarks.processes import Started
from benchmarks.simulator import Simulator

_RATE = 100.0
_CORES = len(os.sched_getaffinity(0))


async def measure(context: Context) -> list[Figure]:
    """Latency at 100 a second and the most per second, through Holdfast, then through the raw loop."""
    product = await _product(context)
    alone = await _raw(context)
    _complain(context, "raw loop", alone)
    return [*_figures(context.sizes, product, alone), *_compared(context.sizes, product, alone)]


async def measure_product(context: Context) -> list[Figure]:
    """The same through Holdfast alone."""
    return _figures(context.sizes, await _product(context), None)


async def _product(context: Context) -> "_Load":
    sizes = context.sizes
    fixture = await fixtures.linked(sizes.echo_numbers, context.say)
    async with installed(fixture, database_url=context.new_database()) as installation:
        await installation.start()
        await installation.all_connected(sizes.echo_numbers)
        async with _bot(installation) as bot:
            pids = {**installation.pids(), "bot": bot.pid}
            product = await _loaded(context, "echo", installation.simulator, fixtures.numbers(fixture), pids)
    _complain(context, "echo", product)
    return product


async def _raw(context: Context) -> "_Load":
    with scratch() as folder:
        (folder / "wasim").mkdir()
        simulator = await Simulator.start(folder, folder / "wasim", os.getpid())
        try:
            async with raw.running(simulator, folder, context.sizes.echo_numbers, context.say) as loop:
                pids = {"raw loop": loop.process.pid}
                return await _loaded(context, "raw loop", simulator, loop.numbers, pids)
        finally:
            await simulator.close()


def _complain(context: Context, name: str, load: "_Load") -> None:
    outcomes = [*load.steady, *load.flat_out]
    lost, doubled = sum(run.lost for run in outcomes), sum(run.duplicates for run in outcomes)
    if lost or doubled:
        # A figure of a run that lost something is none: this counts as an error.
        context.errors[name] = f"{lost} echoes lost, {doubled} doubled"


@asynccontextmanager
async def _bot(installation: Installation) -> AsyncIterator[Started]:
    command = [sys.executable, "-m", "benchmarks.echobot"]
    bot = await Started.start(
        "bot", command, installation.folder / "bot.log", installation.environment, pipe=True
    )
    try:
        await bot.line(60)
        yield bot
    finally:
        await bot.end()


class _Load:
    """What both loops are put through, and what it cost."""

    def __init__(self) -> None:
        self.steady: list[Outcome] = []
        self.flat_out: list[Outcome] = []
        self.steady_cpu_ms: list[dict[str, float]] = []
        self.flat_out_cpu_ms: list[dict[str, float]] = []
        self.flat_out_cores: list[dict[str, float]] = []


async def _loaded(
    context: Context, name: str, simulator: Simulator, numbers: list[str], pids: Mapping[str, int]
) -> _Load:
    sizes, load = context.sizes, _Load()
    watched = {**pids, "simulator": simulator.process.pid, "harness": os.getpid()}
    senders = [await simulator.make_phone(f"sender-{index}") for index in range(sizes.echo_phones)]
    async with Phones(simulator, senders, numbers).listening() as phones:
        context.say(f"{name}: first message in each chat")
        await phones.warm_up()
        await phones.open_loop(_RATE, sizes.lead_s)
        for run in range(sizes.echo_repeats):
            context.say(f"{name}: {_RATE:.0f} a second, {run + 1}/{sizes.echo_repeats}")
            before = _cpu(watched)
            steady = await phones.open_loop(_RATE, sizes.echo_s)
            load.steady.append(steady)
            load.steady_cpu_ms.append(_per_echo(before, _cpu(watched), len(steady.latencies_ms)))
        for run in range(sizes.echo_repeats):
            context.say(f"{name}: flat out, {run + 1}/{sizes.echo_repeats}")
            await _flat_out(phones, sizes, load, watched)
    return load


async def _flat_out(phones: Phones, sizes: Sizes, load: _Load, watched: Mapping[str, int]) -> None:
    before = _cpu(watched)
    began = asyncio.get_running_loop().time()
    outcome = await phones.closed_loop(sizes.window, sizes.echo_s, sizes.lead_s)
    taken = asyncio.get_running_loop().time() - began
    after = _cpu(watched)
    load.flat_out.append(outcome)
    load.flat_out_cpu_ms.append(_per_echo(before, after, len(outcome.latencies_ms)))
    load.flat_out_cores.append({name: (after[name] - before[name]) / taken for name in watched})


def _cpu(pids: Mapping[str, int]) -> dict[str, float]:
    return {name: procfs.cpu_s(pid) for name, pid in pids.items()}


def _per_echo(before: Mapping[str, float], after: Mapping[str, float], echoes: int) -> dict[str, float]:
    return {name: 1000 * (after[name] - before[name]) / max(1, echoes) for name in before}


def _figures(sizes: Sizes, product: _Load, alone: _Load | None) -> list[Figure]:
    steady: dict[str, Any] = {
        "cpu_ms_per_echo": product.steady_cpu_ms,
        "lost": [run.lost for run in product.steady],
        "duplicates": [run.duplicates for run in product.steady],
        "sender_late_ms": [run.late_ms for run in product.steady],
    }
    if alone is not None:
        steady |= {"raw_p50_ms": _percentiles(alone, 0.5), "raw_p99_ms": _percentiles(alone, 0.99)}
    p50s, p99s = _percentiles(product, 0.5), _percentiles(product, 0.99)
    most = [run.per_s for run in product.flat_out]
    cpu = [sum(run[name] for name in ("engine", "gateway", "bot")) for run in product.flat_out_cpu_ms]
    shape, flat_out = _shape(sizes), _flat_out_details(product)
    cost = "flat out; per process in the JSON"
    return [
        Figure("echo_p50", f"echo at {_RATE:.0f}/s, p50", "ms", p50s, Goal(8), shape, steady),
        Figure("echo_p99", f"echo at {_RATE:.0f}/s, p99", "ms", p99s, Goal(40), shape),
        Figure("echo_most", "most echoes per second", "/s", most, Goal(300, at_least=True), shape, flat_out),
        Figure("echo_cpu", "CPU per echo: engine, gateway, bot", "ms", cpu, None, cost),
    ]


def _compared(sizes: Sizes, product: _Load, alone: _Load) -> list[Figure]:
    most = [run.per_s for run in alone.flat_out]
    details = _flat_out_details(alone)
    ratio = [run.per_s / _median(most) for run in product.flat_out]
    return [
        Figure("raw_most", "the same, raw whatsmeow loop", "/s", most, None, _shape(sizes), details),
        Figure("echo_ratio", "share of the raw loop", "", ratio, Goal(0.6, at_least=True)),
    ]


def _shape(sizes: Sizes) -> str:
    return f"{sizes.echo_numbers} numbers, {sizes.echo_phones} phones"


def _flat_out_details(load: _Load) -> dict[str, Any]:
    return {
        "cpu_ms_per_echo": load.flat_out_cpu_ms,
        "cores": load.flat_out_cores,
        # What this machine could do at most, if its cores did nothing else.
        "ceiling_per_s": [1000 * _CORES / sum(run.values()) for run in load.flat_out_cpu_ms],
        "lost": [run.lost for run in load.flat_out],
        "duplicates": [run.duplicates for run in load.flat_out],
        "latency_p50_ms": [percentile(run.latencies_ms, 0.5) for run in load.flat_out],
        "latency_p99_ms": [percentile(run.latencies_ms, 0.99) for run in load.flat_out],
    }


def _percentiles(load: _Load, share: float) -> list[float]:
    return [percentile(run.latencies_ms, share) for run in load.steady]


def _median(values: list[float]) -> float:
    return percentile(values, 0.5)
