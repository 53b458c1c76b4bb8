"""Lanes at work: one task per chat that can send, attempts in its order, results on their way to the
database.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from holdfast.kit import logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.errors import ReachoutLocked, SendOutcomeUnknown, StoreUnavailable
from holdfast.model.ids import SessionId
from holdfast.outbox import statements
from holdfast.outbox.attempts import Attempts
from holdfast.outbox.holding import Wait, at_once, wait_of
from holdfast.outbox.lanes import LANE_ROWS, Lane, Session
from holdfast.outbox.pacing import Budget, Pace, Pacer
from holdfast.outbox.policy import EXPIRED, NUMBER_CHANGED, TARGET_FAILED, Fail
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
        attempts: Attempts,
        report: Callable[[Result], None],
        *,
        clock: Clock = now_ms,
        roll: Callable[[], float] = random.random,
        budgets: Mapping[Pace, Budget] | None = None,
        keep_for_other_number: bool = False,
    ) -> None:
        self._store, self._attempts, self._report = store, attempts, report
        self._clock, self._roll = clock, roll
        self._budgets = budgets or {}
        self._keep_for_other_number = keep_for_other_number
        self._sessions: dict[str, Session] = {}
        #: Sessions with queued rows at the start. None: not known yet, so each must look for itself.
        self.backlog: frozenset[str] | None = None
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_AT_ONCE))
        self._driving: dict[str, int] = {}
        self._resting: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._patient: set[tuple[str, str]] = set()
        self._proved: set[int] = set()
        #: Messages whose attempt has had no answer, oldest first, by session.
        self._unanswered: dict[SessionId, dict[int, None]] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._closing = False
        self.idle = asyncio.Event()

    @staticmethod
    def _now_s() -> float:
        return asyncio.get_running_loop().time()

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
            session = self._sessions[session_id] = Session(
                session_id, counted=nothing_older, pacer=Pacer(self._budgets)
            )
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
        session.ups += 1
        session.bind(phone)
        for key in [key for key in self._resting if key[0] == session_id and key not in self._patient]:
            self._wake(key)
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

    def became_due(self, due: Sequence[tuple[SessionId, str, int]]) -> None:
        """So many messages of these sessions and chats have come to their time."""
        for session_id, chat, rows in due:
            session = self.session(session_id)
            session.due(chat, rows)
            self.go(session)

    def withdraw(self, row: Queued) -> bool:
        """Send this row no more; False when an attempt is under way, its result is not durable yet, or
        WhatsApp may have it.

        Whoever asks stores that it failed, and says `withdrawn` then.
        """
        session = self.session(row.session_id)
        if row.order_no in session.busy or session.is_uncertain(row.order_no):
            return False
        lane = session.withdraw(row.order_no)
        if lane is not None:
            self._wake((row.session_id, lane.chat))
            self.go(session)
        return True

    def withdrawn(self, row: Queued, stored: bool) -> None:
        """Whether the database knows that this row waits no more."""
        session = self.session(row.session_id)
        if stored:
            session.withdrawal_stored(row.order_no)
        else:
            session.withdrawal_failed(row.order_no, row.chat)
        self.go(session)

    def lock_told(self, session_id: SessionId, for_s: float | None) -> None:
        """WhatsApp told how long the number may begin no new chats; None: it may again."""
        session = self.session(session_id)
        session.lock.told(None if for_s is None else self._now_s() + for_s)
        for key in [key for key in self._patient if key[0] == session_id]:
            self._wake(key)  # each looks again what it has to wait for
        self.go(session)

    def locked_s(self, session_id: SessionId) -> float | None:
        """How long the number may begin no new chats; None: it may."""
        session = self._sessions.get(session_id)
        if session is None or session.lock.until_s is None:
            return None
        return max(0.0, session.lock.until_s - self._now_s())

    def debts_s(self, session_id: SessionId) -> Mapping[str, float]:
        """What a restart must know of a number: how far its budgets are used up, and its lock."""
        session = self._sessions.get(session_id)
        return {} if session is None else session.debts_s(self._now_s())

    def restore(self, session_id: SessionId, debts_s: Mapping[str, float]) -> None:
        """Go on as `debts_s` said before the restart."""
        self.session(session_id).restore(debts_s, self._now_s())

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
                session.stored(each.row.order_no)

    def oldest_unanswered(self, session_id: SessionId) -> int | None:
        """The message that was handed over first and has had no answer, by its order; None without one."""
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
            census = await self._store.read(
                partial(_census, session_id=session.session_id, now_ms=self._clock())
            )
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
                if row.needs_file:
                    await self._place(session, lane, row)
                    continue
                async with self._slots[session.session_id]:
                    if not _is_first(session, lane, row):
                        continue  # it was withdrawn while it waited for its turn
                    session.busy.add(row.order_no)
                    self._unanswered.setdefault(row.session_id, {}).setdefault(row.order_no)
                    ups = session.ups
                    result = await self._attempts.send(row, lane.fruitless)
                if isinstance(result, Retried) and ups != session.ups:
                    result = Retried(at_once(result.row))
                self._over(session, lane, result)
        finally:
            self._driving[session.session_id] -= 1
            session.left(lane)
            self.idle.set()
        self.go(session)

    async def _place(self, session: Session, lane: Lane, row: Queued) -> None:
        """Have the first row's file on WhatsApp's servers, outside of the turns that sends take.

        Meanwhile the row may be withdrawn, or its time may be over: afterwards it is looked at again.
        """
        ups = session.ups
        placed = await self._attempts.with_file(row, lane.fruitless)
        if not _is_first(session, lane, row):
            return
        if isinstance(placed, Queued):
            lane.rows[0] = placed
            return
        if isinstance(placed, Retried) and ups != session.ups:
            placed = Retried(at_once(placed.row))
        session.busy.add(row.order_no)
        self._over(session, lane, placed)

    def _over(self, session: Session, lane: Lane, result: Result) -> None:
        """What an attempt has shown about the row, its chat and its number."""
        now_s = self._now_s()
        if not (isinstance(result, Retried) and result.row.error_code == SendOutcomeUnknown.code):
            self._answered(result.row)
        if isinstance(result, Retried):
            session.busy.discard(result.row.order_no)
            lane.fruitless += 1
            lane.rows[0] = result.row
            if result.row.error_code == ReachoutLocked.code:
                session.lock.refused(now_s + max(0.0, result.row.wait_s(self._clock())))
        else:
            session.first_done(lane)
            if isinstance(result, Failed):
                session.failed.add(result.row.order_no)
        session.lock.tried(result.row, isinstance(result, Sent))
        self._report(result)

    async def _next(self, session: Session, lane: Lane) -> bool:
        """True when the lane's first row is due now; False when the lane has to leave its turn to others."""
        while session.up and not self._closing and lane.merged_into is None and not lane.held_by:
            if not lane.rows:
                if not lane.outside or not await self._load(session, lane):
                    return False
                continue
            row = lane.rows[0]
            if row.order_no in self._proved or row.order_no in session.withdrawn:
                self._proved.discard(row.order_no)
                self._answered(row)
                session.first_done(lane)
            elif (failure := self._spoilt(session, row)) is not None:
                session.busy.add(row.order_no)
                self._over(session, lane, Failed(row, failure))
            elif (wait := self._wait(session, row)) is not None:
                if wait.shown is not None:
                    self._report(Retried(wait.shown))
                if wait.s > _PATIENCE_S:
                    self._rest(session, lane, wait)
                    return False
                if wait.s > 0:
                    await asyncio.sleep(wait.s)
                if lane.rows and lane.rows[0] is row:
                    lane.rows[0] = wait.row
            elif row.typing_ms and not row.attempts:
                await self._attempts.show_typing(row)
                if lane.rows and lane.rows[0] is row:
                    lane.rows[0] = replace(row, typing_ms=0)
            else:
                return True
        return False

    def _wait(self, session: Session, row: Queued) -> Wait | None:
        return wait_of(session, row, self._clock(), self._now_s(), self._roll)

    async def _load(self, session: Session, lane: Lane) -> bool:
        """Read the lane's next rows. False when there are none, or the database does not answer."""
        before = lane.read_mark
        session.loading += 1
        try:
            rows = await self._store.read(
                partial(
                    _lane,
                    session_id=session.session_id,
                    chat=lane.chat,
                    after=lane.loaded_to,
                    now_ms=self._clock(),
                )
            )
            if lane.merged_into is not None:
                return False  # what was read waits in the other lane
            session.count += lane.loaded(rows, LANE_ROWS, before, session.unwanted)
        except StoreUnavailable:
            _log.warning("outbox.load_failed", session_id=session.session_id)
            await asyncio.sleep(STORE_AGAIN_S)
            return False
        finally:
            session.load_ended()
        return bool(lane.rows) or lane.outside > 0

    def _spoilt(self, session: Session, row: Queued) -> Fail | None:
        """Why this row must not be sent at all."""
        if row.expires_at_ms is not None and row.expires_at_ms <= self._clock():
            return EXPIRED
        if row.phone and session.phone and row.phone != session.phone and not self._keep_for_other_number:
            return NUMBER_CHANGED
        if row.refers_to is not None and row.refers_to in session.failed:
            return TARGET_FAILED
        return None

    def _rest(self, session: Session, lane: Lane, wait: Wait) -> None:
        """Wait without holding a turn. A session that comes up again ends the wait unless it is `kept`."""
        key = (session.session_id, lane.chat)
        lane.rows[0] = wait.row
        session.count -= lane.rest()
        if wait.kept:
            self._patient.add(key)

        def over() -> None:
            self._wake(key)
            self.go(session)

        self._resting[key] = asyncio.get_running_loop().call_later(wait.s, over)

    def _wake(self, key: tuple[str, str]) -> None:
        self._patient.discard(key)
        if (timer := self._resting.pop(key, None)) is not None:
            timer.cancel()

    async def until_idle(self) -> None:
        """Return when no chat is worked on."""
        while self.attempts_under_way:
            self.idle.clear()
            await self.idle.wait()


def _is_first(session: Session, lane: Lane, row: Queued) -> bool:
    here = bool(lane.rows) and lane.rows[0] is row
    return here and not lane.held_by and row.order_no not in session.withdrawn


def _census(unit: ReadUnit, session_id: SessionId, now_ms: int) -> list[tuple[str, int]]:
    found = unit.all(statements.CENSUS, session_id=session_id, now_ms=now_ms)
    return [(chat, int(rows)) for chat, rows in found]


def _lane(unit: ReadUnit, session_id: SessionId, chat: str, after: int, now_ms: int) -> list[Queued]:
    wanted = {"session_id": session_id, "chat": chat, "after": after, "now_ms": now_ms}
    rows = unit.all(statements.LANE, **wanted, limit=LANE_ROWS)
    return [Queued.of(row) for row in rows]
