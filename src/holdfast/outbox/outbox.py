"""The outbox at work: accepts, drives a lane per chat, stores what becomes of every attempt."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from holdfast.journal import Journal
from holdfast.kit import killpoint, logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.errors import HoldfastError, RateLimited, StoreUnavailable
from holdfast.model.messages import InboundReceipt, SendAck
from holdfast.model.seams import Sender, SessionRef
from holdfast.outbox import rows
from holdfast.outbox.acceptance import Answer, Checked, SendRequest, check, take
from holdfast.outbox.lanes import Lane, Session
from holdfast.outbox.policy import Fail, RetryPolicy
from holdfast.outbox.progress import Failed, Result, Retried, Sent, store_receipts, store_results
from holdfast.outbox.rows import OutboxRow
from holdfast.store import Store, WriteUnit
from holdfast.store.store import LAZY_S

_log = logging.get("outbox")

#: Sends of one session that wait for WhatsApp at the same time, each in another chat.
_AT_ONCE: Final = 16
#: Pause before the database is tried again.
_STORE_AGAIN_S: Final = 0.5


class Outbox:
    """The outbox of one gateway. Everything but `apply_receipts` belongs to the event loop's thread."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        sender: Sender,
        *,
        clock: Clock = now_ms,
        policy: RetryPolicy | None = None,
        roll: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._journal, self._sender = store, journal, sender
        self._clock, self._policy, self._roll = clock, policy or RetryPolicy(), roll
        self._sessions: dict[str, Session] = {}
        #: Sessions with queued rows at the start. None: not known yet, so each must look for itself.
        self._backlog: frozenset[str] | None = None
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._kicks: dict[str, asyncio.Event] = {}
        self._proved: set[tuple[str, str]] = set()
        self._results: list[Result] = []
        self._have_results = asyncio.Event()
        self._unstored = 0
        self._moved = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._driving = 0
        self._closing = False
        self._ending = asyncio.Event()

    # ---- accept ------------------------------------------------------------------------------------------

    async def accept(
        self, session: SessionRef, to: str, text: str, idempotency_key: str | None = None
    ) -> OutboxRow:
        """Take one message: durable when this returns, with the id that it keeps.

        The same key with the same body gives the same row, however often.
        Raises RecipientInvalid, MessageTooLarge, RequestInvalid, IdempotencyConflict; StoreUnavailable:
        repeat.
        """
        answer = (await self.accept_many([SendRequest(session, to, text, idempotency_key)]))[0]
        if isinstance(answer, HoldfastError):
            raise answer
        return answer

    async def accept_many(self, requests: Sequence[SendRequest]) -> list[Answer]:
        """Take several in their order, in one commit. The answers stand in that order; one may be an error.

        Raises StoreUnavailable: none was taken; repeat with the same keys.
        """
        checked = [check(request) for request in requests]
        good = [each for each in checked if isinstance(each, Checked)]
        answers = await self._store.write(lambda unit: self._take(unit, good)) if good else []
        if good:
            killpoint.pass_("outbox_committed")
        taken = iter(answers)
        return [next(taken) if isinstance(each, Checked) else each for each in checked]

    def _take(self, unit: WriteUnit, good: Sequence[Checked]) -> list[Answer]:
        answers, fresh = take(unit, good, self._clock())
        if fresh:
            unit.after_commit(lambda: self._accepted(fresh))
        return answers

    def _accepted(self, fresh: Sequence[OutboxRow]) -> None:
        for row in fresh:
            self._session(row.session_id).accepted(row)
        for session_id in {row.session_id for row in fresh}:
            self._go(self._session(session_id))

    # ---- what others tell --------------------------------------------------------------------------------

    def session_up(self, session_id: str) -> None:
        """The session can send now: what waits goes out, also what waits for its next attempt."""
        session = self._session(session_id)
        session.up = True
        if (kick := self._kicks.pop(session_id, None)) is not None:
            kick.set()
        self._go(session)

    def session_down(self, session_id: str) -> None:
        """The session cannot send: nothing new is tried, rows wait. Attempts under way are not cancelled."""
        if (session := self._sessions.get(session_id)) is not None:
            session.up = False

    def apply_receipts(self, unit: WriteUnit, receipts: Sequence[InboundReceipt]) -> None:
        """Move messages forward by receipts, inside the inbox's unit of work."""
        proved = store_receipts(unit, self._journal, receipts)
        if proved:
            unit.after_commit(lambda: self._note_proved(proved))

    def _note_proved(self, proved: Sequence[tuple[str, str]]) -> None:
        for session_id, message_id in proved:
            session = self._sessions.get(session_id)
            waiting = session is not None and any(
                row.message_id == message_id for lane in session.lanes.values() for row in lane.rows
            )
            if waiting:
                self._proved.add((session_id, message_id))

    # ---- read --------------------------------------------------------------------------------------------

    async def get(self, session_id: str, message_id: str) -> OutboxRow:
        """One accepted message as it stands. Raises UnknownMessage, StoreUnavailable."""
        return await self._store.read(lambda unit: rows.one(unit, session_id, message_id))

    async def page(
        self, session_id: str, chat: str | None, after: tuple[int, str], limit: int
    ) -> list[OutboxRow]:
        """Accepted messages after (time of acceptance, message id), oldest first. Raises StoreUnavailable."""
        return await self._store.read(lambda unit: rows.page(unit, session_id, chat, after, limit))

    # ---- work --------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until cancelled. Before that, requests are accepted and wait. Raises StoreUnavailable."""
        self._backlog = await self._store.read(rows.backlog)
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                for session in list(self._sessions.values()):
                    self._go(session)
                await self._store_forever()
            finally:
                self._tasks = None

    async def close(self, within_s: float = 5.0) -> None:
        """Begin nothing new, finish attempts under way, store their results. Then `run` may be cancelled.

        What is not finished in time is repeated with the same id after the next start.
        """
        self._closing = True
        self._ending.set()
        for kick in self._kicks.values():
            kick.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self._driving or self._unstored:
                    self._moved.clear()
                    await self._moved.wait()

    def _session(self, session_id: str) -> Session:
        session = self._sessions.get(session_id)
        if session is None:
            nothing_older = self._backlog is not None and session_id not in self._backlog
            session = self._sessions[session_id] = Session(session_id, complete=nothing_older)
        return session

    def _go(self, session: Session) -> None:
        """Start whatever may start now."""
        if self._tasks is None or self._closing or not session.up:
            return
        for chat, lane in session.idle_lanes():
            lane.driven = True
            self._driving += 1
            self._tasks.create_task(self._drive(session, chat, lane))
        if session.wants_rows():
            session.loading = True
            self._tasks.create_task(self._load(session))

    async def _load(self, session: Session) -> None:
        asked, skipped = session.room(), session.skipped
        try:
            found = await self._store.read(
                partial(rows.queued, session_id=session.session_id, after=session.loaded_to, limit=asked)
            )
            session.loaded(found, asked, skipped)
        except StoreUnavailable:
            _log.warning("outbox.load_failed", session_id=session.session_id)
            await asyncio.sleep(_STORE_AGAIN_S)
        finally:
            session.loading = False
        self._go(session)

    async def _drive(self, session: Session, chat: str, lane: Lane) -> None:
        """Send one chat's rows one after the other, as long as there are any and the session is up."""
        slots = self._slots.setdefault(session.session_id, asyncio.Semaphore(_AT_ONCE))
        try:
            while lane.rows and session.up and not self._closing:
                row = lane.rows[0]
                if self._is_proved(row):
                    session.first_done(chat)
                    continue
                delay_s = ((row.next_at_ms or 0) - self._clock()) / 1000
                if delay_s > 0:
                    await self._wait(row, delay_s)
                    lane.rows[0] = replace(row, next_at_ms=None)
                    continue
                async with slots:
                    result = await self._attempt(row, lane.fruitless)
                self._report(result)
                if isinstance(result, Retried):
                    lane.fruitless += 1
                    lane.rows[0] = result.row
                else:
                    session.first_done(chat)
        finally:
            self._driving -= 1
            self._moved.set()
            session.left(chat)
        self._go(session)

    def _is_proved(self, row: OutboxRow) -> bool:
        """True, once, for a row whose receipt came before its acknowledgement."""
        key = (row.session_id, row.message_id)
        if key not in self._proved:
            return False
        self._proved.discard(key)
        return True

    async def _attempt(self, row: OutboxRow, fruitless: int) -> Result:
        """Hand one row to the engine. Never raises: what goes wrong is a decision about this row alone."""
        attempt = row.attempts + 1
        try:
            ack: SendAck = await self._sender.send(
                row.session_id, row.message_id, row.to_jid, row.text, row.message or b""
            )
        except Exception as exc:
            decision = self._policy.decide(exc, attempt, self._roll(), fruitless=fruitless)
            self._log_attempt(row, exc, decision)
            if isinstance(decision, Fail):
                return Failed(replace(row, attempts=attempt), decision)
            error = str(exc) if isinstance(exc, HoldfastError) else type(exc).__name__
            code = exc.code if isinstance(exc, HoldfastError) else "internal_error"
            return Retried(
                replace(
                    row,
                    attempts=attempt if decision.attempted else row.attempts,
                    next_at_ms=self._clock() + int(decision.delay_s * 1000),
                    error_code=code,
                    error=error,
                )
            )
        killpoint.pass_("ack_unstored")
        return Sent(replace(row, attempts=attempt), ack)

    def _log_attempt(self, row: OutboxRow, exc: Exception, decision: object) -> None:
        facts = {"session_id": row.session_id, "message_id": row.message_id, "error": type(exc).__name__}
        if isinstance(decision, Fail):
            _log.warning("outbox.message_failed", code=decision.code, **facts)
        elif not isinstance(exc, HoldfastError):
            _log.error("outbox.attempt_crashed", exc_info=exc, **facts)
        elif row.attempts == 0 and row.error_code is None:
            _log.info("outbox.attempt_failed", **facts)

    async def _wait(self, row: OutboxRow, delay_s: float) -> None:
        """Until the row's next time, or until the session comes up anew (unless WhatsApp asked to wait)."""
        if row.error_code == RateLimited.code:
            end = self._ending
        else:
            end = self._kicks.setdefault(row.session_id, asyncio.Event())
        with suppress(TimeoutError):
            async with asyncio.timeout(delay_s):
                await end.wait()

    # ---- store -------------------------------------------------------------------------------------------

    def _report(self, result: Result) -> None:
        # An attempt that never left this machine changes nothing that a restart should know.
        if isinstance(result, Retried) and result.row.attempts == 0:
            return
        self._results.append(result)
        self._unstored += 1
        self._have_results.set()

    async def _store_forever(self) -> None:
        while True:
            await self._have_results.wait()
            self._have_results.clear()
            batch, self._results = self._results, []
            await self._store_results(batch)
            self._unstored -= len(batch)
            self._moved.set()

    async def _store_results(self, batch: Sequence[Result]) -> None:
        """Write a batch however long it takes: until then a crash repeats these sends, with the same ids."""
        while True:
            try:
                await self._store.write(
                    lambda unit: store_results(unit, self._journal, batch), patience_s=LAZY_S
                )
            except StoreUnavailable:
                await asyncio.sleep(_STORE_AGAIN_S)
            else:
                return
