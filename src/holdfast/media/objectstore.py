"""An S3-compatible object store as the place where files lie. One object per content, named by its SHA-256.

While the engine reads or writes a file it lies in the folder `media/`; afterwards only the object stays.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr

from holdfast.media.parts import keep_part, part_path
from holdfast.media.storage import PIECE_BYTES
from holdfast.model.errors import MediaStorageFailed

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Store

#: Parts of an upload; an object store takes none that is smaller than 5 MiB, but the last.
_PART_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where objects lie and who may reach them. Without keys those of the environment are used."""

    name: str
    prefix: str = ""
    endpoint: str | None = None
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key: SecretStr | None = None


class ObjectStore:
    """Implements Storage."""

    def __init__(self, bucket: Bucket, folder: Path) -> None:
        self._bucket, self._folder = bucket, folder
        self._made: S3Store | None = None
        self._users: dict[str, int] = {}

    def _store(self) -> "S3Store":
        # Loaded with the first file: nobody else needs it.
        if self._made is None:
            from obstore.store import S3Store

            bucket = self._bucket
            config: S3Config = {"region": bucket.region, "virtual_hosted_style_request": False}
            if bucket.endpoint:
                config["endpoint"] = bucket.endpoint
            if bucket.access_key and bucket.secret_key:
                config["access_key_id"] = bucket.access_key
                config["secret_access_key"] = bucket.secret_key.get_secret_value()
            self._made = S3Store(
                bucket.name,
                prefix=bucket.prefix or None,
                config=config,
                client_options={"allow_http": (bucket.endpoint or "").startswith("http:")},
                retry_config={"max_retries": 3},
            )
        return self._made

    async def size(self, sha256: str) -> int | None:
        """See Storage."""
        try:
            with _failing():
                return int((await self._store().head_async(sha256))["size"])
        except FileNotFoundError:
            return None

    async def keep(self, sha256: str) -> None:
        """See Storage."""
        path = self._folder / sha256
        with _failing():
            await self._store().put_async(sha256, path, chunk_size=_PART_BYTES, max_concurrency=2)
        if not self._users.get(sha256):
            await asyncio.to_thread(path.unlink, missing_ok=True)

    @asynccontextmanager
    async def at_hand(self, sha256: str) -> AsyncIterator[None]:
        """See Storage."""
        path = self._folder / sha256
        self._users[sha256] = self._users.get(sha256, 0) + 1
        try:
            if not path.exists():
                await self._bring(sha256)
            yield
        finally:
            self._users[sha256] -= 1
            if not self._users[sha256]:
                del self._users[sha256]
                await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _bring(self, sha256: str) -> None:
        part = part_path(self._folder)
        try:
            with _failing():
                found = await self._store().get_async(sha256)
                with part.open("wb") as file:
                    async for piece in found.stream(min_chunk_size=PIECE_BYTES):
                        await asyncio.to_thread(file.write, piece)
            await keep_part(part, sha256)
        finally:
            part.unlink(missing_ok=True)

    async def read(self, sha256: str, start: int, length: int) -> AsyncIterator[bytes]:
        """See Storage."""
        with _failing(missing=MediaStorageFailed("The object store does not have the file")):
            found = await self._store().get_async(sha256, options={"range": (start, start + length)})
            async for piece in found.stream(min_chunk_size=PIECE_BYTES):
                yield bytes(piece)

    async def delete(self, sha256: str) -> None:
        """See Storage."""
        with _failing(), contextlib.suppress(FileNotFoundError):
            await self._store().delete_async(sha256)

    async def names(self) -> Iterable[tuple[str, float]]:
        """See Storage."""
        found: list[tuple[str, float]] = []
        with _failing():
            async for batch in self._store().list():
                found += [(each["path"], each["last_modified"].timestamp()) for each in batch]
        return found


@contextlib.contextmanager
def _failing(missing: Exception | None = None) -> Iterator[None]:
    """What the library raises, as MediaStorageFailed; for no object FileNotFoundError, or `missing`."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError as exc:
        raise (missing or FileNotFoundError("no such object")) from exc
    except (BaseError, OSError) as exc:
        why = f"The object store does not answer as it should ({type(exc).__name__})"
        raise MediaStorageFailed(why) from exc
