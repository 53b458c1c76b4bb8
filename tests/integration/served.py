"""The API's messages and events on a real server, with a scripted WhatsApp behind the outbox."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from unittest.mock import create_autospec

import httpx
import uvicorn
from argon2 import PasswordHasher

from databases import file_of_newest_schema
from holdfast.accounts import Accounts, Audit, Logins, Passwords, Users
from holdfast.alerts import Alerts
from holdfast.api.app import create_app
from holdfast.api.rooms import Facts, Meter, Rooms
from holdfast.backup import Backups
from holdfast.chats import Chats, ListOfChats, Telling, Traffic
from holdfast.configuration import Configuration
from holdfast.delivery import Subscriptions
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.media import Fetcher, Library, Limits, LocalFolder
from holdfast.messages import Follower, MessageReader
from holdfast.model.content import Text
from holdfast.model.errors import UnknownSession
from holdfast.model.ids import DEFAULT_TENANT
from holdfast.model.messages import InboundMessage, SendAck
from holdfast.model.seams import SessionRef
from holdfast.outbox import Outbox, RetryPolicy
from holdfast.outbox.v1.whatsapp_pb2 import Message
from holdfast.people import Activities, Groups, People, Probing
from holdfast.retention import Retention
from holdfast.search import Index, Search
from holdfast.sessions import Service
from holdfast.steps import Steps
from holdfast.store import Store
from holdfast.vault import Seal
from patience import PATIENCE_S
from rooms import add_session

TENANT = DEFAULT_TENANT


class Directory:
    """Two sessions, found by id and by name."""

    def resolve(self, tenant_id: str, ref: str) -> SessionRef:
        """See the seam."""
        known = {"ses_a": "shop", "ses_b": "desk"}
        for session_id, name in known.items():
            if tenant_id == TENANT and ref in (session_id, name):
                return SessionRef(session_id, tenant_id, name)
        raise UnknownSession


class Whatsapp:
    """Takes every message at once."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []

    async def send(self, session_id: str, message_id: str, to: str, message: bytes) -> SendAck:
        """See the seam Sender."""
        await asyncio.sleep(0)
        self.taken.append((message_id, Message.FromString(message).conversation))
        return SendAck(1_000, "me@s.whatsapp.net")


@dataclass
class Served:
    """One server and everything behind it."""

    url: str
    key: str
    store: Store
    journal: Journal
    inbox: Inbox
    outbox: Outbox
    library: Library
    media: Path
    accounts: Accounts
    whatsapp: Whatsapp
    http: httpx.AsyncClient
    _received: int = field(default=0)

    @property
    def socket_url(self) -> str:
        """Where the event socket is."""
        return self.url.replace("http", "ws") + "/v1/events/ws"

    async def receive(
        self, count: int, *, session_id: str = "ses_a", text: str = "hi", chat: str = ""
    ) -> None:
        """Have messages arrive from WhatsApp."""
        arrived = []
        for _ in range(count):
            self._received += 1
            who = chat or "11111@s.whatsapp.net"
            arrived.append(
                InboundMessage(
                    self._received,
                    session_id,
                    1,
                    f"M{self._received}",
                    who,
                    who,
                    1_000,
                    Text(text),
                    f"raw {self._received}".encode(),
                )
            )
        assert len(await self.inbox.receive(arrived)) == count


@asynccontextmanager
async def served(folder: Path, *, limit_bytes: int = 2**31) -> AsyncIterator[Served]:
    """A server on a free port of this machine."""
    store = await Store.open(file_of_newest_schema(folder / "holdfast.db"))
    for session_id, name in (("ses_a", "shop"), ("ses_b", "desk")):
        await add_session(store, session_id, name=name)
    journal = await Journal.open(store)
    whatsapp, accounts = Whatsapp(), Accounts(store)
    outbox = Outbox(store, journal, whatsapp, policy=RetryPolicy(pace=0))
    media = folder / "media"
    media.mkdir()
    library = Library(store, media, LocalFolder(media), Limits(max_bytes=limit_bytes))
    index = Index()
    inbox = Inbox(store, journal, Telling(outbox, index.again))
    activities = create_autospec(Activities, instance=True)
    steps = Steps(store, journal, outbox)
    passwords = Passwords(lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    users = Users(store, accounts, passwords, home=DEFAULT_TENANT)
    seal = Seal(bytes(32))
    rooms = Rooms(
        facts=create_autospec(Facts, instance=True, version="test", lab=False),
        accounts=accounts,
        users=users,
        logins=Logins(store, accounts, users, passwords, seal, home=DEFAULT_TENANT),
        audit=Audit(store),
        meter=create_autospec(Meter, instance=True),
        alerts=create_autospec(Alerts, instance=True),  # they have tests of their own
        backups=create_autospec(Backups, instance=True),
        sessions=create_autospec(Service, instance=True),  # sessions have a test of their own
        directory=Directory(),
        messages=MessageReader(store),
        retention=Retention(store),
        outbox=outbox,
        library=library,
        fetcher=create_autospec(Fetcher, instance=True),
        journal=journal,
        subscriptions=Subscriptions(store, journal),
        steps=steps,
        configuration=Configuration(store, journal),
        groups=create_autospec(Groups, instance=True),  # they have acceptance tests
        people=create_autospec(People, instance=True),
        probing=create_autospec(Probing, instance=True),
        activities=activities,
        chats=Chats(store, Follower(store, ListOfChats()), activities),
        traffic=Traffic(store),
        search=Search(store, Follower(store, index)),
    )
    app = create_app(rooms)
    key = (await accounts.create_key(DEFAULT_TENANT, "test")).key
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()  # whoever connects before the server runs is served when it does
    server = uvicorn.Server(
        uvicorn.Config(
            app, log_config=None, lifespan="off", ws_per_message_deflate=False, timeout_graceful_shutdown=1
        )
    )
    server.capture_signals = _no_signals  # type: ignore[method-assign]
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    work = [asyncio.ensure_future(server.serve(sockets=[listener])), asyncio.ensure_future(outbox.run())]
    work.append(asyncio.ensure_future(steps.run()))
    headers = {"Authorization": f"Bearer {key}"}
    try:
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE_S) as http:
            yield Served(url, key, store, journal, inbox, outbox, library, media, accounts, whatsapp, http)
    finally:
        server.should_exit = True
        await asyncio.wait([work[0]])
        for each in work[1:]:
            each.cancel()
        await asyncio.wait(work[1:])
        await store.close()


async def until(true: Callable[[], Awaitable[bool]], within_s: float = PATIENCE_S) -> None:
    """Wait until this holds."""
    async with asyncio.timeout(within_s):
        for _ in count():
            if await true():
                return
            await asyncio.sleep(0.01)


def _no_signals() -> "object":
    from contextlib import nullcontext

    return nullcontext()
