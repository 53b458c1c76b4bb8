"""The echo: a phone writes, the bot answers, the phone decrypts. Holdfast, then the library alone."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks import fixtures, raw
from benchmarks.context import Context, Sizes
from benchmarks.counts import Counter, Counts
from benchmarks.figures import Figure, Goal, percentile
from benchmarks.installation import Installation, installed, scratch
from benchmarks.load import Outcome, Phones
from benchmarks.processes import Started
from benchmarks.simulator import Simulator

_SLOW, _FAST = 20.0, 100.0  # a second
_CORES = len(os.sched_getaffinity(0))
#: The processes whose cost is the product's.
_PRODUCT = ("engine", "gateway", "bot")


async def measure(context: Context) -> list[Figure]:
    """Latency and cost at two rates, and the most per second, through Holdfast, then through the raw loop."""
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
            numbers = fixtures.numbers(fixture)
            product = await _loaded(
                context, "echo", installation.simulator, numbers, pids, installation=installation
            )
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
    outcomes = [run.outcome for runs in load.values() for run in runs]
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


@dataclass(frozen=True, slots=True)
class _Run:
    """One stretch of load, and what each of its echoes cost every process."""

    outcome: Outcome
    cost: Mapping[str, Counts]
    seconds: float

    def of_product(self, what: Callable[[Counts], float]) -> float:
        """Something that was counted, of engine, gateway and bot together."""
        return sum(what(self.cost[name]) for name in _PRODUCT)

    @property
    def cores(self) -> dict[str, float]:
        """How many cores each process kept busy."""
        echoes = len(self.outcome.latencies_ms)
        return {name: it.cpu_ms * echoes / 1000 / self.seconds for name, it in self.cost.items()}


#: By rate; 0 is flat out.
_Load = Mapping[float, Sequence[_Run]]


async def _loaded(
    context: Context,
    name: str,
    simulator: Simulator,
    numbers: list[str],
    pids: Mapping[str, int],
    *,
    installation: Installation | None = None,
) -> _Load:
    """What both loops are put through."""
    sizes = context.sizes
    counter = Counter({**pids, "simulator": simulator.process.pid, "harness": os.getpid()}, installation)
    senders = [await simulator.make_phone(f"sender-{index}") for index in range(sizes.echo_phones)]
    load: dict[float, list[_Run]] = {_SLOW: [], _FAST: [], 0.0: []}
    async with Phones(simulator, senders, numbers).listening() as phones:
        context.say(f"{name}: first message in each chat")
        await phones.warm_up()
        await phones.open_loop(_FAST, sizes.lead_s)
        for rate, runs in load.items():
            for run in range(sizes.echo_repeats):
                how = f"{rate:.0f} a second" if rate else "flat out"
                context.say(f"{name}: {how}, {run + 1}/{sizes.echo_repeats}")
                runs.append(await _run(phones, sizes, rate, counter))
    return load


async def _run(phones: Phones, sizes: Sizes, rate: float, counter: Counter) -> _Run:
    before = await counter.before()
    began = asyncio.get_running_loop().time()
    if rate:
        outcome = await phones.open_loop(rate, sizes.echo_s)
    else:
        outcome = await phones.closed_loop(sizes.window, sizes.echo_s, sizes.lead_s)
    seconds = asyncio.get_running_loop().time() - began
    after = await counter.after()
    echoes = len(outcome.latencies_ms)
    return _Run(outcome, {name: it.since(before[name], echoes) for name, it in after.items()}, seconds)


def _figures(sizes: Sizes, product: _Load, alone: _Load | None) -> list[Figure]:
    shape, slow, flat_out = _shape(sizes), product[_SLOW], product[0.0]
    most = [run.outcome.per_s for run in flat_out]
    counted = f"at {_SLOW:.0f}/s; engine, gateway, bot; per process and rate in the JSON"
    return [
        *_steady(shape, _SLOW, product, alone, Goal(9)),
        *_steady(shape, _FAST, product, alone, Goal(8)),
        Figure(
            "echo_most",
            "most echoes per second",
            "/s",
            most,
            Goal(300, at_least=True),
            shape,
            _flat_out_details(flat_out),
        ),
        _cost("echo_cpu_20", f"CPU per echo at {_SLOW:.0f}/s", product[_SLOW], Goal(9.9)),
        _cost("echo_cpu_100", f"CPU per echo at {_FAST:.0f}/s", product[_FAST], Goal(7.1)),
        _cost("echo_cpu", "CPU per echo, flat out", flat_out, Goal(6.3)),
        Figure(
            "echo_commits", "commits per echo", "", [it.of_product(_commits) for it in slow], None, counted
        ),
        Figure(
            "echo_wakeups", "wake-ups per echo", "", [it.of_product(_wakeups) for it in slow], None, counted
        ),
        Figure(
            "echo_written",
            "written to the disk per echo",
            "KiB",
            [it.of_product(_written) for it in slow],
            None,
            counted,
        ),
    ]


def _steady(shape: str, rate: float, product: _Load, alone: _Load | None, goal: Goal) -> list[Figure]:
    runs, name = product[rate], "" if rate == _FAST else f"_{rate:.0f}"
    details: dict[str, Any] = {
        "per_echo": [_told(run) for run in runs],
        "lost": [run.outcome.lost for run in runs],
        "duplicates": [run.outcome.duplicates for run in runs],
        "sender_late_ms": [run.outcome.late_ms for run in runs],
    }
    if alone is not None:
        details |= {
            "raw_p50_ms": _percentiles(alone[rate], 0.5),
            "raw_p99_ms": _percentiles(alone[rate], 0.99),
            "raw_per_echo": [_told(run) for run in alone[rate]],
        }
    p99 = Goal(40) if rate == _FAST else None
    return [
        Figure(
            f"echo_p50{name}",
            f"echo at {rate:.0f}/s, p50",
            "ms",
            _percentiles(runs, 0.5),
            goal,
            shape,
            details,
        ),
        Figure(f"echo_p99{name}", f"echo at {rate:.0f}/s, p99", "ms", _percentiles(runs, 0.99), p99, shape),
    ]


def _cost(name: str, title: str, runs: Sequence[_Run], goal: Goal) -> Figure:
    return Figure(name, title, "ms", [it.of_product(_cpu) for it in runs], goal, "engine, gateway, bot")


def _cpu(it: Counts) -> float:
    return it.cpu_ms


def _commits(it: Counts) -> float:
    return it.commits


def _wakeups(it: Counts) -> float:
    return it.wakeups


def _written(it: Counts) -> float:
    return it.written_kib


def _told(run: _Run) -> dict[str, dict[str, float]]:
    return {name: asdict(it) for name, it in run.cost.items()}


def _compared(sizes: Sizes, product: _Load, alone: _Load) -> list[Figure]:
    most = [run.outcome.per_s for run in alone[0.0]]
    details = _flat_out_details(alone[0.0])
    ratio = [run.outcome.per_s / percentile(most, 0.5) for run in product[0.0]]
    return [
        Figure("raw_most", "the same, raw whatsmeow loop", "/s", most, None, _shape(sizes), details),
        Figure("echo_ratio", "share of the raw loop", "", ratio, Goal(0.9, at_least=True)),
    ]


def _shape(sizes: Sizes) -> str:
    return f"{sizes.echo_numbers} numbers, {sizes.echo_phones} phones"


def _flat_out_details(runs: Sequence[_Run]) -> dict[str, Any]:
    cpu_ms = [sum(it.cpu_ms for it in run.cost.values()) for run in runs]
    return {
        "per_echo": [_told(run) for run in runs],
        "cores": [run.cores for run in runs],
        # What this machine could do at most, if its cores did nothing else.
        "ceiling_per_s": [1000 * _CORES / each for each in cpu_ms],
        "lost": [run.outcome.lost for run in runs],
        "duplicates": [run.outcome.duplicates for run in runs],
        "latency_p50_ms": _percentiles(runs, 0.5),
        "latency_p99_ms": _percentiles(runs, 0.99),
    }


def _percentiles(runs: Sequence[_Run], share: float) -> list[float]:
    return [percentile(run.outcome.latencies_ms, share) for run in runs]
