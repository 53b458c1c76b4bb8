"""Phones that write and wait for the echo: open loop at a rate, or closed loop with a window.

Times are the phones' own (the simulator's clock, at sending and at decryption), so that waiting in this
process does not count as latency of the product. Every text is unique; an echo that never comes or comes
twice is counted.
"""

import asyncio
import itertools
import time
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.simulator import Simulator

_POLL_S = 10.0
_DRAIN_S = 20.0
_BATCH = 32


@dataclass(slots=True)
class Echo:
    """One message and its echo; times in seconds of the wall clock."""

    phone: str
    sent_at: float
    answered_at: float | None = None


@dataclass(slots=True)
class Outcome:
    """What one stretch of load brought."""

    seconds: float
    latencies_ms: list[float] = field(default_factory=list)
    answered: int = 0
    lost: int = 0
    duplicates: int = 0
    late_ms: float = 0.0  # how far the sender fell behind its own schedule, at worst

    @property
    def per_s(self) -> float:
        """Echoes per second."""
        return self.answered / self.seconds


class Phones:
    """A few phones that each write to many numbers."""

    def __init__(self, simulator: Simulator, phones: Sequence[str], numbers: Sequence[str]) -> None:
        self._simulator = simulator
        self._phones, self._numbers = list(phones), list(numbers)
        self._tokens = itertools.count(1)
        self._echoes: dict[str, Echo] = {}
        self._unanswered = 0
        self._duplicates = 0
        self._turn: Counter[str] = Counter()
        self._due: defaultdict[str, deque[str]] = defaultdict(deque)
        self._due_event = {phone: asyncio.Event() for phone in self._phones}
        self._all_answered = asyncio.Event()
        self._refill = False

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Phones"]:
        """Hear what arrives, as long as the block runs."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._listen(phone)) for phone in self._phones]
            try:
                yield self
            finally:
                for task in tasks:
                    task.cancel()

    async def warm_up(self, limit_s: float = 120.0) -> None:
        """One echo in each chat: both sides have their Signal sessions afterwards."""
        async with asyncio.timeout(limit_s):
            for _ in self._numbers:
                await asyncio.gather(
                    *(self._write(phone, [self._next_number(phone)]) for phone in self._phones)
                )
                await self._all_done()

    async def open_loop(self, rate: float, seconds: float) -> Outcome:
        """Send at this rate whatever comes back; the schedule does not wait for answers."""
        self._forget()
        began, wall = time.perf_counter(), time.time()
        sends: set[asyncio.Task[None]] = set()
        late = 0.0
        total = int(rate * seconds)
        for index in range(total):
            due = index / rate
            ahead = due - (time.perf_counter() - began)
            if ahead > 0:
                await asyncio.sleep(ahead)
            late = max(late, time.perf_counter() - began - due)
            phone = self._phones[index % len(self._phones)]
            task = asyncio.create_task(self._write(phone, [self._next_number(phone)]))
            sends.add(task)
            task.add_done_callback(sends.discard)
        await asyncio.gather(*sends)
        await self._drain()
        return self._outcome(wall, wall + total / rate, late * 1000)

    async def closed_loop(self, window: int, seconds: float, lead_s: float) -> Outcome:
        """Keep this many messages under way; what is answered within `seconds` after the lead counts."""
        self._forget()
        self._refill = True
        async with asyncio.TaskGroup() as group:
            senders = [group.create_task(self._send_due(phone)) for phone in self._phones]
            for index in range(window):
                phone = self._phones[index % len(self._phones)]
                self._queue(phone)
            await asyncio.sleep(lead_s)
            wall = time.time()
            await asyncio.sleep(seconds)
            end = time.time()
            self._refill = False
            for sender in senders:
                sender.cancel()
        await self._drain()
        return self._outcome(wall, end, 0.0)

    # ---- sending -------------------------------------------------------------------------------------------

    async def _send_due(self, phone: str) -> None:
        due, event = self._due[phone], self._due_event[phone]
        while True:
            await event.wait()
            event.clear()
            while due:
                batch = [due.popleft() for _ in range(min(_BATCH, len(due)))]
                # Shielded: a batch that is under way is sent whole, or its echoes would count as lost.
                await asyncio.shield(self._write(phone, batch))

    def _queue(self, phone: str) -> None:
        self._due[phone].append(self._next_number(phone))
        self._due_event[phone].set()

    async def _write(self, phone: str, numbers: Sequence[str]) -> None:
        now = time.time()
        messages = [(number, f"echo {next(self._tokens)}") for number in numbers]
        for _, text in messages:
            self._echoes[text] = Echo(phone, now)
        self._unanswered += len(messages)
        self._all_answered.clear()
        if len(messages) == 1:
            [(number, text)] = messages
            told = await self._simulator.send(phone, number, text)
            if "t_ms" in told:
                self._echoes[text].sent_at = float(told["t_ms"]) / 1000
        else:
            await self._simulator.send_batch(phone, messages)

    def _next_number(self, phone: str) -> str:
        turn = self._turn[phone]
        self._turn[phone] += 1
        # Phones begin at different numbers, so that load spreads evenly at any moment.
        return self._numbers[(turn + self._phones.index(phone)) % len(self._numbers)]

    # ---- hearing -------------------------------------------------------------------------------------------

    async def _listen(self, phone: str) -> None:
        _, after = await self._simulator.inbox(phone, 0, 0)
        while True:
            items, after = await self._simulator.inbox(phone, after, _POLL_S)
            now = time.time()
            for item in items:
                self._hear(phone, item, now)

    def _hear(self, phone: str, item: dict[str, Any], now: float) -> None:
        echo = self._echoes.get(item["text"])
        if echo is None or item["from_me"]:
            return
        if echo.answered_at is not None:
            self._duplicates += 1
            return
        echo.answered_at = float(item["t_ms"]) / 1000 if "t_ms" in item else now
        self._unanswered -= 1
        if not self._unanswered:
            self._all_answered.set()
        if self._refill:
            self._queue(phone)

    # ---- counting ------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._echoes.clear()
        self._unanswered = self._duplicates = 0
        for due in self._due.values():
            due.clear()

    async def _all_done(self) -> None:
        if self._unanswered:
            await self._all_answered.wait()

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(_DRAIN_S):
                await self._all_done()
        except TimeoutError:
            return  # what is missing is counted as lost

    def _outcome(self, begin: float, end: float, late_ms: float) -> Outcome:
        outcome = Outcome(end - begin, late_ms=late_ms, lost=self._unanswered, duplicates=self._duplicates)
        for echo in self._echoes.values():
            if echo.answered_at is None:
                continue
            outcome.latencies_ms.append((echo.answered_at - echo.sent_at) * 1000)
            outcome.answered += begin <= echo.answered_at < end
        return outcome
