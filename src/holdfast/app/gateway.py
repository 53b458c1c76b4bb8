"""All rooms, wired: one TaskGroup, one event loop, one database."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import uvicorn
import uvloop
from fastapi import FastAPI

from holdfast import __version__
from holdfast.accounts import Accounts
from holdfast.api.app import create_app
from holdfast.engine import EngineIdentity, EngineLink, EngineProcess, Intake
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.kit import logging
from holdfast.kit.ids import new_id
from holdfast.outbox import Outbox
from holdfast.sessions import Desk, Progress, Recorder, Supervisor
from holdfast.settings import Settings
from holdfast.store import Store
from holdfast.vault import Vault, load_or_create

log = logging.get("app")

# Streams never end by themselves; a stop does not wait for them longer than this.
_STREAMS_END_WITHIN_S: Final = 1


class Gateway:
    """Every room of the process. Also the facts about itself that the API tells."""

    version = __version__

    def __init__(
        self, chosen: Settings, store: Store, journal: Journal, vault: Vault, engine: EngineProcess
    ) -> None:
        self.settings, self.store, self.journal = chosen, store, journal
        self.lab = chosen.lab is not None
        self.started_at = datetime.now(UTC)
        self.ready = False
        self.link = EngineLink(engine, gateway_id=new_id("gtw"), build=__version__, lab=self.lab)
        self.supervisor = Supervisor(
            store=store,
            recorder=Recorder(store, journal),
            link=self.link,
            vault=vault,
            device_name=chosen.device_name,
        )
        self.desk = Desk(store, self.supervisor)
        self.outbox = Outbox(store, journal, self.link)
        self.inbox = Inbox(store, journal, self.outbox.apply_receipts)
        self.intake = Intake(self.inbox.receive, self.link.confirm)
        self._wire()

    def _wire(self) -> None:
        link, supervisor = self.link, self.supervisor
        link.on_attached = self._attached
        link.on_detached = supervisor.engine_detached
        link.on_facts, link.on_levels = supervisor.heard_facts, supervisor.heard_levels
        link.on_deliveries = self.intake.put
        supervisor.on_up, supervisor.on_down = self.outbox.session_up, self.outbox.session_down

    def _attached(self, identity: EngineIdentity) -> None:
        self.intake.begin()
        self.supervisor.engine_attached(identity)

    @property
    def engine(self) -> EngineIdentity | None:
        """The engine, while it is attached."""
        return self.link.identity

    @property
    def progress(self) -> Progress:
        """The restoration."""
        return self.supervisor.restoration.progress

    async def serve(self, accounts: Accounts, listener: socket.socket, announce: Callable[[], None]) -> None:
        """Serve until a signal asks for the end.

        Whatever dies in here ends the process, and it is told why.
        """
        app = create_app(self, self._rooms(accounts))
        server = _Server(_config(app), announce)
        loop = asyncio.get_running_loop()
        for asked in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(asked, server.ask_to_stop)
        try:
            async with asyncio.TaskGroup() as tasks:
                work = [
                    tasks.create_task(it)
                    for it in (
                        self.link.run(),
                        self.supervisor.run(),
                        self.outbox.run(),
                        self.intake.run(),
                        self.store.watch(),
                    )
                ]
                self.ready = True
                await server.serve(sockets=[listener])
                self.ready = False
                await self._leave(work)
        finally:
            for asked in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(asked)

    def _rooms(self, accounts: Accounts) -> dict[str, Any]:
        return {
            "accounts": accounts,
            "desk": self.desk,
            "directory": self.supervisor.book,
            "journal": self.journal,
            "outbox": self.outbox,
            "store": self.store,
        }

    async def _leave(self, work: "list[asyncio.Task[Any]]") -> None:
        """Finish and write what is under way; the engine keeps its connections for the next gateway."""
        await self.outbox.close()
        await self.supervisor.recorder.settled()
        for task in work:
            task.cancel()


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=_STREAMS_END_WITHIN_S,
    )


class _Server(uvicorn.Server):
    """uvicorn in a loop of ours: it announces itself, and leaves the signals to us."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()

    def ask_to_stop(self) -> None:
        """Answer what was begun, then stop. Asked twice: at once."""
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True


def run_until_stopped(
    chosen: Settings, engine: EngineProcess, listener: socket.socket, announce: Callable[[], None]
) -> None:
    """The gateway, from open database to closed database. Raises HoldfastError, alone or in a group."""
    uvloop.run(_run(chosen, engine, listener, announce))


async def _run(
    chosen: Settings, engine: EngineProcess, listener: socket.socket, announce: Callable[[], None]
) -> None:
    master = load_or_create(chosen.master_key_file)
    store = await Store.open(chosen.database)
    try:
        vault = Vault(master, chosen.data)
        registry = await vault.prove(store)
        accounts = Accounts(store)
        await accounts.ensure_local(chosen.data / "local.key")
        gateway = Gateway(chosen, store, await Journal.open(store), vault, engine)
        await gateway.supervisor.load(registry)
        # What was loaded stays: the collector need not look at it again and again.
        gc.collect()
        gc.freeze()
        log.info("app.started", version=__version__, sessions=len(gateway.supervisor.book))
        await gateway.serve(accounts, listener, announce)
        log.info("app.stopped")
    finally:
        await store.close()
