"""A session's file that cannot be used goes into quarantine; its newest good snapshot takes its place."""

from collections.abc import Mapping
from typing import Final

from holdfast.engine.answers import Place
from holdfast.kit import logging
from holdfast.kit.iso import iso
from holdfast.model.errors import (
    EngineUnreachable,
    FileCorrupt,
    FileForeign,
    FolderMissing,
    HoldfastError,
    WrongFileKey,
)
from holdfast.model.reasons import Reason
from holdfast.sessions import facts as f
from holdfast.sessions.linking import Linking
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import FileState, Runtime
from holdfast.sessions.seam import Engine
from holdfast.vault import Away, KeyFileDamaged, Snapshots, Vault, cannot_connect, faults_of

log = logging.get("sessions")

#: What a snapshot helps against. Another master key is none of it: the snapshots are under the same.
REPLACEABLE: Final = (FileCorrupt, FileForeign, WrongFileKey, FolderMissing, KeyFileDamaged)
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

    async def _rescue(self, runtime: Runtime, folder: str) -> None:
        """Save the credentials out of the damaged file itself, where they can still be read."""
        try:
            if await self._snapshots.take(runtime.id, folder):
                log.info("session.credentials_rescued", session=runtime.name)
        except EngineUnreachable:
            raise
        except HoldfastError as exc:
            log.info("session.credentials_not_rescued", session=runtime.name, error=exc.message)

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
