"""Where archives lie: a folder of this machine, or a bucket of an S3-compatible server."""

import asyncio
import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from holdfast.backup.manifest import is_archive
from holdfast.kit.files import sync_folder
from holdfast.media import Bucket, ObjectStore
from holdfast.model.errors import BackupError, BackupPlaceUnusable, MediaStorageFailed

if TYPE_CHECKING:
    from holdfast.settings import Settings

_S3: Final = "s3://"
#: Of an archive that is being written.
PART: Final = ".part"


@dataclass(frozen=True, slots=True)
class Stored:
    """An archive that lies somewhere."""

    name: str
    size_bytes: int


class Place(Protocol):
    """Keeps whole archives. Every method raises BackupPlaceUnusable."""

    async def part(self, name: str) -> Path:
        """Where an archive of this name is written to, before it is kept."""
        ...

    async def keep(self, part: Path, name: str) -> str:
        """Give a written archive its name; returns how people call it. Nothing is ever replaced."""
        ...

    async def fetch(self, name: str, into: Path) -> Path:
        """The archive as a file of this machine; one that has to be brought is put into `into`."""
        ...

    async def archives(self) -> Sequence[Stored]:
        """Every archive here, newest first."""
        ...

    async def delete(self, name: str) -> None:
        """Remove one for good."""
        ...


class Folder:
    """A folder. Implements Place."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def part(self, name: str) -> Path:
        """Beside its later place, so that the last step is one rename."""
        with _failing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return self._folder / f".{name}{PART}"

    async def keep(self, part: Path, name: str) -> str:
        """See Place."""
        target = self._folder / name
        with _failing(self._folder):
            if target.exists():  # its name is random: somebody has put it there
                raise FileExistsError(17, "File exists", str(target))
            os.rename(part, target)
            sync_folder(self._folder)
        return str(target)

    async def fetch(self, name: str, into: Path) -> Path:
        """It lies where it is."""
        path = self._folder / name
        if not path.is_file():
            raise BackupPlaceUnusable(f"There is no archive {path}", next_step="See holdfast backup list.")
        return path

    async def archives(self) -> Sequence[Stored]:
        """See Place."""
        if not self._folder.is_dir():
            raise BackupPlaceUnusable(f"There is no folder {self._folder}", next_step="Name another one.")
        with _failing(self._folder):
            found = [
                Stored(it.name, it.stat().st_size) for it in self._folder.iterdir() if is_archive(it.name)
            ]
        return sorted(found, key=lambda it: it.name, reverse=True)

    async def delete(self, name: str) -> None:
        """See Place."""
        with _failing(self._folder):
            (self._folder / name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove what a killed backup has left. For whoever holds the lock of backups."""
        for left in self._folder.glob(f".holdfast-*{PART}"):
            left.unlink(missing_ok=True)


class InBucket:
    """A bucket: an object is there as a whole or not at all. Implements Place."""

    def __init__(self, bucket: Bucket, scratch: Path) -> None:
        self._bucket, self._scratch = bucket, scratch
        self._store = ObjectStore(bucket, scratch)

    async def part(self, name: str) -> Path:
        """In the scratch folder, under its final name: so it is uploaded."""
        return self._scratch / name

    async def keep(self, part: Path, name: str) -> str:
        """See Place."""
        with _failing_store():
            if await self._store.size(name) is not None:
                raise BackupPlaceUnusable(f"There is an archive {name} already")
            await self._store.keep(name)
        return f"{_S3}{'/'.join(filter(None, (self._bucket.name, self._bucket.prefix, name)))}"

    async def fetch(self, name: str, into: Path) -> Path:
        """Brought here."""
        path = into / name
        with _failing_store():
            size = await self._store.size(name)
            if size is None:
                raise BackupPlaceUnusable(
                    f"There is no archive {name}", next_step="See holdfast backup list."
                )
            with path.open("xb") as file:
                async for piece in self._store.read(name, 0, size):
                    await asyncio.to_thread(file.write, piece)
        return path

    async def archives(self) -> Sequence[Stored]:
        """See Place."""
        with _failing_store():
            names = [name for name, _ in await self._store.names() if is_archive(name)]
            found = [Stored(name, await self._store.size(name) or 0) for name in names]
        return sorted(found, key=lambda it: it.name, reverse=True)

    async def delete(self, name: str) -> None:
        """See Place."""
        with _failing_store():
            await self._store.delete(name)


def bucket_of(named: str, access: Bucket) -> Bucket:
    """The bucket of `s3://bucket/prefix`, reached as `access` says."""
    name, _, prefix = named.removeprefix(_S3).partition("/")
    return Bucket(
        name, prefix.strip("/"), access.endpoint, access.region, access.access_key, access.secret_key
    )


def access_of(settings: "Settings") -> Bucket:
    """How buckets are reached: as the one for files of messages is."""
    return Bucket(
        "",
        "",
        settings.media_endpoint,
        settings.media_region,
        settings.media_access_key,
        settings.media_secret_key,
    )


def place_at(named: str, access: Bucket, scratch: Path) -> Place:
    """The place that somebody named: `s3://bucket/prefix`, or a folder."""
    if named.startswith(_S3):
        return InBucket(bucket_of(named, access), scratch)
    return Folder(Path(named).expanduser().absolute())


def split(named: str) -> tuple[str, str]:
    """Place and name of one archive."""
    place, _, name = named.rpartition("/")
    return (place or ("/" if named.startswith("/") else "."), name)


@contextlib.contextmanager
def _failing(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as exc:
        raise BackupPlaceUnusable(f"{exc.filename} is there already") from exc
    except OSError as exc:
        raise BackupPlaceUnusable(f"{folder} cannot be used: {exc.strerror}") from exc


@contextlib.contextmanager
def _failing_store() -> Iterator[None]:
    try:
        yield
    except MediaStorageFailed as exc:
        raise BackupPlaceUnusable(exc.message) from exc
    except OSError as exc:
        raise BackupError(f"The archive cannot be brought here: {exc.strerror}") from exc
