"""The doctor on an installation whose gateway is stopped: it is opened, looked at, and closed again.

Nothing connects to WhatsApp, no session is restored, no message is touched.
"""

import asyncio
import contextlib
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from holdfast import __version__, settings
from holdfast.api.doctor import report_out
from holdfast.app.start import engine_of, only_gateway
from holdfast.doctor import Check, Doctor, Level, Places
from holdfast.engine import EngineLink, running, stop
from holdfast.journal import Journal
from holdfast.kit import logging
from holdfast.kit.ids import new_id
from holdfast.model.errors import EngineUnreachable, SettingsError, StoreUnavailable
from holdfast.model.ids import DEFAULT_TENANT
from holdfast.sessions import Recorder, Supervisor, records
from holdfast.settings import Settings
from holdfast.store import HEAD, SqliteFile, Store, address_of
from holdfast.store.statements import REVISION
from holdfast.vault import Record, Vault, load_or_create, registry

_ATTACHED_WITHIN_S: Final = 20.0


async def examine(data: Path | None, *, repair: bool) -> dict[str, Any]:
    """The report, as the API would tell it.

    Raises SettingsError, SecondGateway when a gateway holds the folder and does not answer.
    """
    logging.configure(level="critical")  # the report says it
    chosen = _settings(data)
    if not chosen.data.is_dir():  # looking at a folder must not make it
        raise SettingsError(
            f"There is no data folder {chosen.data}", next_step="Name it with --data, or start Holdfast."
        )
    settings.prepare(chosen)
    with only_gateway(chosen):
        async with _opened(chosen) as doctor:
            report = await (doctor.repair() if repair else doctor.examine())
    return report_out(report).model_dump(mode="json")


def _settings(data: Path | None) -> Settings:
    chosen = settings.read()
    if data is None:
        return chosen
    return chosen.model_copy(update={"data": data.expanduser().absolute()})


@dataclass(frozen=True, slots=True)
class _Database:
    """The database as it was found: a throw-away one stands in for one that cannot be used."""

    store: Store
    check: Check
    usable: bool


@contextlib.asynccontextmanager
async def _opened(chosen: Settings) -> AsyncIterator[Doctor]:
    master = load_or_create(chosen.master_key_file, may_create=False)
    vault = Vault(master, chosen.data)
    async with _database(chosen) as database:
        known: Sequence[Record] = []
        if database.usable:
            await vault.check(database.store)
            known = await database.store.read(records)
        link, started = _engine(chosen)
        supervisor = Supervisor(
            store=database.store,
            recorder=Recorder(database.store, await Journal.open(database.store)),
            link=link,
            vault=vault,
            home=DEFAULT_TENANT,
        )
        kept = registry.peek(chosen.data / "registry.json") or {}
        supervisor.look_at(known if database.usable else kept.values())
        async with _attached(link, chosen, started):
            with contextlib.suppress(EngineUnreachable):
                await supervisor.scan()
            before = (Check("key_fits", Level.OK), database.check)
            places = Places(chosen.data, chosen.master_key_file)
            yield Doctor(places, vault, supervisor, __version__, running=False, before=before)


def _engine(chosen: Settings) -> tuple[EngineLink, bool]:
    """The way to the engine that runs, else to one that is started only to look at files."""
    there = running(chosen.data)
    process = engine_of(chosen)
    return EngineLink(process, gateway_id=new_id("doc"), build=__version__, lab=chosen.lab is not None), there


@contextlib.asynccontextmanager
async def _attached(link: EngineLink, chosen: Settings, there: bool) -> AsyncIterator[None]:
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
            await asyncio.to_thread(stop, chosen.data, "the doctor has looked")


@contextlib.asynccontextmanager
async def _database(chosen: Settings) -> AsyncIterator[_Database]:
    """The database, opened as it is: one that is missing or older stays so."""
    found = _state(chosen)
    with tempfile.TemporaryDirectory(prefix="holdfast-") as scratch:
        url = chosen.database_url.get_secret_value() if chosen.database_url is not None else None
        store: Store | None = None
        if found is None:
            try:
                store = await Store.open(address_of(url, chosen.database_file))
            except StoreUnavailable as exc:
                found = Check("database_unusable", Level.PROBLEM, exc.message)
        usable = store is not None
        store = store or await Store.open(SqliteFile(Path(scratch) / "holdfast.db"))
        try:
            yield _Database(store, found or Check("database", Level.OK), usable)
        finally:
            await store.close()


def _state(chosen: Settings) -> Check | None:
    """Why the database file is not opened; None: it can be."""
    file = chosen.database_file
    if chosen.database_url is not None:
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
