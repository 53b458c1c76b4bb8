"""One peer's way through every row: each stage starts from nothing, and ends only itself when it fails."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial

from benchmarks.context import Context
from benchmarks.figures import percentile
from benchmarks.load import Outcome, Phones
from benchmarks.peers import logins
from benchmarks.peers.burst import Burst
from benchmarks.peers.peer import Peer
from benchmarks.peers.rows import Results
from benchmarks.processes import ProcessFailed

_RATES = (20.0, 100.0)
_RUNS = 3
#: What a program still does after its last login is not part of the next measurement.
_PAUSE_S = 2.0
_BACK_S = 60.0
#: The shortest life at a start: before it there would be no process to kill.
_SHORTEST_S = 0.05

Stage = Callable[[], Awaitable[None]]


class Course:
    """Takes one peer through every stage; what was measured goes to `results`, what failed to the context."""

    def __init__(self, peer: Peer, context: Context, results: Results) -> None:
        self._peer, self._context, self._results = peer, context, results
        self._sizes = context.sizes
        self._few = self._sizes.peer_numbers[1]
        self._senders: list[str] = []

    async def run(self) -> None:
        """Every stage, the numbers growing."""
        one, few, many = self._sizes.peer_numbers
        stages: list[tuple[str, float, Stage]] = [
            ("memory without numbers", 120, self._empty),
            (f"logins, {one}", 300, partial(self._logins, one)),
            (f"logins, {few}", 300, partial(self._logins, few)),
            ("echo", 480, self._echo),
            *((f"burst {seed}", 480.0, partial(self._burst, seed)) for seed in self._sizes.peer_seeds),
            ("kills at start", 300, self._starts),
            (f"logins, {many}", 480, partial(self._logins, many)),
            (f"memory, {many} numbers", 300, self._idle),
        ]
        for name, limit_s, stage in stages:
            await self._stage(name, limit_s, stage)

    async def _stage(self, name: str, limit_s: float, stage: Stage) -> None:
        title = f"{self._peer.title}: {name}"
        self._context.say(title)
        try:
            async with asyncio.timeout(limit_s):
                await stage()
        except TimeoutError:
            self._context.errors[title] = f"not done after {limit_s:.0f} s"
        except Exception as failed:
            self._context.errors[title] = f"{type(failed).__name__}: {failed}".strip()
        finally:
            await self._peer.end()

    def _add(self, row: str, value: float) -> None:
        self._results.add(row, self._peer.name, value)

    # ---- stages --------------------------------------------------------------------------------------------

    async def _empty(self) -> None:
        await self._peer.spawn(0, bot=False)
        await asyncio.sleep(self._sizes.peer_settle_s / 2)
        self._add("memory_empty", self._peer.memory_mib())

    async def _logins(self, count: int) -> None:
        await self._linked(count, bot=False)
        for _ in range(_RUNS):
            await self._peer.kill()
            before = await logins.counted(self._peer.simulator, self._peer.numbers)
            began = time.perf_counter()
            # Side by side: an API that is late must not hide a login that was early.
            async with asyncio.TaskGroup() as group:
                group.create_task(self._peer.spawn(count, bot=False))
                missing = await logins.again(self._peer.simulator, before, _BACK_S)
                taken = time.perf_counter() - began
            if missing:
                raise ProcessFailed(f"{len(missing)} of {count} numbers did not log in again")
            self._add(f"login{count}", taken)
            self._add(f"login{count}_cpu", self._peer.cpu_s())
            await asyncio.sleep(_PAUSE_S)

    async def _echo(self) -> None:
        outcomes = []
        async with await self._phones() as phones:
            await phones.warm_up()
            for rate in _RATES:
                await phones.open_loop(rate, self._sizes.lead_s)
                outcomes += [await self._steady(phones, rate) for _ in range(_RUNS)]
            outcomes += [await self._flat_out(phones) for _ in range(_RUNS)]
        self._add("missing", sum(outcome.lost for outcome in outcomes))
        self._add("doubled", sum(outcome.duplicates for outcome in outcomes))

    async def _steady(self, phones: Phones, rate: float) -> Outcome:
        before = self._peer.cpu_s()
        outcome = await phones.open_loop(rate, self._sizes.peer_echo_s)
        self._add(f"cpu{rate:.0f}", self._cpu_ms(before, outcome))
        for name, share in (("p50", 0.5), ("p99", 0.99)):
            self._add(f"echo{rate:.0f}_{name}", percentile(outcome.latencies_ms, share))
        return outcome

    async def _flat_out(self, phones: Phones) -> Outcome:
        before = self._peer.cpu_s()
        outcome = await phones.closed_loop(self._sizes.window, self._sizes.peer_echo_s, self._sizes.lead_s)
        self._add("cpu_most", self._cpu_ms(before, outcome))
        self._add("most", outcome.per_s)
        return outcome

    async def _burst(self, seed: int) -> None:
        async with await self._phones() as phones:
            await phones.warm_up()
        losses = await Burst(self._peer, self._senders, seed).run(
            self._sizes.peer_messages, self._sizes.peer_kills
        )
        self._add("lost_messages", losses.messages)
        self._add("lost_answers", losses.answers)
        self._add("doubled_answers", losses.doubled)

    async def _starts(self) -> None:
        await self._linked(self._few, bot=False)
        peer, rolls = self._peer, random.Random(self._few)
        usual = max(self._results.runs(f"login{self._few}", peer.name), default=_PAUSE_S)
        await peer.kill()
        before = await logins.counted(peer.simulator, peer.numbers)
        for _ in range(self._sizes.peer_kills):
            started = asyncio.create_task(peer.spawn(self._few, bot=False))
            await asyncio.sleep(rolls.uniform(_SHORTEST_S, usual))
            started.cancel()
            with suppress(asyncio.CancelledError, ProcessFailed):
                await started
            await peer.kill()
            before = await logins.counted(peer.simulator, peer.numbers)
        await peer.spawn(self._few, bot=False)
        self._add("unlinked", len(await logins.again(peer.simulator, before, _BACK_S)))

    async def _idle(self) -> None:
        await self._linked(self._sizes.peer_numbers[2], bot=False)
        # Once more: what linking has left in memory is not what an idle number costs.
        await self._peer.end()
        await self._linked(self._sizes.peer_numbers[2], bot=False)
        await asyncio.sleep(self._sizes.peer_settle_s)
        self._add("memory_many", self._peer.memory_mib())

    # ---- helpers -------------------------------------------------------------------------------------------

    async def _linked(self, count: int, *, bot: bool) -> None:
        await self._peer.spawn(count, bot=bot)
        await self._peer.link(count, self._context.say)
        await asyncio.sleep(_PAUSE_S)

    async def _phones(self) -> AbstractAsyncContextManager[Phones]:
        """The bot runs, and the phones that write to it listen."""
        await self._linked(self._few, bot=True)
        simulator = self._peer.simulator
        for index in range(len(self._senders), self._sizes.echo_phones):
            self._senders.append(await simulator.make_phone(f"sender-{index}"))
        return Phones(simulator, self._senders, self._peer.numbers).listening()

    def _cpu_ms(self, before: float, outcome: Outcome) -> float:
        return 1000 * (self._peer.cpu_s() - before) / max(1, len(outcome.latencies_ms))
