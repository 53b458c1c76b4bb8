"""An installation whose gateway is stopped, opened to look at it: database, vault and an engine that connects
nothing. No session is restored, no message is touched.
"""

import asyncio
import contextlib
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from holdfast import __version__, settings
from holdfast.app.start import engine_of, finish_restore, only_gateway
from holdfast.doctor import Check, Level
from holdfast.engine import EngineLink, running, stop
from holdfast.journal import Journal
from holdfast.kit import logging, private
from holdfast.kit.ids import new_id
from holdfast.model.errors import EngineUnreachable, SettingsError, StoreUnavailable
from holdfast.model.ids import DEFAULT_TENANT
from holdfast.sessions import Recorder, Supervisor, records
from holdfast.settings import Settings
from holdfast.store import HEAD, SqliteFile, Store, address_of
from holdfast.store.statements import REVISION
from holdfast.vault import MasterKey, Record, Vault, from_command, load_or_create, registry

_ATTACHED_WITHIN_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands open."""

    settings: Settings
    vault: Vault
    supervisor: Supervisor
    #: What was found of the database.
    database: Check


def chosen(data: Path | None) -> Settings:
    """The settings of this process, with another data folder where one is named."""
    private.no_dumps()  # from here on, keys are in memory
    read = settings.read()
    return read if data is None else read.model_copy(update={"data": data.expanduser().absolute()})


def master_of(of: Settings) -> MasterKey:
    """The master key of an installation that is there. Raises SettingsError."""
    if of.master_key_command:
        return from_command(of.master_key_command)
    return load_or_create(of.master_key_file, may_create=False)


@contextlib.asynccontextmanager
async def installation(of: Settings) -> AsyncIterator[Opened]:
    """Open it, with its gateway's lock held; closed again after the block.

    Raises SettingsError, SecondGateway when a gateway holds the folder and does not answer.
    """
    logging.configure(level="critical")  # the report says it
    if not of.data.is_dir():  # looking at a folder must not make it
        raise SettingsError(
            f"There is no data folder {of.data}", next_step="Name it with --data, or start Holdfast."
        )
    settings.prepare(of)
    with only_gateway(of):
        finish_restore(of)
        async with _opened(of) as opened:
            yield opened


@dataclass(frozen=True, slots=True)
class _Database:
    """The database as it was found: a throw-away one stands in for one that cannot be used."""

    store: Store
    check: Check
    usable: bool


@contextlib.asynccontextmanager
async def _opened(of: Settings) -> AsyncIterator[Opened]:
    master = master_of(of)
    vault = Vault(master, of.data)
    async with _database(of) as database:
        known: Sequence[Record] = []
        if database.usable:
            await vault.check(database.store)
            known = await database.store.read(records)
        link, started = _engine(of)
        supervisor = Supervisor(
            store=database.store,
            recorder=Recorder(database.store, await Journal.open(database.store)),
            link=link,
            vault=vault,
            home=DEFAULT_TENANT,
        )
        kept = registry.peek(of.data / "registry.json") or {}
        supervisor.look_at(known if database.usable else kept.values())
        async with _attached(link, of, started):
            with contextlib.suppress(EngineUnreachable):
                await supervisor.scan()
            yield Opened(of, vault, supervisor, database.check)


def _engine(of: Settings) -> tuple[EngineLink, bool]:
    """The way to the engine that runs, else to one that is started only to look at files."""
    there = running(of.data)
    process = engine_of(of)
    return EngineLink(process, gateway_id=new_id("doc"), build=__version__, lab=of.lab is not None), there


@contextlib.asynccontextmanager
async def _attached(link: EngineLink, of: Settings, there: bool) -> AsyncIterator[None]:
    """With the engine attached, or without one where none starts. One that was started here is ended."""
    came = asyncio.Event()
    link.on_attached = lambda identity: came.set()
    keeping = asyncio.create_task(link.run())
    waiting = asyncio.create_task(came.wait())
    try:
        await asyncio.wait(
            [keeping, waiting], timeout=_ATTACHED_WITHIN_S, return_when=asyncio.FIRST_COMPLETED
        )
        yield
    finally:
        for task in (keeping, waiting):
            task.cancel()
        await asyncio.gather(keeping, waiting, return_exceptions=True)
        if not there:
            await asyncio.to_thread(stop, of.data, "somebody has looked")


@contextlib.asynccontextmanager
async def _database(of: Settings) -> AsyncIterator[_Database]:
    """The database, opened as it is: one that is missing or older stays so."""
    found = _state(of)
    with tempfile.TemporaryDirectory(prefix="holdfast-") as scratch:
        url = of.database_url.get_secret_value() if of.database_url is not None else None
        store: Store | None = None
        if found is None:
            try:
                store = await Store.open(address_of(url, of.database_file))
            except StoreUnavailable as exc:
                found = Check("database_unusable", Level.PROBLEM, exc.message)
        usable = store is not None
        store = store or await Store.open(SqliteFile(Path(scratch) / "holdfast.db"))
        try:
            yield _Database(store, found or Check("database", Level.OK), usable)
        finally:
            await store.close()


def _state(of: Settings) -> Check | None:
    """Why the database file is not opened; None: it can be."""
    file = of.database_file
    if of.database_url is not None:
        return None
    if not file.exists():
        return Check("database_lost", Level.PROBLEM, str(file))
    try:
        with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as raw:
            found = raw.execute(REVISION.sql).fetchone()
    except sqlite3.Error as exc:
        return Check("database_unusable", Level.PROBLEM, f"{file}: {exc}")
    if found is None or found[0] != HEAD:
        return Check("database_older", Level.WARNING, f"schema {found[0] if found else 'none'}, new {HEAD}")
    return None
