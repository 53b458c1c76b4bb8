"""Lanes at work: one task per chat that can send, attempts in its order, results on their way to the
database.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from holdfast.kit import killpoint, logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.errors import HoldfastError, RateLimited, SendOutcomeUnknown, StoreUnavailable
from holdfast.model.ids import SessionId
from holdfast.model.seams import Sender
from holdfast.outbox import statements
from holdfast.outbox.lanes import LANE_ROWS, Lane, Session
from holdfast.outbox.policy import EXPIRED, NUMBER_CHANGED, Fail, RetryPolicy
from holdfast.outbox.progress import Failed, Result, Retried, Sent
from holdfast.outbox.queued import Queued
from holdfast.store import ReadUnit, Store

_log = logging.get("outbox")

#: Sends of one session that wait for WhatsApp at the same time, each in another chat.
_AT_ONCE: Final = 16
#: Chats of one session that are worked on at the same time. The others take their turn.
_LANES_AT_ONCE: Final = 128
#: A chat that waits longer than this gives its turn to another one.
_PATIENCE_S: Final = 0.1
#: Pause before the database is tried again.
STORE_AGAIN_S: Final = 0.5


class Driver:
    """Sends what waits, session by session and chat by chat. Belongs to the event loop's thread."""

    def __init__(
        self,
        store: Store,
        sender: Sender,
        report: Callable[[Result], None],
        *,
        clock: Clock = now_ms,
        policy: RetryPolicy | None = None,
        roll: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._sender, self._report = store, sender, report
        self._clock, self._policy, self._roll = clock, policy or RetryPolicy(), roll
        self._sessions: dict[str, Session] = {}
        #: Sessions with queued rows at the start. None: not known yet, so each must look for itself.
        self.backlog: frozenset[str] | None = None
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._driving: dict[str, int] = {}
        self._resting: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._rate_limited: set[tuple[str, str]] = set()
        self._proved: set[int] = set()
        #: Messages whose attempt has had no answer, oldest first, by session.
        self._unanswered: dict[SessionId, dict[int, None]] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._closing = False
        self.idle = asyncio.Event()

    # ---- what others tell ----------------------------------------------------------------------------------

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Work in this group from now on."""
        self._tasks = tasks
        for session in list(self._sessions.values()):
            self.go(session)

    def leave(self) -> None:
        """The group ends."""
        self._tasks = None

    def close(self) -> None:
        """Begin nothing new."""
        self._closing = True
        for timer in self._resting.values():
            timer.cancel()
        self._resting.clear()

    @property
    def attempts_under_way(self) -> bool:
        """True while a chat is worked on."""
        return any(self._driving.values())

    def session(self, session_id: SessionId) -> Session:
        """The lanes of a session, made when nobody has asked for them."""
        session = self._sessions.get(session_id)
        if session is None:
            nothing_older = self.backlog is not None and session_id not in self.backlog
            session = self._sessions[session_id] = Session(session_id, counted=nothing_older)
        return session

    def accepted(self, fresh: Sequence[Queued]) -> None:
        """These were committed just now."""
        for row in fresh:
            self.session(row.session_id).accepted(row)
        for session_id in {row.session_id for row in fresh}:
            self.go(self.session(session_id))

    def up(self, session_id: SessionId, phone: str) -> None:
        """The session can send: what waits goes out, also what waits for its next attempt."""
        session = self.session(session_id)
        session.up, session.phone = True, phone
        session.bind(phone)
        for key in [key for key in self._resting if key[0] == session_id and key not in self._rate_limited]:
            self._resting.pop(key).cancel()
        self.go(session)

    def down(self, session_id: SessionId) -> None:
        """The session cannot send: nothing new is tried. Attempts under way are not cancelled."""
        if (session := self._sessions.get(session_id)) is not None:
            session.up = False

    def merged(self, session_id: SessionId, pn: str, lid: str) -> None:
        """Two lanes turned out to be one person's; the database knows."""
        if (session := self._sessions.get(session_id)) is not None:
            session.merge(pn, lid)
            self.go(session)

    def proved(self, session_id: SessionId, order_no: int) -> None:
        """A receipt came before the acknowledgement: WhatsApp has this message."""
        session = self._sessions.get(session_id)
        if session is not None and any(
            row.order_no == order_no for lane in session.lanes.values() for row in lane.rows
        ):
            self._proved.add(order_no)

    def dropped(self, session_id: SessionId) -> None:
        """Nothing of this session will be sent any more."""
        self._unanswered.pop(session_id, None)
        if (session := self._sessions.pop(session_id, None)) is not None:
            session.up = False
            session.drop()

    def stored(self, results: Sequence[Result]) -> None:
        """These results are durable: what they say may be read from the database."""
        for each in results:
            if (session := self._sessions.get(each.row.session_id)) is not None:
                session.busy.discard(each.row.order_no)

    def oldest_unanswered(self, session_id: SessionId) -> int | None:
        """The oldest message, by its order, that was handed over and has had no answer; None without one."""
        return next(iter(self._unanswered.get(session_id, ())), None)

    def _answered(self, row: Queued) -> None:
        waiting = self._unanswered.get(row.session_id)
        if waiting is not None:
            waiting.pop(row.order_no, None)
            if not waiting:
                del self._unanswered[row.session_id]

    def is_busy(self, row: Queued) -> bool:
        """True while an attempt of this row is under way, or its result is not durable yet."""
        session = self._sessions.get(row.session_id)
        return session is not None and row.order_no in session.busy

    # ---- work ----------------------------------------------------------------------------------------------

    def go(self, session: Session) -> None:
        """Start whatever may start now."""
        if self._tasks is None or self._closing or not session.up:
            return
        if not session.counted:
            if not session.counting:
                session.counting = True
                self._tasks.create_task(self._count(session))
            return
        free = _LANES_AT_ONCE - self._driving.get(session.session_id, 0)
        for lane in session.idle_lanes():
            if free <= 0:
                return
            if (session.session_id, lane.chat) in self._resting:
                continue
            free -= 1
            lane.working = True
            self._driving[session.session_id] = self._driving.get(session.session_id, 0) + 1
            self._tasks.create_task(self._drive(session, lane))

    async def _count(self, session: Session) -> None:
        uncounted = session.uncounted
        try:
            census = await self._store.read(partial(_census, session_id=session.session_id))
            session.count_lanes(census, uncounted)
        except StoreUnavailable:
            _log.warning("outbox.load_failed", session_id=session.session_id)
            await asyncio.sleep(STORE_AGAIN_S)
        finally:
            session.counting = False
        self.go(session)

    async def _drive(self, session: Session, lane: Lane) -> None:
        """Send one chat's rows one after the other, as long as it can."""
        try:
            while await self._next(session, lane):
                row = lane.rows[0]
                async with self._slots.setdefault(session.session_id, asyncio.Semaphore(_AT_ONCE)):
                    session.busy.add(row.order_no)
                    result = await self._attempt(row, lane.fruitless)
                if isinstance(result, Retried):
                    session.busy.discard(row.order_no)
                    lane.fruitless += 1
                    lane.rows[0] = result.row
                else:
                    session.first_done(lane)
                self._report(result)
        finally:
            self._driving[session.session_id] -= 1
            session.left(lane)
            self.idle.set()
        self.go(session)

    async def _next(self, session: Session, lane: Lane) -> bool:
        """True when the lane's first row is due now; False when the lane has to leave its turn to others."""
        while session.up and not self._closing and lane.merged_into is None:
            if not lane.rows:
                if not lane.outside or not await self._load(session, lane):
                    return False
                continue
            row = lane.rows[0]
            if row.order_no in self._proved:
                self._proved.discard(row.order_no)
                self._answered(row)
                session.first_done(lane)
            elif (failure := self._spoilt(session, row)) is not None:
                self._answered(row)
                session.busy.add(row.order_no)
                session.first_done(lane)
                self._report(Failed(row, failure))
            else:
                wait_s = row.wait_s(self._clock())
                if wait_s <= 0:
                    return True
                if wait_s > _PATIENCE_S:
                    self._rest(session, lane, row, wait_s)
                    return False
                await asyncio.sleep(wait_s)
                if lane.rows and lane.rows[0] is row:
                    lane.rows[0] = replace(row, next_at_ms=None, not_before_ms=None)
        return False

    async def _load(self, session: Session, lane: Lane) -> bool:
        """Read the lane's next rows. False when there are none, or the database does not answer."""
        added = lane.added_outside
        try:
            rows = await self._store.read(
                partial(_lane, session_id=session.session_id, chat=lane.chat, after=lane.loaded_to)
            )
        except StoreUnavailable:
            _log.warning("outbox.load_failed", session_id=session.session_id)
            await asyncio.sleep(STORE_AGAIN_S)
            return False
        if lane.merged_into is not None:
            return False  # what was read waits in the other lane
        session.count += lane.loaded(rows, LANE_ROWS, added, session.busy)
        return bool(lane.rows) or lane.outside > 0

    def _spoilt(self, session: Session, row: Queued) -> Fail | None:
        """Why this row must not be sent at all."""
        if row.expires_at_ms is not None and row.expires_at_ms <= self._clock():
            return EXPIRED
        if row.phone and session.phone and row.phone != session.phone:
            return NUMBER_CHANGED
        return None

    def _rest(self, session: Session, lane: Lane, row: Queued, wait_s: float) -> None:
        """Wait without holding a turn. A session that comes up again ends the wait, a rate limit stays."""
        key = (session.session_id, lane.chat)
        lane.rows[0] = replace(row, next_at_ms=None, not_before_ms=None)
        session.count -= lane.rest()
        if row.error_code == RateLimited.code or row.not_before_ms is not None:
            self._rate_limited.add(key)

        def over() -> None:
            self._resting.pop(key, None)
            self._rate_limited.discard(key)
            self.go(session)

        self._resting[key] = asyncio.get_running_loop().call_later(wait_s, over)

    async def _attempt(self, row: Queued, fruitless: int) -> Result:
        """Hand one row to the engine. Never raises: what goes wrong is a decision about this row alone."""
        attempt = row.attempts + 1
        self._unanswered.setdefault(row.session_id, {}).setdefault(row.order_no)
        try:
            ack = await self._sender.send(row.session_id, row.message_id, row.to_jid, row.message)
        except Exception as exc:
            decision = self._policy.decide(exc, attempt, self._roll(), fruitless=fruitless)
            self._log_attempt(row, exc, decision)
            if not isinstance(exc, SendOutcomeUnknown):
                self._answered(row)
            if isinstance(decision, Fail):
                return Failed(replace(row, attempts=attempt), decision)
            tried_at_ms = self._clock()
            code, detail = "internal_error", type(exc).__name__
            if isinstance(exc, HoldfastError):
                code, detail = exc.code, exc.message
            return Retried(
                replace(
                    row,
                    attempts=attempt if decision.attempted else row.attempts,
                    tried_at_ms=tried_at_ms,
                    next_at_ms=tried_at_ms + int(decision.delay_s * 1000),
                    error_code=code,
                    error_detail=detail,
                )
            )
        self._answered(row)
        killpoint.pass_("ack_unstored")
        return Sent(replace(row, attempts=attempt), ack)

    def _log_attempt(self, row: Queued, exc: Exception, decision: object) -> None:
        facts = {"session_id": row.session_id, "message_id": row.message_id, "error": type(exc).__name__}
        if isinstance(decision, Fail):
            _log.warning("outbox.message_failed", code=decision.code, **facts)
        elif not isinstance(exc, HoldfastError):
            _log.error("outbox.attempt_crashed", exc_info=exc, **facts)
        elif row.attempts == 0 and row.error_code is None:
            _log.info("outbox.attempt_failed", **facts)

    async def until_idle(self) -> None:
        """Return when no chat is worked on."""
        while self.attempts_under_way:
            self.idle.clear()
            await self.idle.wait()


def _census(unit: ReadUnit, session_id: SessionId) -> list[tuple[str, int]]:
    return [(chat, int(rows)) for chat, rows in unit.all(statements.CENSUS, session_id=session_id)]


def _lane(unit: ReadUnit, session_id: SessionId, chat: str, after: int) -> list[Queued]:
    rows = unit.all(statements.LANE, session_id=session_id, chat=chat, after=after, limit=LANE_ROWS)
    return [Queued.of(row) for row in rows]
