"""What could not be read is asked of the session's own phone again, until it is there.

The library asks once, in the moment in which the message comes. A connection or a process that ends right
then takes the question or its answer along, while WhatsApp counts the message as delivered: nobody would ask
again.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import ceil
from typing import Any, Final

from holdfast.engine import Acts
from holdfast.inbox import statements
from holdfast.kit import logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.errors import EngineUnreachable, HoldfastError, NotConnected, StoreUnavailable
from holdfast.model.ids import SessionId
from holdfast.store import ReadUnit, Store

_log = logging.get("inbox")

#: How many seconds after a connection has come up the phone is asked for what is still missing. From the last
#: on it is asked as often as lies between the last two.
ASK_AFTER_S: Final = (10, 60, 600, 3_600, 21_600)
_WAITS_S: Final = [later - before for before, later in pairwise((0, *ASK_AFTER_S))]
#: For what is older, or for more than these, nobody waits any more.
YOUNGER_THAN_MS: Final = 24 * 3_600_000
MOST: Final = 50


@dataclass(slots=True)
class _Turn:
    """How far a session's connection is."""

    due: int  # in paced seconds
    asked: int = 0
    asking: asyncio.Task[None] | None = None


class Missing:
    """Asks for every session, in one task as long as nothing is missing. Belongs to the event loop's thread.

    `pace` divides its waits. A message that comes twice, because both questions were answered, is one.
    """

    def __init__(
        self,
        store: Store,
        acts: Acts,
        *,
        pace: float = 1.0,
        clock: Clock = now_ms,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store, self._acts, self._pace = store, acts, pace
        self._clock, self._monotonic, self._sleep = clock, monotonic, sleep
        self._up: dict[SessionId, _Turn] = {}
        #: Whole paced seconds, so that a thousand sessions that came back together are looked at together.
        self._due: defaultdict[int, set[SessionId]] = defaultdict(set)
        self._earlier = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._rest()
                await self._look(tasks)

    def session_up(self, session_id: SessionId) -> None:
        """The session has a new connection: what was asked over the last one may be lost."""
        self.session_down(session_id)
        self._up[session_id] = turn = _Turn(0)
        self._wait(session_id, turn)

    def session_down(self, session_id: SessionId) -> None:
        """It has none."""
        turn = self._up.pop(session_id, None)
        if turn is None:
            return
        if turn.asking is not None:
            turn.asking.cancel()
        elif sessions := self._due.get(turn.due):
            sessions.discard(session_id)
            if not sessions:
                del self._due[turn.due]

    def _now(self) -> float:
        return self._monotonic() * self._pace

    def _wait(self, session_id: SessionId, turn: _Turn) -> None:
        turn.due = ceil(self._now() + _WAITS_S[min(turn.asked, len(_WAITS_S) - 1)])
        turn.asked += 1
        if turn.due < min(self._due, default=turn.due + 1):
            self._earlier.set()
        self._due[turn.due].add(session_id)

    async def _rest(self) -> None:
        """Return when something may be due."""
        self._earlier.clear()
        waiting: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._earlier.wait())]
        if self._due:
            rest_s = max(0.0, min(self._due) - self._now()) / self._pace
            waiting.append(asyncio.ensure_future(self._sleep(rest_s)))
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for it in waiting:
                it.cancel()

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        now = self._now()
        past = [due for due in self._due if due <= now]
        turns = {id_: self._up.get(id_) for due in past for id_ in self._due.pop(due)}
        due = {id_: turn for id_, turn in turns.items() if turn is not None and turn.due <= now}
        if not due:
            return
        troubled: frozenset[SessionId] = frozenset()
        try:
            troubled = await self._store.read(_sessions_with_missing)
        except StoreUnavailable as exc:
            _log.info("inbox.missing_waits", code=exc.code)
        except Exception as exc:
            _log.error("inbox.missing_crashed", exc_info=exc)
        for session_id, turn in due.items():
            if self._up.get(session_id) is not turn:
                continue  # meanwhile it has gone, or come again
            if session_id in troubled:
                turn.asking = tasks.create_task(self._ask(session_id, turn))
            else:
                self._wait(session_id, turn)

    async def _ask(self, session_id: SessionId, turn: _Turn) -> None:
        since_ms = self._clock() - YOUNGER_THAN_MS
        try:
            rows = await self._store.read(partial(_missing, session_id=session_id, since_ms=since_ms))
            for chat, sender, message_id in rows:
                await self._one(session_id, chat, sender, message_id)
        except (StoreUnavailable, NotConnected, EngineUnreachable) as exc:
            _log.info("inbox.missing_waits", session_id=session_id, code=exc.code)
        except Exception as exc:  # one session's trouble is not the gateway's
            _log.error("inbox.missing_crashed", session_id=session_id, exc_info=exc)
        turn.asking = None
        self._wait(session_id, turn)

    async def _one(self, session_id: SessionId, chat: str, sender: str, message_id: str) -> None:
        try:
            await self._acts.ask_again(session_id, chat, sender, message_id)
        except (NotConnected, EngineUnreachable):
            raise
        except HoldfastError as exc:  # one message's trouble is not the others'
            _log.info("inbox.missing_refused", session_id=session_id, message_id=message_id, code=exc.code)


def _sessions_with_missing(unit: ReadUnit) -> frozenset[SessionId]:
    return frozenset(SessionId(row[0]) for row in unit.all(statements.SESSIONS_WITH_MISSING))


def _missing(unit: ReadUnit, session_id: SessionId, since_ms: int) -> list[tuple[str, str, str]]:
    rows = unit.all(statements.MISSING, session_id=session_id, since_ms=since_ms, most=MOST)
    return [(str(chat), str(sender), str(message_id)) for chat, sender, message_id in rows]
