"""The outbox's door: accepts, hears what came of messages, stores results; the driver sends."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from holdfast.journal import Journal
from holdfast.kit import killpoint, logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.media import Placer
from holdfast.messages import Message
from holdfast.model.content import Content
from holdfast.model.errors import HoldfastError, NotCancellable, ReachoutLocked, StoreUnavailable
from holdfast.model.ids import SessionId
from holdfast.model.messages import InboundReceipt
from holdfast.model.seams import Sender, SessionRef
from holdfast.outbox import statements
from holdfast.outbox.acceptance import Answer, Checked, SendRequest, check, take
from holdfast.outbox.attempts import Attempts
from holdfast.outbox.driver import STORE_AGAIN_S, Driver
from holdfast.outbox.finishing import Finisher
from holdfast.outbox.lanes import LOCK
from holdfast.outbox.looking import backlog, cancellable, debts_s, expired
from holdfast.outbox.numbers import Asks, Numbers
from holdfast.outbox.pacing import Budget, Pace
from holdfast.outbox.policy import CANCELLED, EXPIRED, SESSION_DELETED, RetryPolicy
from holdfast.outbox.progress import Failed, Result, Retried, Sent, fail_all, store_receipts, store_results
from holdfast.outbox.queued import Length, Queued, Waiting
from holdfast.outbox.schedule import Schedule
from holdfast.store import Store, WriteUnit, aliases
from holdfast.store.store import FEW, LAZY_S

_log = logging.get("outbox")

_EXPIRY_EVERY_S: Final = 5.0


@dataclass(slots=True)
class Counts:
    """What became of attempts in this process: those that will be made again are `repeated`."""

    sent: int = 0
    failed: int = 0
    repeated: int = 0


class Outbox:
    """The outbox of one gateway. What takes a unit belongs to the writer's thread, all else to the event
    loop's.
    """

    def __init__(
        self,
        store: Store,
        journal: Journal,
        sender: Sender,
        *,
        clock: Clock = now_ms,
        policy: RetryPolicy | None = None,
        roll: Callable[[], float] = random.random,
        budgets: Mapping[Pace, Budget] | None = None,
        keep_for_other_number: bool = False,
        placer: Placer | None = None,
        asks: Asks | None = None,
    ) -> None:
        self._store, self._journal, self._clock = store, journal, clock
        finisher = None if placer is None else Finisher(store, placer, clock)
        self._driver = Driver(
            store,
            Attempts(
                sender,
                clock=clock,
                policy=policy,
                roll=roll,
                finisher=finisher,
                numbers=None if asks is None else Numbers(asks, self._moves, clock),
            ),
            self._report,
            clock=clock,
            roll=roll,
            budgets=budgets,
            keep_for_other_number=keep_for_other_number,
        )
        self._schedule = Schedule(store, self._driver.became_due, clock)
        #: Sessions with messages that were accepted before they were linked. None: not known yet.
        self._unbound: set[str] | None = None
        #: Sessions that came up before `run`, with their numbers.
        self._early: dict[SessionId, str] = {}
        self.counts = Counts()
        #: Told inside a unit when a chat turned out to be another one: session, its name so far, its name.
        self.on_moved: Callable[[WriteUnit, SessionId, str, str], None] = _nobody
        self._results: list[Result] = []
        self._have_results = asyncio.Event()
        self._unstored = 0
        self._all_stored = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None

    # ---- accept ------------------------------------------------------------------------------------------

    async def accept(
        self, session: SessionRef, to: str, content: Content, idempotency_key: str | None = None
    ) -> Message:
        """Take one message: durable when this returns, with the id that it keeps.

        The same key with the same body gives the same message, however often.
        Raises RecipientInvalid, MessageTooLarge, RequestInvalid, IdempotencyConflict; StoreUnavailable:
        repeat.
        """
        answer = (await self.accept_many([SendRequest(session, to, content, idempotency_key)]))[0]
        if isinstance(answer, HoldfastError):
            raise answer
        return answer

    async def accept_many(self, requests: Sequence[SendRequest]) -> list[Answer]:
        """Take several in their order, in one commit. The answers stand in that order; one may be an error.

        Raises StoreUnavailable: none was taken; repeat with the same keys.
        """
        now = self._clock()
        checked = [check(request, now) for request in requests]
        good = [each for each in checked if isinstance(each, Checked)]
        answers: list[Answer] = []
        if good:
            answers = await self._store.write(partial(self.take, good=good), short=len(good) <= FEW)
            killpoint.pass_("outbox_committed")
        taken = iter(answers)
        return [next(taken) if isinstance(each, Checked) else each for each in checked]

    def checked(self, requests: Sequence[SendRequest]) -> list[Checked]:
        """Requests that can be taken, for `take`. Raises what the first that cannot is refused for."""
        now = self._clock()
        good: list[Checked] = []
        for request in requests:
            each = check(request, now)
            if isinstance(each, HoldfastError):
                raise each
            good.append(each)
        return good

    def take(self, unit: WriteUnit, good: Sequence[Checked]) -> list[Answer]:
        """Take several in their order, inside of a unit of work. One of the answers may be an error."""
        taken = take(unit, good, self._clock())
        if taken.fresh:
            unit.after_commit(lambda: self._accepted(taken.fresh))
        return taken.answers

    def _accepted(self, fresh: Sequence[Queued]) -> None:
        if self._unbound is not None:
            self._unbound |= {row.session_id for row in fresh if not row.phone}
        now = self._clock()
        for row in fresh:
            if (row.not_before_ms or 0) > now:
                self._schedule.added(row.not_before_ms or 0)
        self._driver.accepted([row for row in fresh if (row.not_before_ms or 0) <= now])

    # ---- what waits ----------------------------------------------------------------------------------------

    async def cancel(self, session_id: SessionId, message_id: str) -> None:
        """Send a message no more that has not been sent yet: it fails with `cancelled`.

        Again for the same message: nothing happens. Raises UnknownMessage; NotCancellable when it is on its
        way, may be at WhatsApp already, or has failed or arrived; StoreUnavailable: repeat.
        """
        row = await self._store.read(partial(cancellable, session_id=session_id, message_id=message_id))
        if row is None:
            return
        if row.uncertain or not self._driver.withdraw(row):
            raise NotCancellable
        stored = False
        try:
            stored = await self._store.write(partial(self._cancel, row=row))
        finally:
            self._driver.withdrawn(row, stored)
        if not stored:  # its receipt was faster
            raise NotCancellable

    def _cancel(self, unit: WriteUnit, row: Queued) -> bool:
        if not unit.all(statements.ONE, order_no=row.order_no):
            return False
        fail_all(unit, self._journal, [row], CANCELLED, self._clock())
        return True

    async def waiting(self, session_id: SessionId) -> Waiting:
        """What a session still has to send, and what holds it up. Raises StoreUnavailable."""
        now = self._clock()
        row = await self._store.read(
            lambda unit: unit.first(statements.WAITING, session_id=session_id, now_ms=now)
        )
        messages, chats, since_ms, scheduled = row or (0, 0, None, 0)
        until_ms = self._locked_until_ms(session_id)
        return Waiting(int(messages), int(chats), since_ms, int(scheduled), until_ms)

    async def lengths(self, session_ids: Sequence[SessionId]) -> Mapping[SessionId, Length]:
        """How much each of these sessions has to send. Raises StoreUnavailable."""
        rows = await self._store.read(lambda unit: unit.all(statements.LENGTHS))
        counts = {session_id: int(count) for session_id, count in rows}
        return {it: Length(counts.get(it, 0), self._locked_until_ms(it)) for it in session_ids}

    def _locked_until_ms(self, session_id: SessionId) -> int | None:
        locked_s = self._driver.locked_s(session_id)
        return None if locked_s is None else self._clock() + int(locked_s * 1000)

    # ---- what others tell --------------------------------------------------------------------------------

    def session_up(self, session_id: SessionId, phone: str) -> None:
        """The session can send now, as this number: what waits goes out."""
        if self._tasks is None:
            self._early[session_id] = phone
        elif self._unbound is not None and session_id in self._unbound:
            self._tasks.create_task(self._bind(session_id, phone))
        else:
            self._driver.up(session_id, phone)

    def session_down(self, session_id: SessionId) -> None:
        """The session cannot send: nothing new is tried, rows wait. Attempts under way are not cancelled."""
        self._early.pop(session_id, None)
        self._driver.down(session_id)

    def session_deleted(self, unit: WriteUnit, session_id: SessionId) -> None:
        """Fail everything that the session still had to send, in the unit that deletes it."""
        rows = [Queued.of(row) for row in unit.all(statements.OF_SESSION, session_id=session_id)]
        fail_all(unit, self._journal, rows, SESSION_DELETED, self._clock())
        unit.run(statements.FORGET_BUDGETS, session_id=session_id)
        unit.after_commit(lambda: self._driver.dropped(session_id))

    def receipts(self, unit: WriteUnit, receipts: Sequence[InboundReceipt]) -> None:
        """Move messages forward by receipts, inside the inbox's unit of work."""
        proved = store_receipts(unit, self._journal, receipts)
        for each in proved:
            unit.after_commit(partial(self._driver.proved, each.session_id, each.order_no))

    def reachout_lock(self, unit: WriteUnit, session_id: SessionId, until_ms: int | None) -> None:
        """WhatsApp told until when the number may begin no new chats; None: it may again."""
        values = {"session_id": session_id, "budget": LOCK, "whole_at_ms": until_ms or 0}
        unit.run(statements.KEEP_BUDGET, **values)
        for_s = None if until_ms is None else max(0.0, (until_ms - self._clock()) / 1000)
        unit.after_commit(partial(self._driver.lock_told, session_id, for_s))

    def names_learned(self, unit: WriteUnit, session_id: SessionId, pn: str, lid: str) -> None:
        """Two names are one person: one chat, one order."""
        if unit.run(statements.MERGE, session_id=session_id, pn=pn, lid=lid):
            unit.after_commit(partial(self._driver.merged, session_id, pn, lid))

    async def _moves(self, session_id: SessionId, asked: str, found: str) -> None:
        """WhatsApp has this number's account elsewhere: what is said to it is said there, in one chat."""
        await self._store.write(partial(self._move, session_id=session_id, asked=asked, found=found))

    def _move(self, unit: WriteUnit, session_id: SessionId, asked: str, found: str) -> None:
        aliases.learn_spelling(unit, session_id, asked, found, self._clock())
        chat = aliases.canonical(unit, session_id, found)
        values = {"session_id": session_id, "asked": asked, "found": found, "chat": chat}
        unit.run(statements.MOVE, **values)
        unit.run(statements.MERGE, session_id=session_id, pn=asked, lid=chat)
        unit.after_commit(partial(self._driver.merged, session_id, asked, chat))
        self.on_moved(unit, session_id, asked, chat)

    def oldest_unanswered(self, session_id: SessionId) -> int | None:
        """The message that was handed over first and has had no answer, by its order; None without one."""
        return self._driver.oldest_unanswered(session_id)

    def reachout_locked_s(self, session_id: SessionId) -> float | None:
        """For how many seconds the session may begin no new chats; None: it may."""
        return self._driver.locked_s(session_id)

    async def queued(self) -> int:
        """How many messages wait to be sent, of every session. Raises StoreUnavailable."""
        return int(await self._store.read(lambda unit: unit.scalar(statements.QUEUED)))

    # ---- work --------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until cancelled. Before that, requests are accepted and wait. Raises StoreUnavailable."""
        now = self._clock()
        self._driver.backlog, self._unbound = await self._store.read(backlog)
        for session_id, of_session in (await self._store.read(partial(debts_s, now_ms=now))).items():
            self._driver.restore(session_id, of_session)
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                self._driver.begin(tasks)
                for session_id, phone in self._early.items():
                    self.session_up(session_id, phone)
                self._early.clear()
                tasks.create_task(self._expire())
                tasks.create_task(self._schedule.run())
                await self._store_results()
            finally:
                self._tasks = None
                self._driver.leave()

    async def close(self, within_s: float = 5.0) -> None:
        """Begin nothing new, finish attempts under way, store their results. Then `run` may be cancelled.

        What is not finished in time is repeated with the same id after the next start.
        """
        self._driver.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._driver.until_idle()
                while self._unstored:
                    self._all_stored.clear()
                    await self._all_stored.wait()

    async def _bind(self, session_id: SessionId, phone: str) -> None:
        """What was accepted before the session was linked belongs to the number that was linked first."""
        while True:
            try:
                await self._store.write(
                    lambda unit: unit.run(statements.BIND, session_id=session_id, phone=phone)
                )
                break
            except StoreUnavailable:
                await asyncio.sleep(STORE_AGAIN_S)
        if self._unbound is not None:
            self._unbound.discard(session_id)
        self._driver.up(session_id, phone)

    async def _expire(self) -> None:
        """Fail what nobody wants any more, also where the session is down."""
        while True:
            await asyncio.sleep(_EXPIRY_EVERY_S)
            try:
                rows = await self._store.read(partial(expired, now_ms=self._clock()))
            except StoreUnavailable:
                continue
            over = [row for row in rows if not self._driver.is_busy(row)]
            if over:
                await self._store_batch_of(partial(self._fail_expired, rows=over))

    def _fail_expired(self, unit: WriteUnit, rows: Sequence[Queued]) -> None:
        fail_all(unit, self._journal, rows, EXPIRED, self._clock())

    # ---- store -------------------------------------------------------------------------------------------

    def _report(self, result: Result) -> None:
        # An attempt that never left this machine changes nothing that a restart should know.
        untold = isinstance(result, Retried) and result.row.error_code != ReachoutLocked.code
        if untold and result.row.attempts == 0:
            return
        match result:
            case Sent():
                self.counts.sent += 1
            case Failed():
                self.counts.failed += 1
            case Retried():
                self.counts.repeated += 1
        self._results.append(result)
        self._unstored += 1
        self._have_results.set()

    async def _store_results(self) -> None:
        while True:
            await self._have_results.wait()
            self._have_results.clear()
            batch, self._results = self._results, []
            numbers = {each.row.session_id for each in batch}
            debts = {session_id: self._driver.debts_s(session_id) for session_id in numbers}
            work = partial(self._keep_results, batch=batch, debts=debts)
            await self._store_batch_of(work, short=len(batch) <= FEW)
            self._driver.stored([each for each in batch if not isinstance(each, Retried)])
            self._unstored -= len(batch)
            self._all_stored.set()

    def _keep_results(
        self, unit: WriteUnit, batch: Sequence[Result], debts: Mapping[SessionId, Mapping[str, float]]
    ) -> None:
        now = self._clock()
        store_results(unit, self._journal, batch, now)
        unit.run_many(
            statements.KEEP_BUDGET,
            [
                {"session_id": session_id, "budget": name, "whole_at_ms": now + int(debt_s * 1000)}
                for session_id, of_session in debts.items()
                for name, debt_s in of_session.items()
            ],
        )

    async def _store_batch_of(self, work: Callable[[WriteUnit], None], *, short: bool = False) -> None:
        """Write however long it takes: until then a crash repeats these sends, with the same ids."""
        while True:
            try:
                await self._store.write(work, patience_s=LAZY_S, short=short)
            except StoreUnavailable:
                await asyncio.sleep(STORE_AGAIN_S)
            else:
                return


def _nobody(unit: WriteUnit, session_id: SessionId, before: str, now: str) -> None:
    """Nobody has to know."""
