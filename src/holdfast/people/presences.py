"""What WhatsApp forgets with every connection is told to it again: who is seen online, and who is watched.

It stands under the number: another one that takes the session over watches nobody.
"""

import asyncio
from functools import partial
from typing import Final

from holdfast.engine import Acts
from holdfast.kit import logging
from holdfast.model.errors import (
    EngineUnreachable,
    HoldfastError,
    NotConnected,
    RequestInvalid,
    StoreUnavailable,
)
from holdfast.model.ids import SessionId
from holdfast.people import statements
from holdfast.store import ReadUnit, Store, WriteUnit

_log = logging.get("people")

#: In the place of a person: the number itself.
ITSELF: Final = ""
MOST_WATCHED: Final = 1_000
_STORE_AGAIN_S: Final = 1.0


class Presences:
    """Keeps and repeats them for every session. Belongs to the event loop's thread."""

    def __init__(self, store: Store, acts: Acts) -> None:
        self._store, self._do = store, acts
        self._up: dict[SessionId, str] = {}
        #: The sessions that have something to repeat; all of them once the database has said which.
        self._some: set[SessionId] = set()
        self._looked = False
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                self._some |= await self._look()
                self._looked = True
                for session_id in list(self._up):
                    self._begin(session_id)
                await asyncio.Event().wait()
            finally:
                self._tasks = None

    def session_up(self, session_id: SessionId, phone: str) -> None:
        """The session has a new connection, which knows of nothing."""
        self._up[session_id] = phone
        self._begin(session_id)

    def session_down(self, session_id: SessionId) -> None:
        """It has none."""
        self._up.pop(session_id, None)

    def session_deleted(self, unit: WriteUnit, session_id: SessionId) -> None:
        """Forget everything, in the unit that deletes it."""
        unit.run(statements.GO, session_id=session_id)

    async def keep(self, session_id: SessionId, phone: str, person: str) -> None:
        """Tell WhatsApp again with every connection. Idempotent. Raises RequestInvalid above MOST_WATCHED."""
        row = {"session_id": session_id, "phone": phone, "person": person}
        await self._store.write(partial(_keep, row=row))
        self._some.add(session_id)

    async def drop(self, session_id: SessionId, phone: str, person: str) -> None:
        """Tell it no more. Idempotent."""
        row = {"session_id": session_id, "phone": phone, "person": person}
        await self._store.write(lambda unit: unit.run(statements.DROP, **row))

    # ---- work ----

    async def _look(self) -> set[SessionId]:
        while True:
            try:
                rows = await self._store.read(lambda unit: unit.all(statements.KEEPING))
            except StoreUnavailable:
                await asyncio.sleep(_STORE_AGAIN_S)
            else:
                return {SessionId(row[0]) for row in rows}

    def _begin(self, session_id: SessionId) -> None:
        if self._tasks is not None and self._looked and session_id in self._some:
            self._tasks.create_task(self._tell(session_id, self._up[session_id]))

    async def _tell(self, session_id: SessionId, phone: str) -> None:
        """One after the other, as a phone does. What fails is told again with the next connection."""
        try:
            for person in await self._store.read(partial(_kept, session_id=session_id, phone=phone)):
                if self._up.get(session_id) != phone:
                    return
                await self._one(session_id, person)
        except (StoreUnavailable, NotConnected, EngineUnreachable) as exc:
            _log.info("people.presences_wait", session_id=session_id, code=exc.code)
        except Exception as exc:  # one session's trouble is not the gateway's
            _log.error("people.presences_crashed", session_id=session_id, exc_info=exc)

    async def _one(self, session_id: SessionId, person: str) -> None:
        try:
            if person == ITSELF:
                await self._do.show_presence(session_id, available=True)
            else:
                await self._do.watch_presence(session_id, person)
        except (NotConnected, EngineUnreachable):
            raise
        except HoldfastError as exc:  # one person's trouble is not the others'
            _log.warning("people.presence_refused", session_id=session_id, code=exc.code)


def _kept(unit: ReadUnit, session_id: SessionId, phone: str) -> list[str]:
    return [str(row[0]) for row in unit.all(statements.KEPT, session_id=session_id, phone=phone)]


def _keep(unit: WriteUnit, row: dict[str, str]) -> None:
    others = int(unit.scalar(statements.HOW_MANY, **row) or 0)
    if row["person"] != ITSELF and others >= MOST_WATCHED:
        raise RequestInvalid(f"A number watches at most {MOST_WATCHED:,} people; end some first")
    unit.run(statements.KEEP, **row)
