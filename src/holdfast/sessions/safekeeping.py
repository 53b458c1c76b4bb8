"""Snapshots when credentials change, and looks at session files, beside everything else.

A file is looked at in full (every page, every signature) once its session is back: that costs five times as
much as opening it, and a restart must not wait for it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from holdfast.engine.answers import Place
from holdfast.kit import logging
from holdfast.model.errors import CredentialsUnusable, EngineUnreachable, HoldfastError, UnknownSnapshot
from holdfast.model.ids import SessionId
from holdfast.model.reasons import Reason
from holdfast.sessions import facts as f
from holdfast.sessions.linking import Linking
from holdfast.sessions.quarantine import Quarantine
from holdfast.sessions.repairing import Repairing
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Runtime
from holdfast.sessions.seam import Engine
from holdfast.vault import Flaw, Look, Snapshot, Snapshots, Vault, Why, cannot_connect, faults_of

log = logging.get("sessions")

#: What could not be saved is tried again so often.
_AGAIN_EVERY_S: Final = 300.0
#: Between two files that are looked at: a few are soon done, a thousand cost a hundredth of a core.
_PAUSE_S: Final = 0.1
_PAUSE_IN_A_CROWD_S: Final = 1.0
_FEW: Final = 10
_LOOKS_FOR_MORE_EVERY_S: Final = 1.0
#: A start may open a thousand files that know better than their records: one write for all of them.
_RECORDS_WITHIN_S: Final = 1.0
_FOLDERS_EVERY_S: Final = 20.0
_SWEEPS_EVERY_S: Final = 3600.0
#: A disk may damage a file that was sound.
_LOOKS_AGAIN_AFTER_S: Final = 24 * 3600.0
#: Whoever has written a file since the last look may have been anybody.
_LOOKS_AT_WRITTEN_AFTER_S: Final = 60.0
#: A folder that is being moved is back by then.
_MOVED_WITHIN_S: Final = 1.0


class Safekeeping:
    """Runs forever; no trouble of a session's file ends it."""

    def __init__(
        self,
        roster: Roster,
        link: Engine,
        vault: Vault,
        snapshots: Snapshots,
        *,
        linking: Linking,
        quarantine: Quarantine,
        repairing: Repairing,
    ) -> None:
        self._roster, self._link, self._vault = roster, link, vault
        self._snapshots, self._linking, self._quarantine = snapshots, linking, quarantine
        self._repairing = repairing
        self._due: dict[SessionId, Runtime] = {}
        self._failed: dict[SessionId, Runtime] = {}
        self._more = asyncio.Event()
        #: When each was looked at, by the loop's clock, since the engine of the moment is there.
        self._seen: dict[SessionId, float] = {}
        #: Those whose files were written since.
        self._rewritten: set[SessionId] = set()
        #: When its file had been written last by then.
        self._written: dict[SessionId, int] = {}

    def changed(self, runtime: Runtime) -> None:
        """The session's file holds new credentials. The engine has gathered what came within a second."""
        self._due[runtime.id] = runtime
        self._more.set()

    def detached(self) -> None:
        """Nobody knows what happens to the files until the next engine has looked."""
        self._seen.clear()
        self._rewritten.clear()
        self._written.clear()

    async def run(self) -> None:
        """Save, look and watch until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._save_what_changed())
            tasks.create_task(self._try_again())
            tasks.create_task(self._keep_records_alike())
            tasks.create_task(self._look_at_files())
            tasks.create_task(self._watch_folders())
            tasks.create_task(self._sweep())

    # ---- snapshots -----------------------------------------------------------------------------------------

    async def _save_what_changed(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._due:
                await self._save(self._due.pop(next(iter(self._due))))

    async def _try_again(self) -> None:
        while True:
            await asyncio.sleep(_AGAIN_EVERY_S)
            self._due.update(self._failed)
            self._failed.clear()
            self._more.set()

    async def _keep_records_alike(self) -> None:
        """What a file or WhatsApp knows better than the records goes into both of them."""
        stale = self._roster.registry_stale
        while True:
            await stale.wait()
            await asyncio.sleep(_RECORDS_WITHIN_S)
            stale.clear()
            try:
                await self._roster.save_registry()
            except OSError as exc:
                log.error("session.registry_not_written", error=str(exc))
                stale.set()
                await asyncio.sleep(_AGAIN_EVERY_S)

    async def _save(self, runtime: Runtime) -> None:
        folder = runtime.record.folder
        if folder is None or runtime.session.credentials is not f.Credentials.VALID:
            return
        try:
            async with self._linking.hold(folder):
                await self._snapshots.take(runtime.id, folder)
            runtime.unsaved_since_ms = None
        except HoldfastError as exc:
            self._not_saved(runtime)
            level = 20 if isinstance(exc, EngineUnreachable) else 30
            log.log(level, "session.snapshot_not_taken", session=runtime.name, error=str(exc))
        except Exception:
            self._not_saved(runtime)
            log.exception("session.snapshot_failed", session=runtime.name)

    def _not_saved(self, runtime: Runtime) -> None:
        self._failed[runtime.id] = runtime
        if runtime.unsaved_since_ms is None:
            runtime.unsaved_since_ms = self._roster.now

    async def save_all(self) -> Mapping[str, str]:
        """Save every number's credentials now, where they have changed since they were saved last.

        Returns what could not be saved: sessions' names and why. Raises EngineUnreachable.
        """
        failed: dict[str, str] = {}
        for runtime in list(self._roster.index):
            folder = runtime.record.folder
            if folder is None or runtime.session.credentials is not f.Credentials.VALID:
                continue
            try:
                async with self._linking.hold(folder):
                    await self._snapshots.take(runtime.id, folder)
            except EngineUnreachable:
                raise
            except HoldfastError as exc:
                failed[runtime.name] = exc.message
        return failed

    def of(self, runtime: Runtime) -> Sequence[Snapshot]:
        """What is saved of a session's number, newest first."""
        return self._snapshots.of(runtime.record.phone or runtime.record.folder or "")

    async def save_now(self, runtime: Runtime) -> bool:
        """Save a session's credentials; False when the newest snapshot holds the same ones.

        Raises CredentialsUnusable where there are none that work, EngineUnreachable, what the engine refuses.
        """
        folder = runtime.record.folder
        if folder is None or runtime.session.credentials is not f.Credentials.VALID:
            raise CredentialsUnusable(
                "This number is not linked: there are no credentials to save", next_step="Link it first."
            )
        async with self._linking.hold(folder):
            return await self._snapshots.take(runtime.id, folder)

    async def verify(self, runtime: Runtime, name: str = "") -> None:
        """Read every snapshot of a session's number in full, or the one of this name.

        `look_of` tells then what was found. Raises UnknownSnapshot, EngineUnreachable.
        """
        wanted = [it for it in self.of(runtime) if name in ("", it.name)]
        if name and not wanted:
            raise UnknownSnapshot
        for it in wanted:
            await self._snapshots.is_good(it, runtime.record)

    def look_of(self, snapshot: Snapshot) -> Look | None:
        """What was found when the snapshot was read in full last; None: not since this gateway began."""
        return self._snapshots.looks.get(snapshot.folder)

    async def put_back(self, runtime: Runtime, name: str) -> None:
        """Put a snapshot that its owner has chosen in the place of the session's file.

        Raises as `Repairing.choose`.
        """
        await self._repairing.choose(runtime, name)

    # ---- files ---------------------------------------------------------------------------------------------

    async def _look_at_files(self) -> None:
        while True:
            waiting = self._unseen() if self._may_look else []
            if not waiting:
                await asyncio.sleep(_LOOKS_FOR_MORE_EVERY_S)
                continue
            runtime = min(waiting, key=lambda it: self._seen.get(it.id, 0.0))
            self._rewritten.discard(runtime.id)
            self._seen[runtime.id] = asyncio.get_running_loop().time()
            try:
                await self._look(runtime)
            except HoldfastError as exc:
                log.info("session.file_not_looked_at", session=runtime.name, error=str(exc))
            except Exception:
                log.exception("session.look_failed", session=runtime.name)
            await asyncio.sleep(_PAUSE_S if len(waiting) <= _FEW else _PAUSE_IN_A_CROWD_S)

    @property
    def _may_look(self) -> bool:
        return self._roster.acting and self._roster.restoration.progress.done

    def _unseen(self) -> list[Runtime]:
        since = asyncio.get_running_loop().time() - _LOOKS_AGAIN_AFTER_S
        return [
            runtime
            for runtime in self._roster.index
            if runtime.session.state.up
            and (self._seen.get(runtime.id, since) <= since or runtime.id in self._rewritten)
        ]

    async def _look(self, runtime: Runtime) -> None:
        folder = runtime.record.folder
        if folder is None:
            return
        found = await self._link.credentials.inspect(Place.SESSIONS, folder, self._vault.key_of(folder).key)
        faults = faults_of(found, runtime.record)
        if cannot_connect(faults):
            if any(it.flaw is Flaw.FILE_DAMAGED for it in faults):
                await self._save(runtime)  # its credentials may still be readable
            await self._unusable(runtime, Reason.FILE_CORRUPT, ", ".join(it.flaw.value for it in faults))
            return
        for fault in faults:
            log.warning(
                "session.file_flawed", session=runtime.name, flaw=fault.flaw.value, detail=fault.detail
            )
        newest = next((it for it in self._snapshots.of(folder) if it.why is Why.CHANGED), None)
        if newest is None or newest.digest != found.digest:
            self.changed(runtime)
        elif not await self._snapshots.is_good(newest, runtime.record):
            await self._snapshots.discard(newest)
            self.changed(runtime)

    async def _unusable(self, runtime: Runtime, reason: Reason, said: str) -> None:
        """Have the file replaced, where that helps: a session that still works is not ended for nothing."""
        log.error("session.file_unusable", session=runtime.name, found=said)
        if await self._snapshots.newest_good(runtime.record) is not None:
            runtime.doubtful = True
            self._roster.tell(runtime, f.CredentialsMissed(reason))

    # ---- folders -------------------------------------------------------------------------------------------

    async def _watch_folders(self) -> None:
        while True:
            await asyncio.sleep(_FOLDERS_EVERY_S)
            try:
                await self.watch_folders()
            except HoldfastError as exc:
                log.info("session.folders_not_seen", error=str(exc))

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEPS_EVERY_S)
            try:
                await self._quarantine.sweep()
            except HoldfastError as exc:
                log.info("session.quarantine_not_swept", error=str(exc))

    async def watch_folders(self) -> None:
        """Replace the files that are gone from under their sessions, and look again at those that were
        written. Raises what the engine refuses.
        """
        if not self._roster.acting:
            return
        there = await self._there()
        self._note_written(there)
        if not self._gone(there):
            return
        await asyncio.sleep(_MOVED_WITHIN_S)
        for runtime in self._gone(await self._there()):
            await self._unusable(runtime, Reason.FOLDER_MISSING, "the file is gone")

    async def _there(self) -> Mapping[str, int]:
        """When each session file was written last, by folder."""
        return {folder.name: folder.written_ms for folder in await self._link.scan() if folder.session_bytes}

    def _gone(self, there: Mapping[str, int]) -> list[Runtime]:
        return [
            runtime
            for runtime in self._roster.index
            if runtime.session.state.up and runtime.record.folder and runtime.record.folder not in there
        ]

    def _note_written(self, there: Mapping[str, int]) -> None:
        since = asyncio.get_running_loop().time() - _LOOKS_AT_WRITTEN_AFTER_S
        for runtime in self._roster.index:
            written_ms, seen = there.get(runtime.record.folder or "", 0), self._seen.get(runtime.id)
            known_ms = self._written.setdefault(runtime.id, written_ms)
            if written_ms != known_ms and seen is not None and seen <= since:
                self._written[runtime.id] = written_ms
                self._rewritten.add(runtime.id)
