"""What could not be read is asked of the session's own phone again, until it is there.

The library asks once, in the moment in which the message comes. A connection or a process that ends right
then takes the question or its answer along, while WhatsApp counts the message as delivered: nobody would ask
again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import chain, pairwise, repeat
from typing import Final

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
#: For what is older, or for more than these, nobody waits any more.
YOUNGER_THAN_MS: Final = 24 * 3_600_000
MOST: Final = 50


class Missing:
    """Asks for every session. Belongs to the event loop's thread.

    `pace` divides its waits. A message that comes twice, because both questions were answered, is one.
    """

    def __init__(
        self,
        store: Store,
        acts: Acts,
        *,
        pace: float = 1.0,
        clock: Clock = now_ms,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store, self._acts, self._pace = store, acts, pace
        self._clock, self._sleep = clock, sleep
        self._up: dict[SessionId, asyncio.Task[None] | None] = {}
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                for session_id in list(self._up):
                    self._begin(session_id)
                await asyncio.Event().wait()
            finally:
                self._tasks = None

    def session_up(self, session_id: SessionId) -> None:
        """The session has a new connection: what was asked over the last one may be lost."""
        self.session_down(session_id)
        self._up[session_id] = None
        self._begin(session_id)

    def session_down(self, session_id: SessionId) -> None:
        """It has none."""
        asking = self._up.pop(session_id, None)
        if asking is not None:
            asking.cancel()

    def _begin(self, session_id: SessionId) -> None:
        if self._tasks is not None:
            self._up[session_id] = self._tasks.create_task(self._ask(session_id))

    async def _ask(self, session_id: SessionId) -> None:
        moments = (0, *ASK_AFTER_S)
        waits = [later - before for before, later in pairwise(moments)]
        for wait_s in chain(waits, repeat(waits[-1])):
            await self._sleep(wait_s / self._pace)
            try:
                for chat, sender, message_id in await self._store.read(self._missing(session_id)):
                    await self._one(session_id, chat, sender, message_id)
            except (StoreUnavailable, NotConnected, EngineUnreachable) as exc:
                _log.info("inbox.missing_waits", session_id=session_id, code=exc.code)
            except Exception as exc:  # one session's trouble is not the gateway's
                _log.error("inbox.missing_crashed", session_id=session_id, exc_info=exc)

    def _missing(self, session_id: SessionId) -> Callable[[ReadUnit], list[tuple[str, str, str]]]:
        since_ms = self._clock() - YOUNGER_THAN_MS
        return partial(_missing, session_id=session_id, since_ms=since_ms)

    async def _one(self, session_id: SessionId, chat: str, sender: str, message_id: str) -> None:
        try:
            await self._acts.ask_again(session_id, chat, sender, message_id)
        except (NotConnected, EngineUnreachable):
            raise
        except HoldfastError as exc:  # one message's trouble is not the others'
            _log.info("inbox.missing_refused", session_id=session_id, message_id=message_id, code=exc.code)


def _missing(unit: ReadUnit, session_id: SessionId, since_ms: int) -> list[tuple[str, str, str]]:
    rows = unit.all(statements.MISSING, session_id=session_id, since_ms=since_ms, most=MOST)
    return [(str(chat), str(sender), str(message_id)) for chat, sender, message_id in rows]
