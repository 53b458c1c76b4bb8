"""Reads the journal for alerts, and lets time pass for those that are open."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from typing import Final

from holdfast.alerts import statements
from holdfast.alerts.ledger import Ledger
from holdfast.alerts.policy import LONGEST_WAIT_MS
from holdfast.alerts.rules import TYPES, Signal, Turn, read_signals
from holdfast.journal import Event, Filter, Journal
from holdfast.kit import logging
from holdfast.kit.clock import Clock
from holdfast.model.errors import StoreUnavailable
from holdfast.model.ids import TenantId
from holdfast.store import Store, WriteUnit

log = logging.get("alerts")

_AT_ONCE: Final = 500
#: What happens together is read together: a restart of a thousand sessions is a few looks.
GATHER_S: Final = 0.5
#: Where so many come at once, more are on their way: then it waits this much longer, once.
_CROWD: Final = 100
_LONGER_IN_A_CROWD: Final = 10
_LOOK_EVERY_S: Final = 60.0
_STORE_AGAIN_S: Final = 5.0
#: Messages pass by without a write; so many are read again after a restart at most.
_KEEP_EVERY: Final = 5_000


class Intake:
    """One tenant's events on their way to become alerts."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        tenant_id: TenantId,
        clock: Clock,
        told: Callable[[], None],
        *,
        gather_s: float = GATHER_S,
    ) -> None:
        self._store, self._journal, self._tenant_id, self._clock = store, journal, tenant_id, clock
        self._told, self._gather_s = told, gather_s
        self._wanted = Filter(tenant_id, types=TYPES)
        self._news = asyncio.Event()
        #: Sessions with an open alert, and some that had one: nobody else raises alerts of sessions.
        self._troubled: set[str] = set()

    def wake(self) -> None:
        """Something may be due."""
        self._news.set()

    async def run(self) -> None:
        """Read until cancelled. What goes wrong is logged and tried again."""
        position: int | None = None
        while True:
            try:
                if position is None:
                    position = await self._store.write(self._begin)
                position, wait_s = await self._look(position)
            except StoreUnavailable:
                await asyncio.sleep(_STORE_AGAIN_S)
            except Exception:
                log.exception("alerts.intake_failed")
                await asyncio.sleep(_STORE_AGAIN_S)
            else:
                await self._wait(position, wait_s)

    def _begin(self, unit: WriteUnit) -> int:
        """Where the process before stopped. The first one begins now: what was before is no news."""
        kept = unit.scalar(statements.POSITION)
        position = self._journal.head if kept is None else min(int(kept), self._journal.head)
        unit.run(statements.KEEP_POSITION, position=str(position))
        self._troubled = Ledger(unit, self._tenant_id, self._clock()).troubled()
        self._kept = position
        return position

    async def _look(self, position: int) -> tuple[int, float]:
        """Read what came and do what is due. The new place, and how long nothing is due."""
        crowd_s = self._gather_s * _LONGER_IN_A_CROWD
        while True:
            page = await self._journal.read(position, _AT_ONCE, self._wanted)
            due_ms = await self._store.read(
                lambda unit: unit.scalar(statements.NEXT_DUE, tenant_id=self._tenant_id)
            )
            now, far = self._clock(), page.searched_to - self._kept >= _KEEP_EVERY
            due = due_ms is not None and (due_ms <= now or due_ms > now + LONGEST_WAIT_MS)
            if page.events or due or far:
                told = await self._store.write(
                    partial(self._work, events=page.events, position=page.searched_to)
                )
                self._kept = page.searched_to
                if told:
                    self._told()
            position = page.searched_to
            if not page.events and not due:
                wait_s = _LOOK_EVERY_S if due_ms is None else (due_ms - now) / 1000
                return position, min(_LOOK_EVERY_S, max(0.0, wait_s))
            if len(page.events) >= _CROWD and crowd_s:
                await asyncio.sleep(crowd_s)
                crowd_s = 0

    def _work(self, unit: WriteUnit, events: Sequence[Event], position: int) -> bool:
        now = self._clock()
        ledger = Ledger(unit, self._tenant_id, now)
        for session_id, group in groupby(events, key=lambda it: it.session_id):
            signals = [signal for event in group for signal in _signals(event)]
            # Most events say that all is well of a session of which nothing else was said.
            if session_id in self._troubled or any(signal.turn is Turn.RAISED for signal in signals):
                self._troubled.add(session_id)
                ledger.hear(ledger.session(session_id), signals)
        unit.run(statements.CLAMP_DUE, tenant_id=self._tenant_id, latest=now + LONGEST_WAIT_MS)
        ledger.pass_time()
        unit.run(statements.KEEP_POSITION, position=str(position))
        return ledger.told

    async def _wait(self, position: int, wait_s: float) -> None:
        woken = asyncio.ensure_future(self._news.wait())
        event = asyncio.ensure_future(self._journal.wait(position))
        try:
            await asyncio.wait({woken, event}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            event.cancel()
        self._news.clear()
        if event.done():
            await asyncio.sleep(self._gather_s)


def _signals(event: Event) -> Sequence[Signal]:
    try:
        return read_signals(event.type, event.data)
    except Exception:  # one event that cannot be read holds up none of the others
        log.exception("alerts.event_unreadable", type=event.type, event_id=event.event_id)
        return ()
