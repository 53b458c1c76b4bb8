"""What the sessions room wants of an engine. The engine's link fills this seam, a script does in tests."""

from collections.abc import Sequence
from typing import Protocol

from holdfast.engine import Device, EngineIdentity, Folder, Held
from holdfast.engine.answers import FileKey
from holdfast.model.ids import SessionId
from holdfast.vault import Files


class Credentials(Files, Protocol):
    """Looks after files, and speaks for devices whose credentials have left their place."""

    async def import_device(self, database: str, jid: str, target: str, under: FileKey) -> tuple[Device, str]:
        """Make sessions/<target> of another program's credentials. Raises CommandRefused, FileCorrupt."""
        ...

    async def export_device(self, folder: str, key: bytes, database: str) -> None:
        """Write sessions/<folder> into a new database of stock whatsmeow. Raises CommandRefused."""
        ...

    async def unlink(self, session_id: SessionId, folder: str, key: bytes) -> bool:
        """Connect a device of quarantine/ once, to tell WhatsApp that it unlinks. True: it was gone already.

        `session_id` must not be in use. Raises NotConnected, FileCorrupt, FolderMissing, WrongFileKey.
        """
        ...


class Engine(Protocol):
    """Commands about sessions. Every one raises EngineUnreachable without an engine, and what it refuses."""

    @property
    def identity(self) -> EngineIdentity | None:
        """The engine of the moment."""
        ...

    @property
    def credentials(self) -> Credentials:
        """What it does with session files."""
        ...

    def last_dealt_with(self) -> Sequence[SessionId]:
        """Of an engine that has crashed: who had the last frame or dialled, the likeliest first."""
        ...

    async def list_held(self) -> Sequence[Held]:
        """What it holds now."""
        ...

    async def scan(self) -> Sequence[Folder]:
        """Every folder under sessions/, scratch folders included."""
        ...

    async def scout(self) -> bool:
        """True when WhatsApp can be reached, without a login. Raises EngineOutdated."""
        ...

    async def open(self, session_id: SessionId, folder: str, key: bytes) -> Device:
        """Open a session's file. Safe to repeat. Raises WrongFileKey, FileCorrupt, FolderMissing."""
        ...

    async def close(self, session_id: SessionId) -> None:
        """Disconnect and close the file; the engine forgets the session."""
        ...

    async def connect(self, session_id: SessionId, epoch: int) -> None:
        """Begin a connection. Raises NotOpen."""
        ...

    async def disconnect(self, session_id: SessionId) -> None:
        """End the connection."""
        ...

    async def pair(
        self,
        session_id: SessionId,
        epoch: int,
        key: bytes,
        wrapped_key: bytes,
        device_name: str,
        *,
        passkey: bool = False,
    ) -> None:
        """Begin pairing in the session's scratch folder, under a new key. Raises Busy."""
        ...

    async def pair_phone(self, session_id: SessionId, phone: str) -> None:
        """Have a code made that is typed on the phone with this number. Raises EngineOutdated."""
        ...

    async def passkey_response(self, session_id: SessionId, response_json: bytes) -> None:
        """What the authenticator answered. Raises EngineOutdated."""
        ...

    async def passkey_confirm(self, session_id: SessionId) -> None:
        """Phone and screen show the same code. Raises EngineOutdated."""
        ...

    async def cancel_pair(self, session_id: SessionId) -> None:
        """End pairing."""
        ...

    async def adopt(self, session_id: SessionId, folder: str) -> None:
        """Give the session's scratch folder its final name."""
        ...

    async def quarantine(
        self, session_id: SessionId, folder: str, target: str, *, with_snapshots: bool = False
    ) -> None:
        """Move a folder to quarantine; it is disconnected and closed first. Raises FolderMissing.

        `with_snapshots`: what is saved of it goes along.
        """
        ...

    async def logout(self, session_id: SessionId) -> None:
        """Tell WhatsApp that this device unlinks. Raises NotConnected."""
        ...
