"""A session's file that cannot be used goes into quarantine; its newest good snapshot takes its place.

The same with a file that works, where its owner has chosen a snapshot.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from holdfast.engine.answers import Place
from holdfast.kit import logging
from holdfast.kit.iso import iso
from holdfast.model.errors import (
    Busy,
    CredentialsUnusable,
    EngineUnreachable,
    FileCorrupt,
    FileForeign,
    FolderMissing,
    HoldfastError,
    UnknownSnapshot,
    WrongFileKey,
)
from holdfast.model.ids import SessionId
from holdfast.model.reasons import Reason
from holdfast.sessions import facts as f
from holdfast.sessions.linking import Linking
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import FileState, Runtime
from holdfast.sessions.seam import Engine
from holdfast.vault import (
    Away,
    KeyFileDamaged,
    Snapshot,
    Snapshots,
    Vault,
    Why,
    cannot_connect,
    faults_of,
)

log = logging.get("sessions")

#: What a snapshot helps against. Another master key is none of it: the snapshots are under the same.
REPLACEABLE: Final = (FileCorrupt, FileForeign, WrongFileKey, FolderMissing, KeyFileDamaged)
#: Commands of the session that are under way are carried out before it.
_PUT_BACK_WITHIN_S: Final = 60.0
_SAID: Final[Mapping[Reason, str]] = {
    Reason.FILE_CORRUPT: "damaged",
    Reason.FILE_FOREIGN: "of another number",
    Reason.FOLDER_MISSING: "missing",
    Reason.WRONG_KEY: "not readable",
}


class Repairing:
    """Looks at files that failed, and replaces them."""

    def __init__(
        self, roster: Roster, link: Engine, vault: Vault, snapshots: Snapshots, linking: Linking
    ) -> None:
        self._roster, self._link, self._vault = roster, link, vault
        self._snapshots, self._linking = snapshots, linking
        #: Who waits for the snapshot that they have chosen, by session: what was refused, or None.
        self._choices: dict[SessionId, asyncio.Future[HoldfastError | None]] = {}

    async def check(self, runtime: Runtime) -> None:
        """Look at the file under which a connection has failed; replace it if it is damaged.

        Raises what a connection that needs the file would end with.
        """
        try:
            cause = await self._what_is_wrong(runtime)
        except REPLACEABLE as exc:
            cause = exc
        if cause is not None:
            log.error("session.file_unusable", session=runtime.name, error=cause.message)
            await self.replace(runtime, cause)
        runtime.doubtful = False

    async def _what_is_wrong(self, runtime: Runtime) -> HoldfastError | None:
        folder = runtime.record.folder or ""
        key = self._vault.key_of(folder).key
        faults = faults_of(await self._link.credentials.inspect(Place.SESSIONS, folder, key), runtime.record)
        if not cannot_connect(faults):
            return None
        said = ", ".join(fault.flaw.value for fault in faults)
        return FileCorrupt(f"The session's file cannot be used: {said}")

    async def _rescue(self, runtime: Runtime, folder: str, why: Why = Why.CHANGED) -> None:
        """Save the credentials out of the file itself, where they can still be read."""
        try:
            if await self._snapshots.take(runtime.id, folder, why):
                log.info("session.credentials_rescued", session=runtime.name)
        except EngineUnreachable:
            raise
        except HoldfastError as exc:
            log.info("session.credentials_not_rescued", session=runtime.name, error=exc.message)

    # ---- what its owner has chosen -------------------------------------------------------------------------

    async def choose(self, runtime: Runtime, name: str) -> None:
        """Put this snapshot in the place of the session's file; returns when that is done.

        What is to be connected connects with it. Raises UnknownSnapshot, CredentialsUnusable for one that
        cannot connect and for a session that is not linked, Busy, EngineUnreachable, what the engine refuses.
        """
        snapshot = self._named(runtime, name)
        if not self._roster.acting:
            raise EngineUnreachable
        if runtime.id in self._choices:
            raise Busy("Another snapshot is being put back", next_step="Wait for that one.")
        if not await self._snapshots.is_good(snapshot, runtime.record):
            raise CredentialsUnusable("This snapshot cannot be used", next_step="Choose another one.")
        done: asyncio.Future[HoldfastError | None] = asyncio.get_running_loop().create_future()
        self._choices[runtime.id] = done
        try:
            if not self._roster.tell(runtime, f.SnapshotChosen(name)):
                raise CredentialsUnusable(
                    "This number is not linked: a snapshot would not connect", next_step="Link it first."
                )
            async with asyncio.timeout(_PUT_BACK_WITHIN_S):
                refused = await done
        except TimeoutError:
            raise Busy("It is not done yet", next_step="Look at the number again in a moment.") from None
        finally:
            self._choices.pop(runtime.id, None)
        if refused is not None:
            raise refused

    async def put_back(self, runtime: Runtime, name: str) -> None:
        """Move the session's file, which is closed, into quarantine, and make another one from the snapshot.

        Killed in between, the folder is missing at the next start, and the newest snapshot takes its place.
        Raises what the engine refuses.
        """
        try:
            await self._put_back(runtime, name)
        except Exception as exc:
            unknown = HoldfastError("The snapshot was not put back", next_step="See logs/gateway.log.")
            self._tell_who_waits(runtime, exc if isinstance(exc, HoldfastError) else unknown)
            raise
        self._tell_who_waits(runtime, None)

    def _tell_who_waits(self, runtime: Runtime, refused: HoldfastError | None) -> None:
        done = self._choices.get(runtime.id)
        if done is not None and not done.done():
            done.set_result(refused)

    async def _put_back(self, runtime: Runtime, name: str) -> None:
        folder = runtime.record.folder or ""
        async with self._linking.hold(folder):
            if runtime.session.credentials is not f.Credentials.VALID:
                raise CredentialsUnusable("It was logged out meanwhile", next_step="Link it first.")
            snapshot = self._named(runtime, name)
            # So that the choice can be taken back; of the other kind, so that it never pushes out the chosen.
            await self._rescue(runtime, folder, Why.CHANGED if snapshot.why is Why.BEFORE else Why.BEFORE)
            await self._linking.put_away(runtime, folder, Away.EXCHANGED)
            await self._snapshots.restore(snapshot, runtime.id)
        log.warning("session.snapshot_put_back", session=runtime.name, snapshot=name)

    def _named(self, runtime: Runtime, name: str) -> Snapshot:
        number = runtime.record.phone or runtime.record.folder or ""
        found = next((it for it in self._snapshots.of(number) if it.name == name), None)
        if found is None:
            raise UnknownSnapshot
        return found

    # ---- what is damaged -----------------------------------------------------------------------------------

    async def replace(self, runtime: Runtime, cause: HoldfastError) -> None:
        """Put the newest good snapshot in the file's place. Raises `cause` when there is none.

        Killed in between, the folder is missing at the next start, and that is repaired in the same way.
        """
        folder = runtime.record.folder
        if folder is None or not isinstance(cause, REPLACEABLE):
            raise cause
        async with self._linking.hold(folder):
            if runtime.session.credentials is not f.Credentials.VALID:
                raise cause
            await self._link.close(runtime.id)
            runtime.file = FileState.CLOSED
            if isinstance(cause, FileCorrupt):
                await self._rescue(runtime, folder)
            snapshot = await self._snapshots.newest_good(runtime.record)
            if snapshot is None:
                log.error("session.no_good_snapshot", session=runtime.name, error=cause.message)
                raise cause
            await self._linking.put_away(runtime, folder, Away.DAMAGED)
            await self._snapshots.restore(snapshot, runtime.id)
        said = f"{_SAID.get(cause.session_reason, cause.code)}; snapshot of {iso(snapshot.at_ms)}"
        log.warning("session.restored_from_snapshot", session=runtime.name, detail=said)
        self._roster.tell(runtime, f.CredentialsRestored(said))
