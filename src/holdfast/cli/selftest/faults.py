"""Faults beside the kills: connections that end or fall silent, broken frames, refused logins, lost messages.

Every fault passes by itself, so that nobody has to act: a number is back once it is over. Which one strikes
whom is chosen by the seed.
"""

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Self

from holdfast.cli.selftest.traffic import Number
from holdfast.lab import Simulator, SimulatorError

#: While there are faults, every wait of Holdfast's own is divided by this: dead links are noticed in seconds.
PACE: Final = 8.0
_EVERY_S: Final = 0.15
#: No fault is in force for longer.
_LASTS_S: Final = 3.0

KINDS: Final = (
    # connections
    *("abrupt-close", "reset", "half-open", "black-hole", "black-hole-after-login", "login-silence"),
    *("slow", "trickle", "split-frame", "fragmented-frames", "coalesced-frames", "no-pong"),
    # frames that nobody can read
    *("garbage-frame", "empty-frame", "malformed-node", "truncated-node", "bad-zlib", "declared-length"),
    # what WhatsApp says, and takes back
    *("silent-503", "stream-500", "stream-515", "stream-516", "stream-unknown", "stream-ack", "stream-end"),
    *("login-unavailable", "login-error", "login-generic", "login-no-reason", "conflict-unknown"),
    # messages and keys
    *("no-ack", "ack-phash", "duplicate-message", "out-of-order", "undecryptable", "unavailable"),
    *("no-offline", "offline-first", "pn-then-lid", "prekeys-drained", "crafted-dm", "iq-error"),
)


@dataclass
class Faults:
    """Strikes as long as its block, if it is `on`."""

    simulator: Simulator
    numbers: list[Number]
    seed: int
    on: bool
    made: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._striking: asyncio.Task[None] | None = None
        #: Cleared while everything is to come back from a kill: a number that is struck again and again waits
        #: longer and longer, as it must.
        self.flowing = asyncio.Event()
        self.flowing.set()

    @property
    def patience(self) -> float:
        """How much longer everything may take: a number that was struck often waits before it dials again."""
        return 2.0 if self.on else 1.0

    async def __aenter__(self) -> Self:
        """Begin."""
        if self.on:
            self._striking = asyncio.create_task(self._strike_on())
        return self

    async def __aexit__(self, *_: object) -> None:
        """End, whether it was asked for before or not."""
        await self.end()

    async def end(self) -> None:
        """Strike no more; what was in force ends."""
        striking, self._striking = self._striking, None
        if striking is None:
            return
        striking.cancel()
        (ended,) = await asyncio.gather(striking, return_exceptions=True)
        if not isinstance(ended, asyncio.CancelledError):
            self.troubles.append(f"faults stopped: {type(ended).__name__}: {ended}")
        with contextlib.suppress(SimulatorError):
            await self.simulator.clear_faults()

    async def _strike_on(self) -> None:
        while True:
            await self.flowing.wait()
            name, number = self._dice.choice(KINDS), self._dice.choice(self.numbers)
            await self.simulator.fault(name, number.phone, ttl_s=_LASTS_S)
            self.made[name] += 1
            await asyncio.sleep(_EVERY_S * (0.5 + self._dice.random()))
