"""The alerts room over a real journal: a webhook and a mail server on this machine, a clock of the test's."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session

from databases import sql
from holdfast.alerts import Alerts, Channel, Ways, Wishes, statements
from holdfast.alerts.policy import LONGEST_WAIT_MS
from holdfast.alerts.ways import Post
from holdfast.journal import Draft, Journal
from holdfast.model import words
from holdfast.model.alerts import Cause
from holdfast.model.errors import HoldfastError, UnknownSession
from holdfast.model.events import EventData, SessionStateChanged
from holdfast.model.ids import DEFAULT_TENANT, SessionId
from holdfast.model.messages import SendAck
from holdfast.model.reasons import MEANINGS, Reason
from holdfast.model.seams import SessionRef
from holdfast.model.states import State
from holdfast.outbox import Outbox
from holdfast.store import ReadUnit, Store
from holdfast.vault import MasterKey
from patience import PATIENCE_S
from rooms import add_session

TENANT = DEFAULT_TENANT
#: A Thursday, noon UTC.
NOON = 1_795_003_200_000
MINUTE = 60_000
LOCAL = Wishes(internal=True)


@dataclass
class Hook:
    """A webhook: an HTTP server that keeps what it is sent, and answers as a test says."""

    port: int = 0
    got: list[dict[str, Any]] = field(default_factory=list)
    #: What it answers; None: nothing, forever.
    answer: str | None = "204 No Content"
    asked: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/hooks/s3cr3t-token"

    @property
    def titles(self) -> list[str]:
        return [str(it["title"]) for it in self.got]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length:")[2].split()[0])
            body = json.loads(await reader.readexactly(length))
            self.asked += 1
            self._tell()
            if self.answer is None:
                await reader.read()  # until the other side leaves
                return
            if self.answer.startswith("2"):
                self.got.append(body)
            writer.write(f"HTTP/1.1 {self.answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            self._tell()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until this holds; looked at whenever something comes."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                news = self._news
                if true():
                    return
                await news.wait()


@asynccontextmanager
async def hook() -> AsyncIterator[Hook]:
    """A webhook on a free port."""
    made = Hook()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


@dataclass
class Mail:
    """A mail server that keeps what it is given."""

    port: int = 0
    got: list[str] = field(default_factory=list)
    _read: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.got.append(cast(bytes, envelope.content).decode())
        self._news.set()
        return "250 OK"

    async def next(self) -> str:
        """The next one that nobody has read here."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.got) <= self._read:
                self._news.clear()
                await self._news.wait()
        self._read += 1
        return self.got[self._read - 1]


@asynccontextmanager
async def mail() -> AsyncIterator[Mail]:
    """A real SMTP server on a free port."""
    made = Mail()
    controller = UnthreadedController(made, "127.0.0.1", 0, loop=asyncio.get_running_loop())
    controller.server = await controller._create_server()
    made.port = controller.server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        controller.server.close()


@dataclass
class Sessions:
    """Fills the seam."""

    known: dict[str, SessionRef]
    up: bool = True

    def resolve(self, tenant_id: str, ref: str) -> SessionRef:
        for it in self.known.values():
            if ref in (it.session_id, it.name):
                return it
        raise UnknownSession

    def can_send(self, session: SessionRef) -> bool:
        return self.up


@dataclass
class ScriptedWays:
    """Carries letters as a test says, without any process."""

    sent: list[tuple[str, Post]] = field(default_factory=list)
    refuse: dict[str, HoldfastError] = field(default_factory=dict)
    hang: set[str] = field(default_factory=set)
    tried: list[str] = field(default_factory=list)

    async def send(self, channel: Channel, post: Post) -> None:
        self.tried.append(channel.name)
        if channel.name in self.hang:
            await asyncio.Event().wait()
        if channel.name in self.refuse:
            raise self.refuse[channel.name]
        self.sent.append((channel.name, post))

    async def look_at(self, url: str, *, internal: bool) -> str:
        return "Scripted"

    def titles(self, channel: str = "ops") -> list[str]:
        return [post.letter.title.removeprefix("[Holdfast] ") for name, post in self.sent if name == channel]


class Whatsapp:
    """Takes every message."""

    async def send(self, session_id: str, message_id: str, to: str, message: bytes) -> SendAck:
        return SendAck(1_000, "me@s.whatsapp.net")


@dataclass
class Stage:
    """One gateway's alerts, running."""

    store: Store
    journal: Journal
    sessions: Sessions
    now_ms: int = NOON
    limit_s: float = PATIENCE_S
    #: None: the real ones.
    ways: ScriptedWays | None = None
    #: Channels of the real ways that nobody waits for.
    hanging: set[str] = field(default_factory=set)
    alerts: Alerts = field(init=False)
    outbox: Outbox = field(init=False)
    _work: "asyncio.Task[None] | None" = None

    def start(self) -> None:
        """A gateway process begins."""
        self.outbox = Outbox(self.store, self.journal, Whatsapp(), clock=lambda: self.now_ms)
        seal = MasterKey(b"m" * 32).seal_for("alert channels")
        real = Ways(seal, self.outbox, self.sessions, limit_s=self.limit_s)
        ways = real if self.ways is None else cast(Ways, self.ways)
        self.alerts = Alerts(
            self.store,
            self.journal,
            ways,
            self.sessions,
            seal,
            home=TENANT,
            clock=lambda: self.now_ms,
            gather_s=0,
        )
        self._work = asyncio.ensure_future(self.alerts.run())

    async def kill(self) -> None:
        """It ends without a word."""
        assert self._work is not None
        self._work.cancel()
        await asyncio.wait([self._work])

    async def tell(self, *events: EventData, session: str = "ses_a") -> None:
        """Another room appends events."""
        drafts = [Draft(SessionId(session), TENANT, event) for event in events]
        await self.store.write(lambda unit: self.journal.append_many(unit, drafts))

    async def tell_many(self, sessions: list[str], event: EventData) -> None:
        """The same of many sessions."""
        drafts = [Draft(SessionId(it), TENANT, event) for it in sessions]
        await self.store.write(lambda unit: self.journal.append_many(unit, drafts))

    async def later(self, ms: int) -> None:
        """Time passes; return when everything that was due by then has happened."""
        end = self.now_ms + ms
        while True:
            due = await self.settled()
            if due is None or due > end:
                break
            self.now_ms = max(self.now_ms, due)
        self.now_ms = end
        await self.settled()

    async def settled(self) -> int | None:
        """The journal is read, what is due has happened, and no channel is at it but those that hang.

        When something is due next.
        """
        hang = self.hanging if self.ways is None else self.ways.hang
        hanging = {it.channel_id for it in await self.alerts.channels(TENANT) if it.name in hang}
        due: int | None = None

        async def so() -> bool:
            nonlocal due
            self.alerts._intake.wake()
            self.alerts._delivering.wake()
            read, due = await self.store.read(lambda unit: _standing(unit, hanging))
            idle = set(self.alerts._delivering._busy) <= hanging
            return read and idle and (due is None or self.now_ms < due <= self.now_ms + LONGEST_WAIT_MS)

        await until(so)
        return due

    async def until_tried(self, name: str) -> None:
        """Wait until a channel of the scripted ways is at it."""
        ways = self.ways
        assert ways is not None

        async def so() -> bool:
            return name in ways.tried

        await until(so)

    async def put(self, *names: str, **wishes: Any) -> None:
        """Channels of the scripted ways."""
        for name in names:
            await self.alerts.put_url(TENANT, name, f"json://{name}", Wishes(**wishes))


_NEWEST = sql("SELECT coalesce(max(position), 0) FROM events WHERE type LIKE 'session.%'")


def _standing(unit: ReadUnit, hanging: set[str]) -> tuple[bool, int | None]:
    """Whether everything was read, and when something is due."""
    read = int(unit.scalar(statements.POSITION) or 0) >= int(unit.scalar(_NEWEST))
    due = [unit.scalar(statements.NEXT_DUE, tenant_id=TENANT)]
    due += [at for channel, at in unit.all(statements.NEXT_OF_CHANNELS) if channel not in hanging]
    known = [int(at) for at in due if at is not None]
    return read, min(known) if known else None


def title(reason: Reason | Cause, subject: str = "office") -> str:
    """What a channel hears of it, without what stands in front."""
    return f"{subject}: {words.of_alert(reason.value).sentence.rstrip('.')}"


def state(reason: Reason, state: State | None = None, **more: Any) -> SessionStateChanged:
    """A session is in the state of this reason."""
    return SessionStateChanged(
        state or MEANINGS[reason].state or State.NEW,
        State.CONNECTED,
        reason.value,
        phone="4915100001",
        **more,
    )


@asynccontextmanager
async def stage(store: Store, journal: Journal, **more: Any) -> AsyncIterator[Stage]:
    """The room at work, with two sessions."""
    known = {
        it: await add_session(store, it, name=name) for it, name in (("ses_a", "office"), ("ses_b", "taxi"))
    }
    made = Stage(store, journal, Sessions(known), **more)
    made.start()
    try:
        yield made
    finally:
        await made.kill()


async def until(true: Callable[[], Awaitable[bool]], within_s: float = PATIENCE_S) -> None:
    """Wait until this holds."""
    async with asyncio.timeout(within_s):
        while not await true():  # noqa: ASYNC110 - a database
            await asyncio.sleep(0.01)
