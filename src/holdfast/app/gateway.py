"""All rooms, wired: one TaskGroup, one event loop, one database."""

import asyncio
import gc
import importlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import uvloop
from pydantic import BaseModel

from holdfast import __version__
from holdfast.accounts import Accounts, Audit, Logins, Passwords, Users
from holdfast.alerts import Alerts, Ways
from holdfast.api.rooms import Rooms
from holdfast.app import applications
from holdfast.app.applications import Ground
from holdfast.app.canary import Canary
from holdfast.app.listeners import Listeners
from holdfast.app.meter import Meter
from holdfast.backup import Backups
from holdfast.chats import (
    Chats,
    Importer,
    ListOfChats,
    Telling,
    Traffic,
    forget_labels,
    merge_chats,
)
from holdfast.configuration import Configuration
from holdfast.delivery import Subscriptions
from holdfast.doctor import Check, Doctor, Level, Places
from holdfast.engine import EngineIdentity, EngineLink, EngineProcess, Intake
from holdfast.inbox import Inbox, Missing
from holdfast.journal import Journal
from holdfast.kit import logging
from holdfast.kit.ids import new_id
from holdfast.kit.rotation import rotate
from holdfast.media import (
    Bucket,
    Expecting,
    Fetcher,
    FetchPolicy,
    Library,
    Limits,
    LocalFolder,
    ObjectStore,
    Placer,
    Storage,
)
from holdfast.messages import Follower, MessageReader
from holdfast.model.errors import StoreUnavailable
from holdfast.model.ids import DEFAULT_TENANT, SessionId
from holdfast.model.media import FileKind
from holdfast.outbox import USUAL_BUDGETS, Budget, Outbox, Pace, RetryPolicy
from holdfast.people import Activities, Groups, People, Presences, Probing
from holdfast.retention import DEFAULTS, DeletionClock, Keep, Kind, Retention
from holdfast.search import Index, Search
from holdfast.sessions import Dormancy, Progress, Recorder, Service, Supervisor
from holdfast.settings import Settings
from holdfast.steps import Steps
from holdfast.store import Store, WriteUnit, address_of
from holdfast.vault import Vault, from_command, load_or_create, prove_world

log = logging.get("app")

_LOGS_EVERY_S: Final = 5.0
_MIB: Final = 1024 * 1024


class Gateway:
    """Every room of the process. Also the facts about itself that the API tells."""

    version = __version__

    def __init__(
        self, chosen: Settings, store: Store, journal: Journal, vault: Vault, engine: EngineProcess
    ) -> None:
        self.settings, self.store, self.journal, self.vault = chosen, store, journal, vault
        self.lab = chosen.lab is not None
        self.mounts = applications.find(chosen.applications)
        self.applications = tuple(applications.named(chosen.applications))
        self.started_at = datetime.now(UTC)
        self.ready = False
        self.link = EngineLink(engine, gateway_id=new_id("gtw"), build=__version__, lab=self.lab)
        self.deletion_clock = DeletionClock(store)
        self.supervisor = Supervisor(
            store=store,
            recorder=Recorder(store, journal),
            link=self.link,
            vault=vault,
            device_name=chosen.device_name,
            home=DEFAULT_TENANT,
            policy=chosen.policy.faster(chosen.lab_pace),
            deletion_clock=self.deletion_clock,
        )
        self.sessions = Service(
            store,
            self.supervisor.roster,
            self.supervisor.unlinking,
            self.supervisor.quarantine,
            self.supervisor.ways,
            importing=self.supervisor.importing,
            safekeeping=self.supervisor.safekeeping,
            exporting=self.supervisor.exporting,
        )
        self.library = Library(store, chosen.media, _storage(chosen), _limits(chosen))
        self.outbox = Outbox(
            store,
            journal,
            self.link,
            policy=RetryPolicy(1 / chosen.lab_pace),
            budgets=_budgets(chosen),
            keep_for_other_number=chosen.queue_for_other_number == "keep",
            placer=Placer(store, self.library, self.link.files),
            asks=self.link.questions,
        )
        self.outbox.on_moved = merge_chats
        self.steps = Steps(store, journal, self.outbox)
        self.configuration = Configuration(store, journal)
        self.fetcher = Fetcher(store, journal, self.library, self.link.files, self.link.acts)
        expecting = Expecting(self.fetcher.expected)
        words = Index()
        telling = Telling(self.outbox, words.again)
        self.presences = Presences(store, self.link.acts)
        self.missing = Missing(store, self.link.acts, pace=chosen.lab_pace)
        self.importer = Importer(store, self.link.questions, telling.names_learned)
        telling.on_offered = self.importer.offered
        self.inbox = Inbox(store, journal, telling, expecting=expecting)
        self.listing, self.indexing = Follower(store, ListOfChats()), Follower(store, words)
        self.retention = Retention(store, _keep(chosen), clock=self.deletion_clock, library=self.library)
        self.intake = Intake(self.inbox.receive, self.link.confirm)
        seal, index = vault.seal_for("alert channels"), self.supervisor.roster.index
        ways = Ways(seal, self.outbox, index)
        self.dormancy = Dormancy(store, journal, self.supervisor.roster)
        self.alerts = Alerts(store, journal, ways, index, seal, home=DEFAULT_TENANT, lab=self.lab)
        self.backups = Backups(
            store,
            journal,
            self.alerts,
            self.supervisor.safekeeping.save_all,
            chosen.data,
            home=DEFAULT_TENANT,
        )
        self.meter = Meter(store, journal, self.outbox, self.supervisor, lambda: self.link.commits)
        every_s = chosen.canary_minutes * 60
        self.canary = Canary(self.outbox, MessageReader(store), self.supervisor, every_s=every_s)
        self._wire()

    def _wire(self) -> None:
        link, supervisor = self.link, self.supervisor
        link.on_attached = self._attached
        link.on_detached = self._detached
        link.on_facts, link.on_levels = supervisor.heard_facts, supervisor.heard_levels
        link.on_deliveries = self.intake.put
        supervisor.roster.on_up, supervisor.roster.on_down = self._up, self._down
        supervisor.watching.oldest_unanswered = self.outbox.oldest_unanswered
        supervisor.watching.reachout_locked_s = self.outbox.reachout_locked_s
        supervisor.roster.recorder.on_deleted = self._deleted

    def _up(self, session_id: SessionId, phone: str) -> None:
        self.outbox.session_up(session_id, phone)
        self.fetcher.session_up(session_id)
        self.importer.session_up(session_id)
        self.presences.session_up(session_id, phone)
        self.missing.session_up(session_id)

    def _down(self, session_id: SessionId) -> None:
        self.outbox.session_down(session_id)
        self.fetcher.session_down(session_id)
        self.importer.session_down(session_id)
        self.presences.session_down(session_id)
        self.missing.session_down(session_id)

    def _deleted(self, unit: WriteUnit, session_id: SessionId) -> None:
        self.outbox.session_deleted(unit, session_id)
        self.steps.session_deleted(unit, session_id)
        self.presences.session_deleted(unit, session_id)
        forget_labels(unit, session_id)

    def _attached(self, identity: EngineIdentity) -> None:
        self.intake.begin()
        self.meter.attached(identity)
        self.supervisor.engine_attached(identity)

    def _detached(self) -> None:
        self.meter.detached()
        self.supervisor.engine_detached()

    @property
    def engine(self) -> EngineIdentity | None:
        """The engine, while it is attached."""
        return self.link.identity

    @property
    def trouble(self) -> StoreUnavailable | None:
        """Why the database takes nothing now."""
        return self.store.trouble

    @property
    def doctor(self) -> Doctor:
        """Looks at the whole installation."""
        places = Places(self.settings.data, self.settings.master_key_file)
        found = (Check("key_fits", Level.OK), Check("database", Level.OK))
        return Doctor(places, self.vault, self.supervisor, __version__, running=True, before=found)

    @property
    def progress(self) -> Progress:
        """The restoration."""
        return self.supervisor.roster.restoration.progress

    async def serve(self, accounts: Accounts, listeners: Listeners, announce: Callable[[], bool]) -> None:
        """Serve until a signal asks for the end. Whatever dies in here ends the process loudly."""
        self.library.begin()
        on_the_store = (self.deletion_clock, self.retention, self.dormancy, self.alerts, self.steps)
        rooms = (
            self.link,
            self.supervisor,
            self.outbox,
            self.intake,
            self.fetcher,
            self.canary,
            self.importer,
            self.presences,
            self.missing,
            self.listing,
            self.indexing,
            *on_the_store,
        )
        async with asyncio.TaskGroup() as tasks:
            work = [tasks.create_task(room.run()) for room in rooms]
            work.append(tasks.create_task(self.store.watch()))
            work.append(tasks.create_task(self.backups.run()))
            work.append(tasks.create_task(_keep_logs_small(self.settings.data / "logs")))
            # Restoration has begun; the web framework is imported beside it.
            web = await asyncio.to_thread(_web)
            # What is loaded now stays: the collector need not look at it again and again.
            gc.freeze()
            gc.enable()
            self.ready = True
            behind = self._rooms(accounts)
            ground = Ground(self.store, self.journal, self.outbox, behind)
            mounts = [partial(mount, ground) for mount in self.mounts]
            await web.serve(behind, listeners, announce, self.settings, mounts)
            self.ready = False
            await self._leave(work)

    def _rooms(self, accounts: Accounts) -> Rooms:
        activities = Activities(self.link.acts, MessageReader(self.store), self.presences)
        passwords = Passwords()
        users = Users(self.store, accounts, passwords, home=DEFAULT_TENANT)
        seal = self.vault.seal_for("second steps")
        return Rooms(
            facts=self,
            meter=self.meter,
            accounts=accounts,
            users=users,
            logins=Logins(self.store, accounts, users, passwords, seal, home=DEFAULT_TENANT),
            audit=Audit(self.store),
            alerts=self.alerts,
            backups=self.backups,
            sessions=self.sessions,
            directory=self.supervisor.roster.index,
            messages=MessageReader(self.store),
            retention=self.retention,
            outbox=self.outbox,
            library=self.library,
            fetcher=self.fetcher,
            journal=self.journal,
            subscriptions=Subscriptions(self.store, self.journal),
            steps=self.steps,
            configuration=self.configuration,
            groups=Groups(self.link.groups),
            people=People(self.link.questions, self.link.acts),
            probing=Probing(self.link.questions),
            activities=activities,
            chats=Chats(self.store, self.listing, activities),
            traffic=Traffic(self.store),
            search=Search(self.store, self.indexing),
        )

    async def _leave(self, work: "list[asyncio.Task[Any]]") -> None:
        """Finish and write what is under way; the engine keeps its connections for the next gateway."""
        await self.outbox.close()
        await self.supervisor.roster.recorder.settled()
        for task in work:
            task.cancel()


def _web() -> ModuleType:
    """The web server, imported. Its framework describes APIs by models that only a description uses: they are
    built when one is asked for.
    """
    BaseModel.model_config["defer_build"] = True
    try:
        importlib.import_module("fastapi")
    finally:
        del BaseModel.model_config["defer_build"]
    return importlib.import_module("holdfast.app.web")


def _used_before(data: Path) -> bool:
    """True when the folder holds what a master key has wrapped, also where the database is lost."""
    wrapped = (data / place for place in ("sessions", "snapshots", "quarantine"))
    return (data / "registry.json").exists() or any(
        child.is_dir() for place in wrapped if place.is_dir() for child in place.iterdir()
    )


async def _keep_logs_small(folder: Path) -> None:
    """Run until cancelled.

    The gateway does it for every program of the data folder: it is the one that always runs.
    """
    while True:
        await asyncio.to_thread(rotate, folder)
        await asyncio.sleep(_LOGS_EVERY_S)


def _storage(chosen: Settings) -> Storage:
    """Where files lie: in the data folder, or in a bucket."""
    if not chosen.media_bucket:
        return LocalFolder(chosen.media)
    name, _, prefix = chosen.media_bucket.removeprefix("s3://").partition("/")
    bucket = Bucket(
        name,
        prefix.strip("/"),
        chosen.media_endpoint,
        chosen.media_region,
        chosen.media_access_key,
        chosen.media_secret_key,
    )
    return ObjectStore(bucket, chosen.media)


def _limits(chosen: Settings) -> Limits:
    """How large files may be and what is fetched, as the settings say."""
    known = {kind.value: kind for kind in FileKind}
    kinds = frozenset(known[word] for word in _words(chosen.media_fetch_kinds) if word in known)
    return Limits(
        max_bytes=chosen.media_max_mb * _MIB,
        fetch=FetchPolicy(kinds, chosen.media_fetch_max_mb * _MIB),
        url_hosts=frozenset(host.lower() for host in _words(chosen.media_url_hosts)),
    )


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _keep(chosen: Settings) -> Mapping[Kind, Keep]:
    """The retention that the settings ask for; the number of rows stays what it is by default."""
    days = {
        Kind.EVENTS: chosen.keep_events_days,
        Kind.MESSAGES: chosen.keep_messages_days,
        Kind.FILES: chosen.keep_media_days,
        Kind.TIMELINE: chosen.keep_timeline_days,
    }
    return {kind: replace(DEFAULTS[kind], days=each) for kind, each in days.items()}


def _budgets(chosen: Settings) -> Mapping[Pace, Budget]:
    """How fast numbers may write. Against a simulator as fast as they can, unless told otherwise."""
    given = {
        Pace.REPLY: chosen.pace_reply,
        Pace.CHAT: chosen.pace_chat,
        Pace.STRANGER: chosen.pace_stranger,
    }
    budgets = {} if chosen.lab is not None else dict(USUAL_BUDGETS)
    for pace, words in given.items():
        if words == "off":
            budgets.pop(pace, None)
        elif words is not None:
            burst, _, per_hour = words.partition("/")
            budgets[pace] = Budget(int(burst), float(per_hour))
    return budgets


def run_until_stopped(
    chosen: Settings, engine: EngineProcess, listeners: Listeners, announce: Callable[[], bool]
) -> None:
    """The gateway, from open database to closed database. Raises HoldfastError, alone or in a group."""
    uvloop.run(_run(chosen, engine, listeners, announce))


async def _run(
    chosen: Settings, engine: EngineProcess, listeners: Listeners, announce: Callable[[], bool]
) -> None:
    # A new key opens nothing that another one has wrapped.
    first_start = not chosen.database_file.exists() and not _used_before(chosen.data)
    url = chosen.database_url.get_secret_value() if chosen.database_url is not None else None
    address = address_of(url, chosen.database_file)
    master = (
        from_command(chosen.master_key_command)
        if chosen.master_key_command
        else load_or_create(chosen.master_key_file, may_create=first_start)
    )
    store = await Store.open(address)
    try:
        await prove_world(store, lab=chosen.lab is not None)
        vault = Vault(master, chosen.data)
        registry = await vault.prove(store)
        accounts = Accounts(store)
        await accounts.ensure_local(DEFAULT_TENANT, chosen.data / "local.key")
        gateway = Gateway(chosen, store, await Journal.open(store), vault, engine)
        await gateway.supervisor.load(registry)
        del registry  # every session once more, for as long as this runs
        log.info("app.started", version=__version__, sessions=len(gateway.supervisor.roster.index))
        await gateway.serve(accounts, listeners, announce)
        log.info("app.stopped")
    finally:
        await store.close()
