"""Time as deletion counts it: a clock that is suddenly far ahead is believed when it has stood for a day.

A machine may start with the clock of another year until it has asked the network. By such a clock everything
is old, and what is deleted is gone.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

from holdfast.kit import logging
from holdfast.kit.clock import Clock, monotonic_ms, now_ms
from holdfast.model.errors import StoreUnavailable
from holdfast.retention import statements
from holdfast.retention.policy import DAY_MS
from holdfast.store import ReadUnit, Store, WriteUnit

log = logging.get("retention")

#: Further ahead than this, a clock is doubted: also after a long rest, which costs nothing but a day.
_DOUBTED_FROM_MS: Final = DAY_MS
#: A clock that has stood so long while we ran is right.
_STANDS_MS: Final = DAY_MS
_KEEP_EVERY_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Believed:
    """What time it is for whoever deletes, and for how long the wall clock has said something else."""

    at_ms: int
    doubted_ms: int = 0


def believe(before: Believed, wall_ms: int, passed_ms: int) -> Believed:
    """What is believed when we have run for `passed_ms` since. A clock that was set back is believed."""
    expected = before.at_ms + passed_ms
    doubted = before.doubted_ms + passed_ms
    if wall_ms - expected <= _DOUBTED_FROM_MS or doubted >= _STANDS_MS:
        return Believed(wall_ms)
    return Believed(expected, doubted)


class DeletionClock:
    """Milliseconds UTC for whoever deletes what is old. Before it knows what time it was, nothing is old."""

    def __init__(
        self, store: Store, wall: Clock = now_ms, monotonic: Callable[[], int] = monotonic_ms
    ) -> None:
        self._store, self._wall, self._monotonic = store, wall, monotonic
        self._believed: Believed | None = None
        self._looked_ms = 0

    def __call__(self) -> int:
        """Now."""
        if self._believed is None:
            return 0
        now = self._monotonic()
        before, after = self._believed, believe(self._believed, self._wall(), now - self._looked_ms)
        if after.doubted_ms and not before.doubted_ms:
            log.warning("retention.clock_doubted", ahead_s=(self._wall() - after.at_ms) // 1000)
        self._believed, self._looked_ms = after, now
        return after.at_ms

    async def run(self) -> None:
        """Go on from what an earlier process believed, and keep what is believed now, until cancelled."""
        while True:
            try:
                await self.look()
            except StoreUnavailable as exc:
                log.warning("retention.store_unavailable", error=str(exc))
            await asyncio.sleep(_KEEP_EVERY_S)

    async def look(self) -> None:
        """Read what was believed, the first time; keep what is believed now. Raises StoreUnavailable."""
        if self._believed is None:
            kept = await self._store.read(_kept)
            self._believed, self._looked_ms = kept or Believed(self._wall()), self._monotonic()
        self()
        await self._store.write(self._keep)

    def _keep(self, unit: WriteUnit) -> None:
        assert self._believed is not None
        unit.run(statements.KEEP_BELIEVED, value=json.dumps(asdict(self._believed)))


def _kept(unit: ReadUnit) -> Believed | None:
    """What was kept; the time of the newest event where nothing was."""
    text = unit.scalar(statements.BELIEVED)
    if text is not None:
        return Believed(**json.loads(str(text)))
    newest = unit.scalar(statements.NEWEST_EVENT_AT)
    return None if newest is None else Believed(int(newest))
