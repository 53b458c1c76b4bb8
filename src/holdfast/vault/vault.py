"""The vault's door: keys of session files, and the second record of every session."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from holdfast.kit import logging
from holdfast.model.errors import FolderMissing, SettingsError
from holdfast.model.ids import SessionId
from holdfast.store import ReadUnit, Store, WriteUnit
from holdfast.vault import registry, statements
from holdfast.vault.master import MasterKey, SessionKey, new_session_key
from holdfast.vault.registry import Record, Registry
from holdfast.vault.sealing import Seal

log = logging.get("vault")


class WrongMasterKeyForData(SettingsError):
    """The master key is not the one that this data folder was made with."""

    code = "wrong_master_key"


class OtherWorld(SettingsError):
    """This data folder belongs to the other world: lab, or real WhatsApp."""

    code = "other_world"


async def prove_world(store: Store, *, lab: bool) -> None:
    """Refuse to show real credentials to a simulator, or a simulator's to WhatsApp: either would log them
    out.

    The first start notes which world the data folder belongs to. Raises OtherWorld, StoreUnavailable.
    """
    world = "lab" if lab else "whatsapp"
    noted = await _note_once(store, "world", world)
    if noted != world:
        raise OtherWorld(
            "This data folder belongs to the lab; it cannot be used with real WhatsApp"
            if noted == "lab"
            else "This data folder belongs to real WhatsApp; it cannot be used in the lab"
        )


async def _note_once(store: Store, key: str, value: str) -> str:
    """What the database knows under this key; the first value stays."""

    def look(unit: ReadUnit) -> str | None:
        known: str | None = unit.scalar(statements.NOTED, key=key)
        return known

    def note(unit: WriteUnit) -> str:
        known = look(unit)
        if known is None:
            unit.run(statements.NOTE, key=key, value=value)
        return known or value

    known = await store.read(look)
    if known is not None:
        return known
    return await store.write(note)


class Vault:
    """Knows the master key and which wrapped key lies in which folder. Opens no session file itself."""

    def __init__(self, master: MasterKey, data: Path) -> None:
        self._master = master
        self._path = data / "registry.json"
        self._wrapped: dict[str, bytes] = {}
        self._saving = asyncio.Lock()
        self._asked = self._written = 0  # calls of save_registry, and up to which one is on the disk

    async def prove(self, store: Store) -> Registry:
        """Refuse a master key that is not this data folder's; answer the registry. The first start notes the
        key.

        Raises WrongMasterKeyForData, StoreUnavailable, OSError.
        """
        kept = registry.load(self._path)
        noted = await _note_once(store, "master_key_check", self._master.check_value)
        for known in (noted, kept.master_check):
            if known is not None and not self._master.knows(known):
                raise WrongMasterKeyForData()
        return kept

    def note_rotated(self, unit: WriteUnit) -> None:
        """The database belongs to the newest master key from now on."""
        unit.run(statements.RENOTE, key="master_key_check", value=self._master.check_value)

    async def check(self, store: Store) -> None:
        """The same for whoever only looks: nothing is noted, and no registry is touched.

        Raises WrongMasterKeyForData, StoreUnavailable.
        """
        noted = await store.read(lambda unit: unit.scalar(statements.NOTED, key="master_key_check"))
        if noted is not None and not self._master.knows(noted):
            raise WrongMasterKeyForData()

    async def save_registry(self, records: Callable[[], Iterable[Record]]) -> None:
        """Write the second record, as `records` has it now or later. Calls that wait share one write.

        Raises OSError: the old registry is untouched.
        """
        self._asked += 1
        mine = self._asked
        async with self._saving:
            if self._written >= mine:
                return
            covered = self._asked
            await asyncio.to_thread(registry.save, self._path, list(records()), self._master.check_value)
            self._written = covered

    def seal_for(self, purpose: str) -> Seal:
        """Encrypts small secrets of one purpose for the database."""
        return self._master.seal_for(purpose)

    # ---- keys

    def learn(self, folder: str, wrapped: bytes) -> None:
        """Note what lies in a folder's session.key."""
        self._wrapped[folder] = wrapped

    def forget(self, folder: str) -> None:
        """A folder has left."""
        self._wrapped.pop(folder, None)

    def has(self, folder: str) -> bool:
        """True if the folder was there at the last look."""
        return folder in self._wrapped

    def wrapped(self, folder: str) -> bytes:
        """What lies in a folder's session.key. Raises FolderMissing if there was none at the last look."""
        try:
            return self._wrapped[folder]
        except KeyError as exc:
            raise FolderMissing() from exc

    def key_of(self, folder: str) -> SessionKey:
        """The key of the file in a folder.

        Raises FolderMissing, WrongMasterKey, KeyFileDamaged.
        """
        return self._master.unwrap(self.wrapped(folder))

    def unwrap(self, wrapped: bytes) -> SessionKey:
        """The key in what lay in a session.key. Raises WrongMasterKey, KeyFileDamaged."""
        return self._master.unwrap(wrapped)

    def new_key(self, session_id: SessionId) -> tuple[SessionKey, bytes]:
        """A fresh key and its wrapped form for session.key."""
        key = new_session_key(session_id)
        return key, self._master.wrap(key)
