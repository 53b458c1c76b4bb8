"""Where files lie for good: the seam, and the folder of this machine.

A file's name is the SHA-256 of its bytes, in hex. The engine reads and writes in the folder `media/` of the
data folder, whatever the storage: what lies elsewhere is brought there while it is needed.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Final, Protocol

from holdfast.model.errors import MediaStorageFailed

#: Bytes that are read at once.
PIECE_BYTES: Final = 256 * 1024


class Storage(Protocol):
    """Keeps whole files by content. Every method raises MediaStorageFailed when the storage cannot do it
    now.
    """

    async def size(self, sha256: str) -> int | None:
        """How long the file is; None when it is not here."""
        ...

    async def keep(self, sha256: str) -> None:
        """Keep the file that lies in the folder under its name, whole and durable. Safe to repeat."""
        ...

    def at_hand(self, sha256: str) -> AbstractAsyncContextManager[None]:
        """Inside the block the file lies in the folder under its name. Raises FileNotFoundError."""
        ...

    def read(self, sha256: str, start: int, length: int) -> AsyncIterator[bytes]:
        """A part of the file, piece by piece."""
        ...

    async def delete(self, sha256: str) -> None:
        """Forget the file; nothing happens when it is not here."""
        ...

    async def names(self) -> Iterable[tuple[str, float]]:
        """Every file that is here, and when it came (seconds since 1970)."""
        ...


class LocalFolder:
    """The folder itself. Implements Storage."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def size(self, sha256: str) -> int | None:
        """See Storage."""
        return await asyncio.to_thread(_size, self._folder / sha256)

    async def keep(self, sha256: str) -> None:
        """Nothing to do: it lies where it stays."""

    @asynccontextmanager
    async def at_hand(self, sha256: str) -> AsyncIterator[None]:
        """See Storage."""
        if await self.size(sha256) is None:
            raise FileNotFoundError(sha256)
        yield

    async def read(self, sha256: str, start: int, length: int) -> AsyncIterator[bytes]:
        """See Storage."""
        try:
            file = await asyncio.to_thread((self._folder / sha256).open, "rb")
        except OSError as exc:
            raise MediaStorageFailed(f"The file cannot be read: {exc.strerror}") from exc
        with file:
            file.seek(start)
            while length > 0:
                piece = await asyncio.to_thread(file.read, min(PIECE_BYTES, length))
                if not piece:
                    return
                length -= len(piece)
                yield piece

    async def delete(self, sha256: str) -> None:
        """See Storage."""
        await asyncio.to_thread((self._folder / sha256).unlink, missing_ok=True)

    async def names(self) -> Iterable[tuple[str, float]]:
        """See Storage."""
        return await asyncio.to_thread(whole_files, self._folder)


def whole_files(folder: Path) -> list[tuple[str, float]]:
    """The whole files of a folder; parts are hidden."""
    with os.scandir(folder) as entries:
        return [(each.name, each.stat().st_mtime) for each in entries if len(each.name) == 64]


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise MediaStorageFailed(f"The file cannot be looked at: {exc.strerror}") from exc
