"""What could not be read is asked of the phone again over every connection, until it is there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from holdfast.inbox import Inbox, Missing
from holdfast.inbox.missing import ASK_AFTER_S, YOUNGER_THAN_MS
from holdfast.journal import Journal
from holdfast.model.content import Undecryptable
from holdfast.model.errors import CommandRefused, NotConnected
from holdfast.model.ids import SessionId
from holdfast.store import Store
from patience import PATIENCE_S
from rooms import NobodyTold, add_session, message

SES, ANN = SessionId("ses_a"), "1@s.whatsapp.net"
TAKEN_AT_MS = 5_000


class Stage:
    """The room with a phone, and a clock whose waits end when the test says so."""

    def __init__(self, store: Store, inbox: Inbox) -> None:
        self.inbox = inbox
        self.asked: list[str] = []
        self.refused: dict[str, Exception] = {}
        self.waits: list[float] = []
        self.now_ms = TAKEN_AT_MS
        self._waiting: asyncio.Queue[asyncio.Future[None]] = asyncio.Queue()
        self._moved = asyncio.Event()
        self.time_s = 0.0
        self.room = Missing(
            store,
            self,  # type: ignore[arg-type]
            pace=2.0,
            clock=lambda: self.now_ms,
            monotonic=lambda: self.time_s,
            sleep=self._sleep,
        )

    async def _sleep(self, seconds: float) -> None:
        over = asyncio.get_running_loop().create_future()
        self.waits.append(seconds)
        self._waiting.put_nowait(over)
        self._moved.set()
        await over
        self.time_s += seconds

    async def ask_again(self, session_id: str, chat: str, sender: str, message_id: str) -> None:
        """See Acts."""
        assert (session_id, chat, sender) == (SES, ANN, ANN)
        self.asked.append(message_id)
        self._moved.set()
        if message_id in self.refused:
            raise self.refused[message_id]

    async def later(self, *asked: str) -> None:
        """The next wait ends; the phone is asked these, and the wait after it begins."""
        before = len(self.asked)
        async with asyncio.timeout(PATIENCE_S):
            over = await self._waiting.get()
            over.set_result(None)
            while len(self.asked) < before + len(asked) or self._waiting.empty():
                self._moved.clear()
                await self._moved.wait()
        assert self.asked[before:] == list(asked)

    async def interrupted(self) -> None:
        """The wait of this moment is given up for an earlier one."""
        async with asyncio.timeout(PATIENCE_S):
            over = await self._waiting.get()
            await asyncio.wait([over])
        assert over.cancelled()


@asynccontextmanager
async def at_work(store: Store, journal: Journal) -> AsyncIterator[Stage]:
    """The room, and an inbox for `ses_a`."""
    await add_session(store, SES, name="shop")
    stage = Stage(store, Inbox(store, journal, NobodyTold(), clock=lambda: TAKEN_AT_MS))
    work = asyncio.ensure_future(stage.room.run())
    try:
        yield stage
    finally:
        work.cancel()
        await asyncio.wait([work])


@pytest.fixture
async def stage(store: Store, journal: Journal) -> AsyncIterator[Stage]:
    """A stage with one message that could not be read, and one that could."""
    async with at_work(store, journal) as made:
        unread = message(1, "M1", ANN, content=Undecryptable())
        await made.inbox.receive([unread, message(2, "M2", ANN)])
        yield made


async def test_it_is_asked_for_until_it_is_there(stage: Stage) -> None:
    stage.room.session_up(SES)
    await stage.later("M1")
    await stage.later("M1")
    await stage.inbox.receive([message(3, "M1", ANN)])
    await stage.later()
    assert stage.waits[:4] == [5, 25, 270, 1_500]  # half as long: the pace is 2


async def test_what_comes_on_a_connection_that_stays_is_asked_for_too(stage: Stage) -> None:
    stage.room.session_up(SES)
    await stage.later("M1")
    await stage.inbox.receive([message(3, "M3", ANN, content=Undecryptable())])
    await stage.later("M3", "M1")


async def test_every_connection_asks_again_and_none_that_has_ended(stage: Stage) -> None:
    stage.room.session_up(SES)
    await stage.later("M1")
    stage.room.session_down(SES)
    stage.room.session_up(SES)
    await stage.interrupted()
    await stage.later("M1")
    assert stage.waits == [5, 25, 5, 25]


async def test_one_that_is_refused_holds_up_no_other(stage: Stage) -> None:
    await stage.inbox.receive([message(3, "M3", ANN, content=Undecryptable())])
    stage.refused["M3"] = CommandRefused("no")
    stage.room.session_up(SES)
    await stage.later("M3", "M1")
    stage.refused["M3"] = NotConnected()
    await stage.later("M3")
    del stage.refused["M3"]
    await stage.later("M3", "M1")


async def test_what_crashes_is_asked_for_later_and_ends_nothing(stage: Stage) -> None:
    stage.refused["M1"] = ValueError("a bug")
    stage.room.session_up(SES)
    await stage.later("M1")
    del stage.refused["M1"]
    await stage.later("M1")


async def test_what_is_a_day_old_is_waited_for_no_more(stage: Stage) -> None:
    stage.room.session_up(SES)
    stage.now_ms += YOUNGER_THAN_MS
    await stage.later("M1")
    stage.now_ms += 1
    await stage.later()


async def test_the_last_wait_repeats(stage: Stage) -> None:
    stage.room.session_up(SES)
    for _ in ASK_AFTER_S:
        await stage.later("M1")
    await stage.later("M1")
    assert stage.waits[-2:] == [(ASK_AFTER_S[-1] - ASK_AFTER_S[-2]) / 2] * 2


async def test_sessions_that_came_up_together_are_looked_at_together(store: Store, stage: Stage) -> None:
    others = [SessionId(f"ses_{number}") for number in range(3)]
    for session_id in [SES, *others]:
        stage.room.session_up(session_id)
    await stage.later("M1")
    stage.room.session_down(others[0])
    await stage.later("M1")
    assert stage.waits[:3] == [5, 25, 270]
