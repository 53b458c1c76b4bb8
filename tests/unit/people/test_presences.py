"""What WhatsApp forgets with a connection is told to it again with the next."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from holdfast.model.errors import NotConnected, RequestInvalid, WhatsAppForbidden
from holdfast.model.ids import SessionId
from holdfast.people import Presences, presences
from holdfast.people.presences import ITSELF
from holdfast.store import ReadUnit, Store
from patience import PATIENCE_S

SES, PHONE = SessionId("ses_a"), "4900000"
ANN, BOB = "1@s.whatsapp.net", "2@s.whatsapp.net"


class ScriptedActs:
    """What WhatsApp is told, and whom it refuses."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.refused: dict[str, Exception] = {}
        self._news = asyncio.Event()

    async def show_presence(self, session_id: str, *, available: bool) -> None:
        """See Acts."""
        assert available
        await self._tell(ITSELF)

    async def watch_presence(self, session_id: str, jid: str) -> None:
        """See Acts."""
        await self._tell(jid)

    async def _tell(self, person: str) -> None:
        self.told.append(person)
        self._news.set()
        if person in self.refused:
            raise self.refused[person]

    async def until(self, *told: str) -> None:
        """Return when this was told, and nothing else."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.told) < len(told):
                self._news.clear()
                await self._news.wait()
        assert self.told == list(told)


@asynccontextmanager
async def running(store: Store, acts: ScriptedActs) -> AsyncIterator[Presences]:
    """A room at work; killed at the end."""
    room = Presences(store, acts)  # type: ignore[arg-type]
    work = asyncio.ensure_future(room.run())
    try:
        yield room
    finally:
        work.cancel()
        await asyncio.wait([work])


async def kept(store: Store, *people: str) -> None:
    """A gateway of before has kept these."""
    async with running(store, ScriptedActs()) as room:
        for person in people:
            await room.keep(SES, PHONE, person)
            await room.keep(SES, PHONE, person)


async def test_a_new_connection_is_told_everything_itself_first(store: Store) -> None:
    acts = ScriptedActs()
    await kept(store, BOB, ANN, ITSELF)
    async with running(store, acts) as room:
        room.session_up(SES, PHONE)
        await acts.until(ITSELF, ANN, BOB)
        room.session_down(SES)
        await room.drop(SES, PHONE, ITSELF)
        await room.drop(SES, PHONE, ANN)
        room.session_up(SES, PHONE)
        await acts.until(ITSELF, ANN, BOB, BOB)


async def test_what_is_kept_while_the_room_still_looks_is_not_forgotten(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts, read, looked, go_on = ScriptedActs(), store.read, asyncio.Event(), asyncio.Event()

    async def slow(work: Callable[[ReadUnit], Any]) -> Any:
        found = await read(work)
        looked.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(store, "read", slow)
    async with running(store, acts) as room:
        await looked.wait()
        await room.keep(SES, PHONE, ANN)
        go_on.set()
        room.session_up(SES, PHONE)
        await acts.until(ANN)


async def test_another_number_watches_nobody_and_neither_does_a_deleted_session(store: Store) -> None:
    acts = ScriptedActs()
    await kept(store, ANN)
    async with running(store, acts) as room:
        await room.keep(SessionId("ses_b"), "49111", BOB)
        room.session_up(SES, "49222")
        room.session_up(SessionId("ses_b"), "49111")
        await acts.until(BOB)
        await store.write(lambda unit: room.session_deleted(unit, SES))
        room.session_up(SES, PHONE)
        room.session_up(SessionId("ses_b"), "49111")
        await acts.until(BOB, BOB)


async def test_one_that_is_refused_stops_nobody_and_a_lost_connection_stops_all(store: Store) -> None:
    acts = ScriptedActs()
    acts.refused = {ITSELF: WhatsAppForbidden(), ANN: NotConnected()}
    await kept(store, ITSELF, ANN, BOB)
    async with running(store, acts) as room:
        room.session_up(SES, PHONE)
        await acts.until(ITSELF, ANN)
        acts.refused = {}
        room.session_up(SES, PHONE)
        await acts.until(ITSELF, ANN, ITSELF, ANN, BOB)


async def test_what_crashes_for_one_connection_is_told_again_with_the_next(store: Store) -> None:
    acts = ScriptedActs()
    acts.refused = {ANN: ValueError("a bug")}
    await kept(store, ANN)
    async with running(store, acts) as room:
        room.session_up(SES, PHONE)
        await acts.until(ANN)
        acts.refused = {}
        room.session_up(SES, PHONE)
        await acts.until(ANN, ANN)


async def test_a_number_does_not_watch_the_whole_world(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presences, "MOST_WATCHED", 1)
    await kept(store, ITSELF, ANN)
    async with running(store, ScriptedActs()) as room:
        with pytest.raises(RequestInvalid):
            await room.keep(SES, PHONE, BOB)
        await room.keep(SES, PHONE, ANN)
        await room.keep(SES, PHONE, ITSELF)
