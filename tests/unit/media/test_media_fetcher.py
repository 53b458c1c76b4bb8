"""The fetcher against an engine that a test scripts, on both kinds of database."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from holdfast.engine.families import Acts, Files
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.media import Expecting, Fetcher, FetchPolicy, Library, Limits, LocalFolder
from holdfast.media.fetching import _due
from holdfast.messages import MessageReader
from holdfast.model.content import Document
from holdfast.model.errors import CommandRefused, MediaNotHere, NotConnected, UnknownMessage
from holdfast.model.ids import SessionId
from holdfast.model.media import FileKind, FileOfMessage, FileState, RemoteFile
from holdfast.store import Store
from rooms import NobodyTold, add_session, message, told

BODY = b"the file's bytes"
SHA256 = hashlib.sha256(BODY).digest()
CHAT = "1@s.whatsapp.net"


class ScriptedServers:
    """WhatsApp's servers and the phone: `answers` come one per download, then the file does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answers: list[Exception] = []
        self.phone: list[Exception | str] = []
        self.downloads: list[str] = []
        self.held: asyncio.Event | None = None

    async def download(
        self, session_id: str, transfer_id: str, remote: RemoteFile, kind: FileKind, file: str, **_: Any
    ) -> int:
        self.downloads.append(remote.direct_path)
        if self.held is not None:
            await self.held.wait()
        if self.answers:
            raise self.answers.pop(0)
        (self.folder / file).write_bytes(BODY)
        return len(BODY)

    async def ask_for_media(self, *_: Any, **__: Any) -> str:
        answer = self.phone.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Stage:
    """A fetcher at work, and the inbox before it."""

    def __init__(self, store: Store, journal: Journal, folder: Path, limits: Limits) -> None:
        self.servers = ScriptedServers(folder)
        self.store, self.journal = store, journal
        self.library = Library(store, folder, LocalFolder(folder), limits)
        files, acts = cast(Files, self.servers), cast(Acts, self.servers)
        self.clock_ms = 1_000_000
        self.fetcher = Fetcher(
            store, journal, self.library, files, acts, clock=lambda: self.clock_ms, roll=lambda: 0.0
        )
        self.inbox = Inbox(store, journal, NobodyTold(), expecting=Expecting(self.fetcher.expected))
        self._count = 0

    async def receive(self, size: int = len(BODY)) -> str:
        """A message that names the file; its id."""
        self._count += 1
        remote = RemoteFile(f"/v/{self._count}", bytes(32), SHA256, bytes(32), size)
        arriving = message(
            self._count,
            f"M{self._count}",
            CHAT,
            content=Document("", "x/y", size, "a.bin"),
            file=FileOfMessage(remote, b"small"),
        )
        assert await self.inbox.receive([arriving]) == [self._count]
        return arriving.message_id

    async def state(self, message_id: str) -> tuple[FileState, str | None]:
        found = (await MessageReader(self.store).get("ses_a", message_id)).file
        assert found is not None
        return found.state, found.error

    async def until(self, message_id: str, state: FileState) -> None:
        await until(lambda: self._is(message_id, state))

    async def _is(self, message_id: str, state: FileState) -> bool:
        return (await self.state(message_id))[0] is state

    async def told(self) -> list[tuple[str, str | None]]:
        return [(each["state"], each["error"]) for each in await told(self.journal, "message.file")]


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await true():  # noqa: ASYNC110 - a database
            await asyncio.sleep(0.005)


@asynccontextmanager
async def working(stage: Stage) -> AsyncIterator[None]:
    work = asyncio.create_task(stage.fetcher.run())
    try:
        yield
        assert not work.done(), work.exception()
    finally:
        work.cancel()
        await asyncio.wait([work])


@pytest.fixture
async def stage(store: Store, journal: Journal, tmp_path: Path) -> Stage:
    await add_session(store, "ses_a")
    folder = tmp_path / "media"
    folder.mkdir()
    return Stage(store, journal, folder, Limits(fetch=FetchPolicy(max_bytes=1000)))


async def test_a_file_waits_for_its_session_and_is_fetched_once_for_all_who_name_it(stage: Stage) -> None:
    first = await stage.receive()
    async with working(stage):
        assert await stage.state(first) == (FileState.WAITING, None)
        stage.fetcher.session_up("ses_a")
        await stage.until(first, FileState.STORED)
        again = await stage.receive()
        await stage.until(again, FileState.STORED)
    assert stage.servers.downloads == ["/v/1"]
    assert await stage.told() == [("stored", None)] * 2


async def test_two_who_name_it_at_once_fetch_it_once(stage: Stage) -> None:
    stage.servers.held = asyncio.Event()
    async with working(stage):
        stage.fetcher.session_up("ses_a")
        ids = [await stage.receive() for _ in range(3)]
        await until(lambda: _true(bool(stage.servers.downloads)))
        stage.servers.held.set()
        for each in ids:
            await stage.until(each, FileState.STORED)
    assert len(stage.servers.downloads) == 1


async def _true(value: bool) -> bool:
    return value


async def test_what_lies_there_whole_is_not_fetched(stage: Stage) -> None:
    (stage.servers.folder / SHA256.hex()).write_bytes(BODY)
    found = await stage.receive()
    async with working(stage):
        stage.fetcher.session_up("ses_a")
        await stage.until(found, FileState.STORED)
    assert stage.servers.downloads == []


async def test_a_session_that_goes_down_loses_nothing(stage: Stage) -> None:
    stage.servers.answers = [NotConnected()]
    found = await stage.receive()
    async with working(stage):
        stage.fetcher.session_up("ses_a")
        await until(lambda: _true(len(stage.servers.downloads) == 1))
        stage.fetcher.session_down("ses_a")
        stage.clock_ms += 60_000
        stage.fetcher.session_up("ses_a")
        await stage.until(found, FileState.STORED)
    assert await stage.told() == [("stored", None)]


async def test_a_clock_that_was_a_year_ahead_holds_up_no_file(stage: Stage) -> None:
    stage.clock_ms += 365 * 86_400_000
    stage.servers.answers = [CommandRefused(error_code="unanswered")]
    found = await stage.receive()
    async with working(stage):
        stage.fetcher.session_up("ses_a")
        await until(lambda: _true(len(stage.servers.downloads) == 1))
    stage.clock_ms -= 365 * 86_400_000
    async with working(stage):
        stage.fetcher.session_up("ses_a")
        await stage.until(found, FileState.STORED)


async def test_a_worker_that_looked_before_another_settled_tells_nothing_twice(stage: Stage) -> None:
    found = await stage.receive()
    (seen,) = await stage.store.read(partial(_due, session_id=SessionId("ses_a"), now_ms=stage.clock_ms))
    async with working(stage):
        stage.fetcher.session_up("ses_a")
        await stage.until(found, FileState.STORED)
        await stage.fetcher._one(seen)
    assert await stage.told() == [("stored", None)]


async def test_the_phone_places_it_again(stage: Stage) -> None:
    stage.servers.answers = [CommandRefused(error_code="media_gone")]
    stage.servers.phone = ["/v/again"]
    found = await stage.receive()
    async with working(stage):
        stage.fetcher.session_up("ses_a")
        await stage.until(found, FileState.STORED)
    assert stage.servers.downloads == ["/v/1", "/v/again"]


async def test_a_phone_that_sleeps_is_asked_again_and_one_that_has_nothing_ends_it(stage: Stage) -> None:
    gone = CommandRefused(error_code="media_gone")
    stage.servers.answers, stage.servers.phone = [gone], [CommandRefused(error_code="unanswered"), gone]
    found = await stage.receive()
    async with working(stage):
        stage.fetcher.session_up("ses_a")
        await stage.until(found, FileState.ASKED)
        stage.clock_ms += 60_000
        stage.fetcher.expected("ses_a")
        await stage.until(found, FileState.FAILED)
        assert await stage.state(found) == (FileState.FAILED, "media_gone")
        # Somebody asks for it, and it is there now.
        stage.servers.answers = []
        assert await stage.fetcher.request("ses_a", found) is FileState.WANTED
        await stage.until(found, FileState.STORED)
    assert await stage.told() == [("failed", "media_gone"), ("stored", None)]


async def test_what_is_too_large_is_left_and_fetched_by_request(stage: Stage) -> None:
    found = await stage.receive(size=1001)
    async with working(stage):
        stage.fetcher.session_up("ses_a")
        await stage.until(found, FileState.SKIPPED)
        assert stage.servers.downloads == []
        await stage.fetcher.request("ses_a", found)
        await stage.until(found, FileState.STORED)
        assert await stage.fetcher.request("ses_a", found) is FileState.STORED


async def test_a_request_for_nothing_is_refused(stage: Stage) -> None:
    await stage.inbox.receive([message(77, "TEXT", CHAT)])
    with pytest.raises(MediaNotHere):
        await stage.fetcher.request("ses_a", "TEXT")
    with pytest.raises(UnknownMessage):
        await stage.fetcher.request("ses_a", "NOBODY")


async def test_an_error_of_ours_ends_nothing(stage: Stage) -> None:
    stage.servers.answers = [ZeroDivisionError()]
    first = await stage.receive()
    async with working(stage):
        stage.fetcher.session_up("ses_a")
        await until(lambda: _true(bool(stage.servers.downloads)))
        stage.fetcher.expected("ses_a")
        await stage.until(first, FileState.STORED)
