"""What a crash left on the disk gets its place: scratch folders that hold a device, folders nobody knows."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from holdfast.engine import Folder, Held
from holdfast.kit import logging
from holdfast.model.errors import CommandRefused, EngineUnreachable, HoldfastError
from holdfast.model.ids import SessionId, TenantId
from holdfast.model.states import Desired, LinkLevel, State
from holdfast.sessions import facts as f
from holdfast.sessions.linking import SCRATCH, Linking
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Link, Runtime
from holdfast.sessions.seam import Engine
from holdfast.vault import KeyFileDamaged, Record, Snapshots, Vault, WrongMasterKey, number_of

log = logging.get("sessions")

#: A folder that such a session once had is not its any more.
_UNLINKED: Final = frozenset({State.LOGGED_OUT, State.DELETED})
#: Where a session goes that only its folder remembers.


class Leftovers:
    """Looks at the folders that an engine finds when it comes."""

    def __init__(
        self,
        roster: Roster,
        link: Engine,
        vault: Vault,
        snapshots: Snapshots,
        *,
        linking: Linking,
        home: TenantId,
    ) -> None:
        self._roster, self._link, self._vault = roster, link, vault
        self._snapshots, self._linking = snapshots, linking
        #: Whose a session is of which nothing but its folder is left.
        self._home = home

    async def adopt_scratch_folders(
        self, folders: Iterable[Folder], held: Mapping[SessionId, Held]
    ) -> set[SessionId]:
        """Whatever a crash left between scan and adoption gets its place. The ids that now connect."""
        adopted: set[SessionId] = set()
        for folder in folders:
            if not folder.name.startswith(SCRATCH) or not folder.session_bytes:
                continue
            session_id = SessionId(folder.name.removeprefix(SCRATCH))
            level = held[session_id].level if session_id in held else LinkLevel.CLOSED
            if level is LinkLevel.PAIRING:
                await self._link.cancel_pair(session_id)
            runtime = self._roster.index.get(session_id)
            if runtime is None or runtime.deleted:
                log.warning("session.scratch_of_unknown_session", session_id=session_id)
                continue
            with _contained(folder.name):
                target = await self._adopt(runtime)
                if target is not None:
                    adopted |= {runtime.id, target.id}
        return adopted

    async def adopt_orphans(self, folders: Iterable[Folder]) -> None:
        """Folders that neither record knows get their session back, from what session.key says."""
        known = {runtime.record.folder for runtime in self._roster.index}
        for folder in folders:
            if folder.name.startswith(".") or folder.name in known:
                continue
            try:
                session_id = self._vault.key_of(folder.name).session_id
            except (WrongMasterKey, KeyFileDamaged) as exc:
                log.warning("session.folder_unknown", folder=folder.name, error=exc.message)
                continue
            with _contained(folder.name):
                await self._take_in(folder.name, session_id)

    async def adopt_snapshots(self) -> None:
        """Numbers of which nothing but snapshots is left get their session back.

        What its owner or the phone has given up has taken its snapshots along. Connecting restores the file.
        """
        known = {runtime.record.folder for runtime in self._roster.index}
        for number in self._snapshots.numbers:
            if number in known or self._vault.has(number):
                continue
            try:
                session_id = self._snapshots.session_of(self._snapshots.of(number)[0])
            except (WrongMasterKey, KeyFileDamaged) as exc:
                log.warning("session.snapshots_unknown", number=number, error=exc.message)
                continue
            with _contained(number):
                await self._take_in(number, session_id)

    async def _take_in(self, folder: str, session_id: SessionId) -> None:
        runtime = self._roster.index.get(session_id)
        if runtime is None and self._roster.index.with_phone(folder) is None:
            runtime = await self._rebuild(session_id, f"recovered-{folder}")
        if runtime is None or runtime.record.folder is not None or runtime.session.state in _UNLINKED:
            log.warning("session.folder_unused", folder=folder, session_id=session_id)
            return
        self._roster.index.rewrite(runtime, replace(runtime.record, folder=folder, phone=folder))
        await self._linking.keep(runtime)
        log.warning("session.rebuilt_from_folder", session=runtime.name, phone=folder)
        self._roster.tell(runtime, f.CredentialsAdopted())

    async def _rebuild(self, session_id: SessionId, name: str) -> Runtime:
        made_at = self._roster.clock.wall_ms
        record = Record(session_id, self._home, name, Desired.UP.value, made_at)
        runtime = Runtime(record, f.Session(since_ms=self._roster.now))
        await self._roster.add(runtime)
        return runtime

    async def adopt_scratch(self, runtime: Runtime) -> bool:
        """Adopt this session's scratch folder if it holds a device. True if it did."""
        return await self._adopt(runtime) is not None

    async def _adopt(self, runtime: Runtime) -> Runtime | None:
        name = SCRATCH + runtime.id
        try:
            device = await self._link.open(runtime.id, name, self._vault.key_of(name).key)
        except (WrongMasterKey, KeyFileDamaged, CommandRefused) as exc:
            # Not linked, or not ours to open: it stays where it is, and the next pairing begins again.
            log.info("session.scratch_not_linked", session=runtime.name, error=str(exc))
            await self._close_quietly(runtime.id)
            return None
        if not device.jid:
            await self._close_quietly(runtime.id)
            return None
        log.warning("session.scratch_adopted", session=runtime.name, phone=number_of(device.jid))
        return await self._linking.place(runtime, Link(device.jid, device.lid, device.push_name))

    async def _close_quietly(self, session_id: SessionId) -> None:
        try:
            await self._link.close(session_id)
        except EngineUnreachable:
            raise
        except HoldfastError as exc:
            log.info("session.scratch_not_closed", session_id=session_id, error=str(exc))


@contextlib.contextmanager
def _contained(folder: str) -> Iterator[None]:
    """One folder's trouble does not keep the other sessions from connecting."""
    try:
        yield
    except EngineUnreachable:
        raise
    except Exception:
        log.exception("session.folder_failed", folder=folder)
