"""A file on its way in: written as it comes, hashed as it is written, whole or not there at all."""

import asyncio
import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from holdfast.kit.files import open_scratch, sync_folder
from holdfast.model.errors import MediaEmpty, MediaStorageFailed, MediaTooLarge

#: Parts are hidden, and named otherwise than the engine's: each program removes its own after a crash.
_PREFIX: Final = ".upload-"
#: So much is gathered before a thread writes it.
_GATHER_BYTES: Final = 1024 * 1024


def sweep_parts(folder: Path) -> None:
    """Remove what a gateway that was killed has left half done. For the only gateway of the folder."""
    for left in folder.glob(f"{_PREFIX}*"):
        left.unlink(missing_ok=True)


def part_path(folder: Path) -> Path:
    """A name for a part that nobody else uses."""
    return folder / f"{_PREFIX}{secrets.token_hex(8)}"


class Part:
    """A file that is being received. Memory stays flat however long it is.

    Raises MediaTooLarge beyond `limit` bytes, MediaStorageFailed when the disk does not take it.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit
        self.path = part_path(folder)
        self.size = 0
        self._hash = hashlib.sha256()
        self._gathered = bytearray()
        try:
            fd = open_scratch(self.path)
        except OSError as exc:
            raise MediaStorageFailed(f"No file can be made: {exc.strerror}") from exc
        self._file = os.fdopen(fd, "wb", buffering=0)

    async def write(self, piece: bytes) -> None:
        """Take the next piece."""
        self.size += len(piece)
        if self.size > self._limit:
            raise MediaTooLarge(f"The file is larger than {self._limit:,} bytes")
        self._gathered += piece
        if len(self._gathered) >= _GATHER_BYTES:
            await self._flush()

    async def finish(self) -> str:
        """Everything has come: the file is durable under its part's name. Its SHA-256 in hex.

        Raises MediaEmpty.
        """
        if self.size == 0:
            raise MediaEmpty
        await self._flush()
        await _on_disk(self._sync)
        return self._hash.hexdigest()

    def discard(self) -> None:
        """Close and remove what is still there under the part's name."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    async def _flush(self) -> None:
        gathered, self._gathered = self._gathered, bytearray()
        await _on_disk(self._write_out, gathered)

    def _write_out(self, gathered: bytearray) -> None:
        self._hash.update(gathered)
        view = memoryview(gathered)
        while view:
            view = view[self._file.write(view) or 0 :]

    def _sync(self) -> None:
        os.fsync(self._file.fileno())


async def keep_part(path: Path, name: str) -> None:
    """Give a durable part its name, durably. Raises MediaStorageFailed."""
    await _on_disk(_rename, path, path.with_name(name))


def _rename(path: Path, target: Path) -> None:
    os.replace(path, target)
    sync_folder(path.parent)


async def _on_disk(work: Callable[..., None], *values: object) -> None:
    try:
        await asyncio.to_thread(work, *values)
    except OSError as exc:
        raise MediaStorageFailed(f"The disk does not take the file: {exc.strerror}") from exc


def hash_of(path: Path) -> tuple[str, int]:
    """SHA-256 in hex and length of a file, read piece by piece."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return digest.hexdigest(), file.tell()
