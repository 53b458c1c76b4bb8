"""The sessions room with an engine in memory, which does what a test says. No process, no socket."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from databases import file_of_newest_schema
from holdfast.engine import Device, EngineIdentity, Folder, Held, Levels, SessionFact
from holdfast.engine import facts as said
from holdfast.engine.answers import FileKey, Finding, FindingKind, Inspection, Place, Saved
from holdfast.journal import Event, Filter, Journal
from holdfast.kit.clock import SteadyClock, now_ms
from holdfast.model.errors import (
    EngineUnreachable,
    FileCorrupt,
    FolderMissing,
    HoldfastError,
    NotConnected,
    NotOpen,
)
from holdfast.model.ids import DEFAULT_TENANT, SessionId
from holdfast.model.reasons import Reason
from holdfast.model.states import LinkLevel, State
from holdfast.sessions import Recorder, Service, Supervisor
from holdfast.sessions.linking import SCRATCH
from holdfast.sessions.runtime import Runtime
from holdfast.store import Store
from holdfast.vault import MasterKey, Vault
from patience import PATIENCE_S

TENANT = DEFAULT_TENANT
_ENGINES = itertools.count()
MASTER = MasterKey(b"m" * 32)


@dataclass
class Disk:
    """Folders under sessions/ and quarantine/, with what lies in their session.key and file."""

    folders: dict[str, bytes] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    quarantine: dict[str, str] = field(default_factory=dict)  # target: device
    put_away: dict[str, bytes] = field(default_factory=dict)  # target: session.key
    #: By "<number>/<name>": key, device, version of the credentials.
    snapshots: dict[str, tuple[bytes, str, int]] = field(default_factory=dict)
    #: What is wrong, by folder; a damaged one does not open.
    flaws: dict[str, FindingKind] = field(default_factory=dict)
    #: When the file in a folder was written last.
    written_ms: dict[str, int] = field(default_factory=dict)
    #: Rises when the credentials in a folder change.
    versions: dict[str, int] = field(default_factory=dict)


@dataclass
class Holding:
    """What the engine holds of one session."""

    folder: str
    jid: str = ""
    epoch: int = 0
    level: LinkLevel = LinkLevel.CLOSED


@dataclass
class ScriptedLink:
    """Fills the seam Engine. `refuse` and `hold` are asked with the name of every command."""

    disk: Disk
    identity: EngineIdentity | None = None
    held: dict[str, Holding] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  # "connect ses_1"
    refuse: dict[str, HoldfastError] = field(default_factory=dict)
    #: Whom an engine that dies has dealt with last.
    last: list[SessionId] = field(default_factory=list)
    #: Commands that do not return before the test lets them.
    hold: dict[str, asyncio.Event] = field(default_factory=dict)
    #: The phone takes a device off its list.
    unlinked: list[str] = field(default_factory=list)
    #: WhatsApp can be reached.
    network: bool = True
    hear: Callable[[Sequence[SessionFact]], None] = lambda facts: None

    def asked_of(self, session_id: str) -> list[str]:
        """The commands about this session, in order. Its file is looked at whenever there is time."""
        return [it for it in self.asked if it.endswith(session_id)]

    async def _ask(self, name: str, session_id: str = "") -> None:
        self.asked.append(f"{name} {session_id}".strip())
        await asyncio.sleep(0)
        if name in self.hold:
            await self.hold[name].wait()
        if self.identity is None:
            raise EngineUnreachable()
        if name in self.refuse:
            raise self.refuse[name]

    def last_dealt_with(self) -> Sequence[SessionId]:
        return self.last

    async def list_held(self) -> Sequence[Held]:
        await self._ask("list")
        return self.levels().sessions

    def levels(self) -> Levels:
        """The periodic frame."""
        return Levels(
            0,
            tuple(Held(i, it.epoch, it.level, 0, 0, 0, it.folder, it.jid) for i, it in self.held.items()),
        )

    async def scan(self) -> Sequence[Folder]:
        await self._ask("scan")
        return [
            Folder(name, key, int(name in self.disk.devices), written_ms=self.disk.written_ms.get(name, 1))
            for name, key in self.disk.folders.items()
        ]

    async def scout(self) -> bool:
        await self._ask("scout")
        return self.network

    async def ask(self, name: str, about: str) -> None:
        """A command about a file."""
        await self._ask(name, about)

    async def open(self, session_id: str, folder: str, key: bytes) -> Device:
        await self._ask("open", session_id)
        if folder not in self.disk.devices:
            raise FolderMissing()
        if folder in self.disk.flaws:
            raise FileCorrupt()
        jid = self.disk.devices.get(folder, "")
        self.held.setdefault(session_id, Holding(folder, jid))
        return Device(jid, "", "Owner", "android", 1)

    async def close(self, session_id: str) -> None:
        await self._ask("close", session_id)
        self.held.pop(session_id, None)

    async def connect(self, session_id: str, epoch: int) -> None:
        await self._ask("connect", session_id)
        if session_id not in self.held:
            raise NotOpen()
        self.held[session_id].epoch = epoch
        if not self.network:
            self.end(session_id, Reason.UNREACHABLE)
            return
        self.held[session_id].level = LinkLevel.LOGGED_IN
        self.say(session_id, said.Connected())

    async def disconnect(self, session_id: str) -> None:
        await self._ask("disconnect", session_id)
        if session_id in self.held:
            self.held[session_id].level = LinkLevel.CLOSED

    async def pair(
        self,
        session_id: str,
        epoch: int,
        key: bytes,
        wrapped_key: bytes,
        device_name: str,
        *,
        passkey: bool = False,
    ) -> None:
        await self._ask("pair", session_id)
        self.disk.folders[SCRATCH + session_id] = wrapped_key
        self.held[session_id] = Holding(SCRATCH + session_id, "", epoch, LinkLevel.PAIRING)

    async def pair_phone(self, session_id: str, phone: str) -> None:
        await self._ask("pair_phone", f"{session_id} {phone}")

    async def passkey_response(self, session_id: str, response_json: bytes) -> None:
        await self._ask("passkey_response", session_id)

    async def passkey_confirm(self, session_id: str) -> None:
        await self._ask("passkey_confirm", session_id)

    async def cancel_pair(self, session_id: str) -> None:
        await self._ask("cancel_pair", session_id)
        holding = self.held.get(session_id)
        if holding is not None and holding.level is LinkLevel.PAIRING:
            del self.held[session_id]
            self.disk.folders.pop(holding.folder, None)

    async def adopt(self, session_id: str, folder: str) -> None:
        await self._ask("adopt", session_id)
        self.held.pop(session_id, None)
        self.disk.folders[folder] = self.disk.folders.pop(SCRATCH + session_id)
        self.disk.devices[folder] = self.disk.devices.pop(SCRATCH + session_id)

    async def quarantine(
        self, session_id: str, folder: str, target: str, *, with_snapshots: bool = False
    ) -> None:
        await self._ask("quarantine", session_id)
        key = self.disk.folders.pop(folder, None)
        if key is None:
            raise FolderMissing()
        self.held = {i: it for i, it in self.held.items() if it.folder != folder}
        self.disk.quarantine[target] = self.disk.devices.pop(folder, "")
        self.disk.put_away[target] = key
        self.disk.flaws.pop(folder, None)
        if with_snapshots:
            for name in [name for name in self.disk.snapshots if name.startswith(f"{folder}/")]:
                del self.disk.snapshots[name]

    async def logout(self, session_id: str) -> None:
        await self._ask("logout", session_id)
        holding = self.held.get(session_id)
        if holding is None or not holding.level.up:
            raise NotConnected()
        self.unlinked.append(holding.jid)

    @property
    def credentials(self) -> "ScriptedFiles":
        return ScriptedFiles(self)

    # ---- what happens to it

    def say(self, session_id: str, happened: said.Happening) -> None:
        """A fact of the session's connection of the moment."""
        self.hear([SessionFact(session_id, self.held[session_id].epoch, 0, happened)])

    def scan_code(self, session_id: str, jid: str) -> None:
        """A phone scans the session's code."""
        holding = self.held[session_id]
        holding.level, holding.jid = LinkLevel.CLOSED, jid
        self.disk.devices[SCRATCH + session_id] = jid
        self.say(session_id, said.PairSuccess(jid, "", "android", "Owner"))

    def cut(self) -> None:
        """The network goes, and every connection with it."""
        self.network = False
        for session_id, holding in self.held.items():
            if holding.level.up:
                self.end(session_id, Reason.NETWORK)

    def end(self, session_id: str, reason: Reason) -> None:
        """The connection ends."""
        self.held[session_id].level = LinkLevel.CLOSED
        self.say(session_id, said.Disconnected(reason))


@dataclass
class ScriptedFiles:
    """Fills the seam Credentials, on the same disk."""

    link: ScriptedLink

    async def scan(self, place: Place) -> Sequence[Folder]:
        await self.link.ask("scan", place)
        disk = self.link.disk
        if place is Place.SNAPSHOTS:
            return [Folder(name, key, 1, b"%d" % v) for name, (key, _, v) in disk.snapshots.items()]
        assert place is Place.QUARANTINE
        return [Folder(name, disk.put_away[name], bool(it)) for name, it in disk.quarantine.items()]

    async def inspect(self, place: Place, folder: str, key: bytes) -> Inspection:
        await self.link.ask("inspect", folder)
        disk = self.link.disk
        found = tuple(Finding(kind) for name, kind in disk.flaws.items() if name == folder)
        if place is Place.SNAPSHOTS:
            device, version = disk.snapshots[folder][1:]
        elif place is Place.QUARANTINE:
            device, version = disk.quarantine[folder], 0
        elif folder not in disk.devices:
            raise FolderMissing()
        else:
            device, version = disk.devices[folder], disk.versions.get(folder, 0)
        return Inspection(found, Device(device, "", "Owner", "android", 1), b"%d" % version)

    async def snapshot(
        self, folder: str, key: bytes, name: str, under: FileKey, *, unless: bytes = b""
    ) -> Saved:
        await self.link.ask("snapshot", folder)
        disk, version = self.link.disk, self.link.disk.versions.get(folder, 0)
        if folder not in disk.devices:
            raise FolderMissing()
        if folder in disk.flaws:
            raise FileCorrupt()
        if unless == b"%d" % version:
            return Saved(0, unless)
        disk.snapshots[f"{folder}/{name}"] = (under.wrapped, disk.devices[folder], version)
        return Saved(1, b"%d" % version)

    async def restore(
        self, folder: str, name: str, snapshot_key: bytes, target: str, under: FileKey
    ) -> Device:
        await self.link.ask("restore", folder)
        disk = self.link.disk
        assert target not in disk.folders
        disk.folders[target] = under.wrapped
        disk.devices[target] = disk.snapshots[f"{folder}/{name}"][1]
        return Device(disk.devices[target], "", "Owner", "android", 1)

    async def discard(self, place: Place, folder: str) -> None:
        await self.link.ask("discard", folder)
        found = self.link.disk.snapshots if place is Place.SNAPSHOTS else self.link.disk.quarantine
        if found.pop(folder, None) is None:  # type: ignore[attr-defined]
            raise FolderMissing()

    async def bring_back(self, folder: str, target: str) -> None:
        await self.link.ask("bring_back", folder)
        disk = self.link.disk
        disk.devices[target] = disk.quarantine.pop(folder)
        disk.folders[target] = disk.put_away.pop(folder)

    async def import_device(self, database: str, jid: str, target: str, under: FileKey) -> tuple[Device, str]:
        await self.link.ask("import", target)
        disk = self.link.disk
        assert target not in disk.folders
        disk.folders[target], disk.devices[target] = under.wrapped, jid
        return Device(jid, "", "Owner", "android", 1), target

    async def export_device(self, folder: str, key: bytes, database: str) -> None:
        await self.link.ask("export", folder)
        assert all(it.folder != folder for it in self.link.held.values()), "it is open"
        with Path(database).open("x") as file:
            file.write(self.link.disk.devices[folder])

    async def unlink(self, session_id: str, folder: str, key: bytes) -> bool:
        await self.link.ask("unlink", folder)
        if folder not in self.link.disk.quarantine:
            raise FolderMissing()
        device = self.link.disk.quarantine[folder]
        if not device:
            raise FileCorrupt()
        already = device in self.link.unlinked
        self.link.unlinked.append(device)
        return already


@dataclass
class Stage:
    """One gateway's sessions room, as far as a test sees it."""

    store: Store
    journal: Journal
    vault: Vault
    link: ScriptedLink
    supervisor: Supervisor
    service: Service
    running: asyncio.Task[None] | None = None

    async def attach(self) -> None:
        """An engine comes. Returns when it is reconciled."""
        identity = EngineIdentity(f"eng_{next(_ENGINES)}", 1, lab=True, build="test")
        self.link.identity = identity
        self.supervisor.engine_attached(identity)
        await self.until(lambda: self.supervisor.roster.acting, "the engine was not reconciled")

    def detach(self) -> None:
        """The engine dies."""
        self.link.identity = None
        self.link.held.clear()
        self.supervisor.engine_detached()

    def runtime(self, name: str) -> Runtime:
        found = self.supervisor.roster.index.named(TENANT, name)
        assert found is not None, f"no session {name}"
        return found

    async def pairing(self, name: str) -> str:
        """A session that waits for a scan; its id."""
        view, _ = await self.service.create_or_get(TENANT, name)
        await self.service.pair(TENANT, name)
        await self.until(lambda: view.id in self.link.held, "pairing did not begin")
        return view.id

    async def linked(self, name: str, jid: str) -> str:
        """A session that a phone has linked, connected; its id."""
        session_id = await self.pairing(name)
        self.link.scan_code(session_id, jid)
        await self.until_state(name, State.CONNECTED)
        return session_id

    async def until_state(self, name: str, state: State) -> None:
        """Return when the session is there."""
        await self.until(
            lambda: self.runtime(name).session.state is state, lambda: str(self.runtime(name).session)
        )

    async def until(self, true: Callable[[], bool], otherwise: str | Callable[[], str]) -> None:
        """Return when it is true; fail when it does not become so in time."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        while not true():
            said_so = otherwise if isinstance(otherwise, str) else otherwise()
            assert asyncio.get_running_loop().time() < deadline, said_so
            assert self.running is None or not self.running.done(), "the sessions room has ended"
            await asyncio.sleep(0.002)

    async def quiet(self) -> None:
        """Return when no lane has anything left to do, and everything is durable."""
        index = self.supervisor.roster.index
        await self.until(lambda: all(it.lane is None for it in index), "a lane does not end")
        await self.supervisor.roster.recorder.settled()

    async def events(self) -> Sequence[Event]:
        await self.supervisor.roster.recorder.settled()
        return (await self.journal.read(0, 1000, Filter(TENANT))).events


@contextlib.asynccontextmanager
async def stage(folder: Path, disk: Disk | None = None, **options: object) -> AsyncIterator[Stage]:
    """The room, running, without an engine. Ends with the room alive, or fails."""
    store = await Store.open(file_of_newest_schema(folder / "holdfast.db"))
    clock = options.get("clock")
    wall = (lambda: clock.wall_ms) if isinstance(clock, SteadyClock) else now_ms
    journal, vault = await Journal.open(store, wall), Vault(MASTER, folder)
    link = ScriptedLink(disk or Disk())
    supervisor = Supervisor(
        store=store,
        recorder=Recorder(store, journal),
        link=link,
        vault=vault,
        home=TENANT,
        roll=lambda: 0.0,
        **options,
    )  # type: ignore[arg-type]
    link.hear = supervisor.heard_facts
    await supervisor.load(await vault.prove(store))
    service = Service(
        store,
        supervisor.roster,
        supervisor.unlinking,
        supervisor.quarantine,
        supervisor.ways,
        importing=supervisor.importing,
        safekeeping=supervisor.safekeeping,
        exporting=supervisor.exporting,
    )
    made = Stage(store, journal, vault, link, supervisor, service)
    made.running = asyncio.create_task(supervisor.run())
    try:
        yield made
        assert not made.running.done(), f"the sessions room has ended: {made.running.exception()!r}"
    finally:
        made.running.cancel()
        await asyncio.gather(made.running, return_exceptions=True)
        await store.close()
