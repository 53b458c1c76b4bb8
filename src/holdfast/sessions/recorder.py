"""Writes what changed:

row, timeline and event in one transaction, many sessions together, in the order of happening.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from holdfast.journal import Draft, Journal
from holdfast.kit import logging
from holdfast.kit.backoff import backoff
from holdfast.model.errors import StoreUnavailable
from holdfast.model.events import EventData
from holdfast.model.ids import SessionId, TenantId
from holdfast.sessions import repository
from holdfast.sessions.facts import Session
from holdfast.sessions.runtime import Runtime
from holdfast.store import Store, WriteUnit

log = logging.get("sessions")


@dataclass(slots=True)
class _Batch:
    """What waits to be written, by session."""

    rows: dict[SessionId, repository.Row] = field(default_factory=dict)
    timeline: dict[SessionId, list[repository.Row]] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    heartbeats: dict[SessionId, int] = field(default_factory=dict)
    deleted: list[SessionId] = field(default_factory=list)

    @property
    def session_ids(self) -> list[SessionId]:
        """Everybody in it."""
        drafted = (draft.session_id for draft in self.drafts)
        return list(dict.fromkeys([*self.rows, *self.timeline, *drafted, *self.heartbeats]))

    def of(self, session_id: SessionId) -> "_Batch":
        """One session's part."""
        return _Batch(
            {session_id: self.rows[session_id]} if session_id in self.rows else {},
            {session_id: self.timeline[session_id]} if session_id in self.timeline else {},
            [draft for draft in self.drafts if draft.session_id == session_id],
            {session_id: self.heartbeats[session_id]} if session_id in self.heartbeats else {},
            [session_id] if session_id in self.deleted else [],
        )


def _nobody_hears(session_id: SessionId, why: str) -> None:
    """Nobody listens."""


def _nothing_belongs_to_it(unit: WriteUnit, session_id: SessionId) -> None:
    """No other room keeps anything for sessions."""


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
        #: The database does not take this session's part, for this reason; the others' parts are written.
        self.on_refused: Callable[[SessionId, str], None] = _nobody_hears
        #: A session is deleted in this unit: what other rooms keep for it ends in the same one.
        self.on_deleted: Callable[[WriteUnit, SessionId], None] = _nothing_belongs_to_it

    def note(
        self,
        runtime: Runtime,
        shown: Session,
        *,
        timeline_at_ms: int | None = None,
        events: Sequence[EventData] = (),
    ) -> None:
        """The session changed: keep its row, and where given a line of its timeline and events.

        `shown` is what it is, in the wall clock's time.
        """
        batch = self._batch
        # In the order of the newest change: a name or number that one gives up is free before another has it.
        batch.rows.pop(runtime.id, None)
        batch.rows[runtime.id] = repository.row_of(runtime, shown)
        if runtime.deleted and timeline_at_ms is not None:
            batch.deleted.append(runtime.id)
        if timeline_at_ms is not None:
            runtime.timeline_seq += 1
            batch.timeline.setdefault(runtime.id, []).append(
                repository.timeline_row(runtime, shown, timeline_at_ms)
            )
        batch.drafts += [Draft(runtime.id, runtime.record.tenant_id, data) for data in events]
        self._noted += 1
        self._filled.set()

    def tell(self, session_id: SessionId, tenant_id: TenantId, event: EventData) -> None:
        """An event of a session that may be gone."""
        self.add(Draft(session_id, tenant_id, event))

    def add(self, draft: Draft) -> None:
        """An event as it is to be appended."""
        self._batch.drafts.append(draft)
        self._noted += 1
        self._filled.set()

    def note_heartbeat(self, session_id: SessionId, at_ms: int) -> None:
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
        """Write, forever. What cannot be written now waits in memory, in order."""
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
        try:
            await self._patiently(lambda unit: self._keep(unit, batch))
            return
        except Exception as exc:
            log.error("sessions.batch_refused", error=str(exc), sessions=len(batch.session_ids))
        for session_id in batch.session_ids:
            await self._write_part(session_id, batch.of(session_id))

    async def _write_part(self, session_id: SessionId, part: _Batch) -> None:
        """One session's trouble stays its own."""
        try:
            await self._patiently(lambda unit: self._keep(unit, part))
            return
        except Exception as exc:
            log.exception("session.record_refused", session_id=session_id)
            why = str(exc)
        # What can be said of it is said: what it is, what changed, who is told, each for itself.
        for keep in (_keep_states, _keep_timeline, self._keep_deleted, self._keep_drafts):
            try:
                await self._patiently(partial(keep, batch=part))
            except Exception as exc:
                log.error("session.record_lost", session_id=session_id, error=str(exc))
        self.on_refused(session_id, why)

    async def _patiently(self, work: Callable[[WriteUnit], None]) -> None:
        """Write as soon as the database can be written. Raises what it refuses for another reason."""
        attempt = 0
        while True:
            try:
                await self._store.write(work)
                return
            except StoreUnavailable as exc:
                log.log(
                    40 if attempt == 0 else 30, "sessions.store_unavailable", error=str(exc), attempt=attempt
                )
            await asyncio.sleep(backoff(attempt, base_s=0.25, cap_s=5.0, roll=0.5))
            attempt += 1

    def _keep(self, unit: WriteUnit, batch: _Batch) -> None:
        repository.update(unit, list(batch.rows.values()))
        _keep_timeline(unit, batch)
        repository.save_heartbeats(unit, batch.heartbeats.items())
        self._keep_deleted(unit, batch)
        self._keep_drafts(unit, batch)

    def _keep_deleted(self, unit: WriteUnit, batch: _Batch) -> None:
        for session_id in batch.deleted:
            self.on_deleted(unit, session_id)

    def _keep_drafts(self, unit: WriteUnit, batch: _Batch) -> None:
        self._journal.append_many(unit, batch.drafts)


def _keep_states(unit: WriteUnit, batch: _Batch) -> None:
    repository.update_state(unit, list(batch.rows.values()))


def _keep_timeline(unit: WriteUnit, batch: _Batch) -> None:
    repository.add_timeline(unit, [row for rows in batch.timeline.values() for row in rows])
