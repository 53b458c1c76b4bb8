"""What the vault wants of an engine. The engine's link fills this seam, a script does in tests."""

from collections.abc import Sequence
from typing import Protocol

from holdfast.engine import Device, Folder
from holdfast.engine.answers import FileKey, Inspection, Place, Saved


class Files(Protocol):
    """Looks at session files, saves and restores them. Raises EngineUnreachable, and what it refuses."""

    async def scan(self, place: Place) -> Sequence[Folder]:
        """Every folder of one place."""
        ...

    async def inspect(self, place: Place, folder: str, key: bytes) -> Inspection:
        """Look whether a session's file could connect. Raises FolderMissing, EngineStorageFailed."""
        ...

    async def snapshot(
        self, folder: str, key: bytes, name: str, under: FileKey, *, unless: bytes = b""
    ) -> Saved:
        """Save credentials, unless they have that digest."""
        ...

    async def restore(
        self, folder: str, name: str, snapshot_key: bytes, target: str, under: FileKey
    ) -> Device:
        """Make sessions/<target> from a snapshot."""
        ...

    async def discard(self, place: Place, folder: str) -> None:
        """Delete a folder of quarantine/ or snapshots/ for good."""
        ...

    async def bring_back(self, folder: str, target: str) -> None:
        """Move a folder from quarantine/ back to sessions/<target>."""
        ...
