"""Fetching what received messages name: whole or not at all, and never twice.

What is to be fetched stands in the database. Each session that is up has a few workers while it has
something to fetch; the others cost nothing.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from holdfast.engine.families import Acts, Files
from holdfast.journal import Draft, Journal
from holdfast.kit import killpoint, logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.kit.ids import new_id
from holdfast.media import statements
from holdfast.media.library import Library
from holdfast.media.policy import LONGEST_WAIT_MS, Again, Settled, after_asking, after_download
from holdfast.media.settings import policy_of
from holdfast.media.task import Attachment
from holdfast.messages import reading
from holdfast.model.address import is_group
from holdfast.model.errors import HoldfastError, MediaExpired, MediaNotHere, StoreUnavailable
from holdfast.model.events import MessageFileChanged
from holdfast.model.ids import SessionId
from holdfast.model.media import FileState
from holdfast.store import ReadUnit, Store, WriteUnit

_log = logging.get("media")

#: Files that one session fetches at the same time, and all sessions together; the engine moves eight.
_PER_SESSION: Final = 3
_AT_ONCE: Final = 6
#: Rows that a worker looks at to find one that nobody works on.
_LOOK_AT: Final = 16
_STORE_AGAIN_S: Final = 1.0
_CRASHED_AGAIN_S: Final = 30.0
#: Sessions come up in crowds: the database is asked once for all that came within this time.
_CROWD_S: Final = 0.05


class Fetcher:
    """Fetches for every session of this gateway. Belongs to the event loop's thread."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        library: Library,
        files: Files,
        acts: Acts,
        *,
        clock: Clock = now_ms,
        roll: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._journal, self._library = store, journal, library
        self._files, self._acts, self._clock, self._roll = files, acts, clock, roll
        self._up: set[SessionId] = set()
        #: Came up since the last look.
        self._came: set[SessionId] = set()
        self._news = asyncio.Event()
        self._workers: dict[SessionId, int] = {}
        self._busy: set[int] = set()
        self._timers: dict[SessionId, asyncio.TimerHandle] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                while True:
                    await self._news.wait()
                    await asyncio.sleep(_CROWD_S)
                    await self._look()
            finally:
                self._tasks = None
                for timer in self._timers.values():
                    timer.cancel()

    def session_up(self, session_id: SessionId) -> None:
        """The session can ask WhatsApp now."""
        self._up.add(session_id)
        self._came.add(session_id)
        self._news.set()

    def session_down(self, session_id: SessionId) -> None:
        """It cannot: nothing new is asked."""
        self._up.discard(session_id)

    def expected(self, session_id: SessionId) -> None:
        """There may be something to fetch for this session."""
        if self._tasks is None or session_id not in self._up:
            return
        if (timer := self._timers.pop(session_id, None)) is not None:
            timer.cancel()
        if self._workers.get(session_id, 0) < _PER_SESSION:
            self._workers[session_id] = self._workers.get(session_id, 0) + 1
            self._tasks.create_task(self._work(session_id))

    # ---- work ----

    async def _look(self) -> None:
        """Begin with the sessions that came up and have something to fetch."""
        self._news.clear()
        came, self._came = self._came, set()
        try:
            rows = await self._store.read(lambda unit: unit.all(statements.FETCHING))
        except Exception:
            begin = came  # each asks by itself, tries again, and says what is wrong
        else:
            begin = came & {SessionId(row[0]) for row in rows}
        for session_id in begin:
            self.expected(session_id)

    async def _work(self, session_id: SessionId) -> None:
        """Fetch one file after the other, as long as there are any that are due."""
        try:
            while session_id in self._up and (task := await self._take(session_id)) is not None:
                try:
                    await self._one(task)
                finally:
                    self._busy.discard(task.order_no)
        except StoreUnavailable:
            self._wake_in(session_id, _STORE_AGAIN_S)
            return
        except Exception as exc:  # one file's trouble is not the gateway's
            _log.error("media.fetch_crashed", session_id=session_id, exc_info=exc)
            self._wake_in(session_id, _CRASHED_AGAIN_S)
            return
        finally:
            self._workers[session_id] -= 1
        if not self._workers[session_id]:
            await self._rest(session_id)

    async def _take(self, session_id: SessionId) -> Attachment | None:
        rows = await self._store.read(partial(_due, session_id=session_id, now_ms=self._clock()))
        free = [row for row in rows if row.order_no not in self._busy]
        if not free:
            return None
        self._busy.add(free[0].order_no)
        if len(free) > 1:
            self.expected(session_id)  # a second pair of hands
        return free[0]

    async def _rest(self, session_id: SessionId) -> None:
        """Nothing is due: wake when the next one is."""
        try:
            at_ms = await self._store.read(
                lambda unit: unit.scalar(statements.NEXT_DUE, session_id=session_id)
            )
        except StoreUnavailable:
            self._wake_in(session_id, _STORE_AGAIN_S)
            return
        if at_ms is not None and not self._workers.get(session_id):
            self._wake_in(session_id, max(0.05, (int(at_ms) - self._clock()) / 1000))

    def _wake_in(self, session_id: SessionId, delay_s: float) -> None:
        if self._tasks is None:
            return
        if (timer := self._timers.pop(session_id, None)) is not None:
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._timers[session_id] = loop.call_later(delay_s, self.expected, session_id)

    async def _one(self, task: Attachment) -> None:
        outcome: Settled | Again
        try:
            outcome = await self._fetch(task)
        except StoreUnavailable:
            raise
        except HoldfastError as exc:
            task, outcome = await self._failed(task, exc)
        await self._settle(task, outcome)

    async def _fetch(self, task: Attachment) -> Settled:
        """Have the file here. Raises what the engine and the storage raise."""
        limits = self._library.limits
        policy = await self._store.read(partial(policy_of, session_id=task.session_id)) or limits.fetch
        by_itself = task.state is FileState.WAITING
        if by_itself and not task.stored and not policy.wants(task.kind, task.size_bytes):
            return Settled(FileState.SKIPPED)
        if task.state is FileState.ASKED:
            task = replace(task, direct_path=await self._ask(task))
        # What was announced as small may be large.
        await self._download(task, policy.max_bytes if by_itself else limits.max_bytes)
        return Settled(FileState.STORED)

    async def _download(self, task: Attachment, limit: int) -> None:
        async with self._library.alone_with(task.sha256):
            # Another message may have brought it, or a gateway that was killed before it could say so.
            if await self._library.storage.size(task.sha256) is not None:
                return
            async with self._slots:
                await self._files.download(
                    task.session_id, new_id("trf"), task.remote, task.kind, task.sha256, max_bytes=limit
                )
            killpoint.pass_("file_unstored")
            await self._library.storage.keep(task.sha256)

    async def _ask(self, task: Attachment) -> str:
        sender = task.sender if is_group(task.chat) else ""
        return await self._acts.ask_for_media(
            task.session_id,
            task.chat,
            sender,
            task.message_id,
            from_me=task.from_me,
            media_key=task.media_key,
        )

    async def _failed(self, task: Attachment, exc: HoldfastError) -> tuple[Attachment, Settled | Again]:
        """What follows from an error; when WhatsApp has dropped the file, the phone is asked at once."""
        attempt = task.attempts + 1
        if task.state is FileState.ASKED:
            return task, after_asking(exc, attempt, self._roll())
        outcome = after_download(exc, attempt, self._roll())
        if not isinstance(outcome, Again) or not outcome.ask:
            return task, outcome
        task = replace(task, state=FileState.ASKED, attempts=0)
        try:
            placed = replace(task, direct_path=await self._ask(task))
            await self._download(placed, self._library.limits.max_bytes)
        except HoldfastError as again:
            return task, after_asking(again, 1, self._roll())
        return placed, Settled(FileState.STORED)

    # ---- store ----

    async def _settle(self, task: Attachment, outcome: Settled | Again) -> None:
        if isinstance(outcome, Settled) and outcome.state is FileState.STORED:
            facts = await self._library.facts_of(task.sha256)
            await self._store.write(partial(self._stored, task=task, facts=facts))
        elif isinstance(outcome, Settled):
            await self._store.write(partial(self._rested, task=task, outcome=outcome))
        else:
            attempts = task.attempts + (1 if outcome.counted else 0)
            next_at_ms = self._clock() + round(outcome.delay_s * 1000)
            await self._store.write(
                lambda unit: _attempted(unit, replace(task, attempts=attempts), task.state, next_at_ms)
            )

    def _stored(self, unit: WriteUnit, task: Attachment, facts: tuple[str, int]) -> None:
        if not _attempted(unit, task, FileState.STORED):
            return
        mimetype, size = facts
        values = {"id": task.media_id, "mimetype": mimetype, "size_bytes": size}
        unit.run(statements.ARRIVED, **values, stored_at_ms=self._clock())
        self._tell(unit, task, Settled(FileState.STORED))

    def _rested(self, unit: WriteUnit, task: Attachment, outcome: Settled) -> None:
        if _attempted(unit, task, outcome.state, None, outcome.code):
            self._tell(unit, task, outcome)

    def _tell(self, unit: WriteUnit, task: Attachment, outcome: Settled) -> None:
        data = MessageFileChanged(task.message_id, task.chat, task.media_id, outcome.state, outcome.code)
        self._journal.append_many(unit, [Draft(task.session_id, task.tenant_id, data)])
        _log.info("media.settled", session_id=task.session_id, state=outcome.state, code=outcome.code)

    # ---- by request ----

    async def request(self, session_id: SessionId, message_id: str) -> FileState:
        """Fetch the file of a message whatever the policy says, also one that was given up; its state now.

        Raises UnknownMessage, MediaNotHere for a message without a file, MediaExpired for one of ours.
        """
        state = await self._store.write(partial(_request, session_id=session_id, message_id=message_id))
        self.expected(session_id)
        return state


def _due(unit: ReadUnit, session_id: SessionId, now_ms: int) -> list[Attachment]:
    latest = now_ms + LONGEST_WAIT_MS
    rows = unit.all(statements.DUE, session_id=session_id, now_ms=now_ms, latest=latest, limit=_LOOK_AT)
    return [Attachment.of(row) for row in rows]


def _attempted(
    unit: WriteUnit,
    task: Attachment,
    state: FileState,
    next_at_ms: int | None = None,
    code: str | None = None,
) -> bool:
    """Note what an attempt came to. False: another worker, that had looked at the same row, settled it."""
    return bool(unit.run(statements.ATTEMPTED, **_row(task, state, next_at_ms, code)))


def _row(task: Attachment, state: FileState, next_at_ms: int | None, code: str | None) -> dict[str, object]:
    return {
        "order_no": task.order_no,
        "state": state.value,
        "direct_path": task.direct_path,
        "attempts": task.attempts,
        "next_at_ms": next_at_ms,
        "error_code": code,
    }


def _request(unit: WriteUnit, session_id: SessionId, message_id: str) -> FileState:
    row = unit.first(statements.OF_MESSAGE, session_id=session_id, message_id=message_id)
    if row is None:
        reading.one(unit, session_id, message_id)  # says so when there is no such message at all
        raise MediaNotHere("This message has no file that could be fetched")
    task = Attachment.of(row)
    if task.stored:
        return FileState.STORED
    if not task.media_key:
        raise MediaExpired(next_step="Nobody else has it: upload it again, POST /v1/media.")
    wanted = task.state if task.state is FileState.ASKED else FileState.WANTED
    unit.run(statements.SETTLE, **_row(replace(task, attempts=0), wanted, None, None))
    return wanted
