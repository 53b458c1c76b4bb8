"""Writes what changed:

row, timeline and event in one transaction, many sessions together, in the order of happening.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from holdfast.journal import Draft, Journal
from holdfast.kit import logging
from holdfast.kit.backoff import backoff
from holdfast.model.errors import StoreUnavailable
from holdfast.model.events import EventData
from holdfast.sessions import repository
from holdfast.sessions.runtime import Runtime
from holdfast.store import Store, WriteUnit

log = logging.get("sessions")


@dataclass(slots=True)
class _Batch:
    rows: dict[str, repository.Row] = field(default_factory=dict)
    timeline: list[repository.Row] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    heartbeats: dict[str, int] = field(default_factory=dict)


class Recorder:
    """Takes changes at once and makes them durable as fast as the disk allows.

    Loses none while the disk is full.
    """

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal
        self._batch = _Batch()
        self._filled = asyncio.Event()
        self._noted = self._written = 0  # changes
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []

    def note(
        self,
        runtime: Runtime,
        *,
        timeline_at_ms: int | None = None,
        events: Sequence[EventData] = (),
    ) -> None:
        """The session changed: keep its row, and where given a line of its timeline and events."""
        batch = self._batch
        batch.rows[runtime.id] = repository.row_of(runtime)
        if timeline_at_ms is not None:
            runtime.timeline_seq += 1
            batch.timeline.append(repository.timeline_row(runtime, timeline_at_ms))
        batch.drafts += [Draft(runtime.id, runtime.record.tenant_id, data) for data in events]
        self._noted += 1
        self._filled.set()

    def note_heartbeat(self, session_id: str, at_ms: int) -> None:
        """When WhatsApp was heard last."""
        self._batch.heartbeats[session_id] = at_ms
        self._noted += 1
        self._filled.set()

    async def settled(self) -> None:
        """Return when everything noted so far is durable."""
        if self._written >= self._noted:
            return
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((self._noted, durable))
        await durable

    async def run(self) -> None:
        """Write, for ever. What cannot be written now waits in memory, in order."""
        while True:
            await self._filled.wait()
            await self.flush()

    async def flush(self) -> None:
        """Make everything noted so far durable. Not for two callers at once."""
        self._filled.clear()
        batch, self._batch = self._batch, _Batch()
        taken = self._noted
        await self._write(batch)
        self._written = taken
        waiters, self._waiters = self._waiters, []
        for needed, durable in waiters:
            if needed > taken:
                self._waiters.append((needed, durable))
            elif not durable.done():
                durable.set_result(None)

    async def _write(self, batch: _Batch) -> None:
        attempt = 0
        while True:
            try:
                await self._store.write(lambda unit: self._keep(unit, batch))
                return
            except StoreUnavailable as exc:
                log.log(
                    40 if attempt == 0 else 30, "sessions.store_unavailable", error=str(exc), attempt=attempt
                )
            await asyncio.sleep(backoff(attempt, base_s=0.25, cap_s=5.0, roll=0.5))
            attempt += 1

    def _keep(self, unit: WriteUnit, batch: _Batch) -> None:
        repository.update(unit, list(batch.rows.values()))
        repository.add_timeline(unit, batch.timeline)
        repository.save_heartbeats(unit, batch.heartbeats.items())
        self._journal.append_many(unit, batch.drafts)
