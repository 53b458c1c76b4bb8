"""Takes snapshots, looks whether one is good, and makes a session's folder from it."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from holdfast.engine.answers import FileKey, Place
from holdfast.kit import logging
from holdfast.kit.clock import now_ms
from holdfast.model.errors import EngineUnreachable, HoldfastError
from holdfast.model.ids import SessionId
from holdfast.vault.registry import Record
from holdfast.vault.saved import Look, Snapshot, Why, next_at, read, superfluous
from holdfast.vault.seam import Files
from holdfast.vault.vault import Vault
from holdfast.vault.verdict import Verdict, faults_of, judge

log = logging.get("vault")


class Snapshots:
    """The snapshots of every number. What they are worth is looked at when one is needed."""

    def __init__(self, vault: Vault, files: Files, wall: Callable[[], int] = now_ms) -> None:
        self._vault, self._files, self._wall = vault, files, wall
        self._taken: defaultdict[str, list[Snapshot]] = defaultdict(list)
        #: What was found when each was read in full last, by its folder.
        self.looks: dict[str, Look] = {}

    async def look(self) -> None:
        """Learn which there are. Raises EngineUnreachable, EngineOutdated, EngineStorageFailed."""
        taken: defaultdict[str, list[Snapshot]] = defaultdict(list)
        for folder in await self._files.scan(Place.SNAPSHOTS):
            snapshot = read(folder)
            if snapshot is not None:
                taken[snapshot.number].append(snapshot)
        self._taken = taken

    @property
    def numbers(self) -> Sequence[str]:
        """Of which numbers there are some."""
        return [number for number, taken in self._taken.items() if taken]

    def of(self, number: str) -> Sequence[Snapshot]:
        """The snapshots of a number, newest first."""
        return sorted(self._taken.get(number, ()), key=lambda it: it.at_ms, reverse=True)

    def session_of(self, snapshot: Snapshot) -> SessionId:
        """The session it was taken of. Raises WrongMasterKey, KeyFileDamaged."""
        return self._vault.unwrap(snapshot.wrapped_key).session_id

    def left(self, number: str) -> None:
        """What is saved of this number has gone into quarantine with its link."""
        for snapshot in self._taken.pop(number, ()):
            self.looks.pop(snapshot.folder, None)

    async def take(self, session_id: SessionId, folder: str, why: Why = Why.CHANGED) -> bool:
        """Save the credentials in sessions/<folder>, if they are other ones than in the newest of its kind.

        True when something was written. Raises what the engine refuses, WrongMasterKey, KeyFileDamaged.
        """
        key = self._vault.key_of(folder).key
        before = next((it.digest for it in self.of(folder) if it.why is why), b"")
        fresh, wrapped = self._vault.new_key(session_id)
        at_ms = next_at(self._wall(), self._taken.get(folder, ()))
        wanted = Snapshot(folder, at_ms, why, wrapped)
        saved = await self._files.snapshot(
            folder, key, wanted.name, FileKey(fresh.key, wrapped), unless=before
        )
        if not saved.size_bytes:
            return False
        self._taken[folder].append(Snapshot(folder, at_ms, why, wrapped, saved.digest, saved.size_bytes))
        log.info("vault.snapshot_taken", folder=folder, name=wanted.name, bytes=saved.size_bytes)
        for old in superfluous(self._taken[folder]):
            await self.discard(old)
        return True

    async def discard(self, snapshot: Snapshot) -> None:
        """Delete one for good; one that is gone already is none of our concern."""
        self.looks.pop(snapshot.folder, None)
        taken = self._taken.get(snapshot.number, [])
        if snapshot in taken:
            taken.remove(snapshot)
        try:
            await self._files.discard(Place.SNAPSHOTS, snapshot.folder)
        except EngineUnreachable:
            raise
        except HoldfastError as exc:
            log.info("vault.snapshot_not_discarded", snapshot=snapshot.folder, error=str(exc))

    async def is_good(self, snapshot: Snapshot, record: Record) -> bool:
        """True when the session could connect with it. Raises EngineUnreachable."""
        good = await self._is_good(snapshot, record)
        self.looks[snapshot.folder] = Look(self._wall(), good)
        return good

    async def _is_good(self, snapshot: Snapshot, record: Record) -> bool:
        try:
            key = self._vault.unwrap(snapshot.wrapped_key).key
            seen = await self._files.inspect(Place.SNAPSHOTS, snapshot.folder, key)
        except EngineUnreachable:
            raise
        except HoldfastError as exc:
            log.warning("vault.snapshot_unusable", snapshot=snapshot.folder, error=exc.message)
            return False
        faults = faults_of(seen, record)
        same_device = record.jid is None or seen.device is None or seen.device.jid == record.jid
        if judge(faults, has_snapshot=False) is Verdict.VALID and same_device:
            return True
        found = [fault.flaw.value for fault in faults]
        log.warning("vault.snapshot_unusable", snapshot=snapshot.folder, error=", ".join(found))
        return False

    async def newest_good(self, record: Record) -> Snapshot | None:
        """The one that may take the place of this session's file. Raises EngineUnreachable."""
        for snapshot in self.of(record.phone or record.folder or ""):
            if await self.is_good(snapshot, record):
                return snapshot
        return None

    async def restore(self, snapshot: Snapshot, session_id: SessionId) -> None:
        """Make the number's folder under sessions/ from it, with a new key. There must be none.

        Raises what the engine refuses.
        """
        key, wrapped = self._vault.new_key(session_id)
        opened = self._vault.unwrap(snapshot.wrapped_key).key
        under = FileKey(key.key, wrapped)
        await self._files.restore(snapshot.number, snapshot.name, opened, snapshot.number, under)
        self._vault.learn(snapshot.number, wrapped)
