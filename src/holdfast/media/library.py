"""The files that are here: taken in whole, found by id, read in parts, given up."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from holdfast.kit import killpoint, logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.media import statements
from holdfast.media.absence import absence
from holdfast.media.examining import Examined, examine
from holdfast.media.kinds import TAKES
from holdfast.media.parts import Part, hash_of, keep_part, sweep_parts
from holdfast.media.policy import FetchPolicy
from holdfast.media.settings import Limits, policy_of, set_policy
from holdfast.media.sniffing import HEAD_BYTES, sniff
from holdfast.media.storage import Storage
from holdfast.model.errors import MediaError, MediaNotHere, UnknownMedia
from holdfast.model.ids import SessionId, TenantId
from holdfast.model.media import FileKind, FileState, media_id_of
from holdfast.store import ReadUnit, Row, Store, WriteUnit

_log = logging.get("media")

#: Files that are looked at and converted at the same time.
_EXAMINED_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class File:
    """A content of a tenant. `stored_at_ms` is None while its file is not here."""

    media_id: str
    tenant_id: TenantId
    sha256: str
    size_bytes: int
    mimetype: str
    file_name: str = field(repr=False)
    width: int
    height: int
    duration_s: int
    waveform: bytes | None = field(repr=False)
    thumbnail: bytes | None = field(repr=False)
    used_at_ms: int
    stored_at_ms: int | None

    @classmethod
    def of(cls, row: Row) -> "File":
        """From the columns of the statements, in their order."""
        cells = list(row)
        cells[9], cells[10] = (None if it is None else bytes(it) for it in cells[9:11])
        return cls(*cells)


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says of a file that they give."""

    tenant_id: TenantId
    mimetype: str = ""
    file_name: str = field(default="", repr=False)
    #: What it is to be sent as; None: whatever it fits.
    kind: FileKind | None = None


class Library:
    """The files of one gateway."""

    def __init__(
        self, store: Store, folder: Path, storage: Storage, limits: Limits, *, clock: Clock = now_ms
    ) -> None:
        self._store, self._folder, self._clock = store, folder, clock
        self.storage, self.limits = storage, limits
        self._alone: dict[str, tuple[asyncio.Lock, int]] = {}
        self._examining = asyncio.Semaphore(_EXAMINED_AT_ONCE)

    def begin(self) -> None:
        """Remove what a gateway that was killed has left half done."""
        sweep_parts(self._folder)

    # ---- in ----

    async def add(self, pieces: AsyncIterator[bytes], given: Given) -> File:
        """Take a file in: whole and durable when this returns, otherwise nothing of it is kept.

        The same content gives the same id, however often. Raises MediaEmpty, MediaTooLarge, MediaTypeDiffers,
        MediaUnfit, MediaDamaged, MediaToolMissing, MediaStorageFailed, StoreUnavailable, and what the pieces
        raise.
        """
        part = Part(self._folder, self._limit(given.kind))
        made: Path | None = None
        try:
            async for piece in pieces:
                await part.write(piece)
            sha256 = await part.finish()
            async with self._examining:
                found = await asyncio.to_thread(examine, part.path, given.mimetype, given.kind)
            size = part.size
            if found.path != part.path:
                made = found.path
                sha256, size = await asyncio.to_thread(hash_of, made)
            return await self._keep(found, sha256, size, given)
        finally:
            part.discard()
            if made is not None:
                made.unlink(missing_ok=True)

    def _limit(self, kind: FileKind | None) -> int:
        """The longest file that is received for a kind; what is converted may be longer before."""
        if kind in {None, FileKind.VOICE, FileKind.STICKER}:
            return self.limits.max_bytes
        assert kind is not None
        return min(self.limits.max_bytes, TAKES[kind].max_bytes)

    async def _keep(self, found: Examined, sha256: str, size: int, given: Given) -> File:
        now = self._clock()
        media_id = media_id_of(given.tenant_id, bytes.fromhex(sha256))
        file = File(
            media_id,
            given.tenant_id,
            sha256,
            size,
            found.mimetype,
            given.file_name,
            found.width,
            found.height,
            found.duration_s,
            found.waveform,
            found.thumbnail,
            now,
            now,
        )
        async with self.alone_with(sha256):
            if await self.storage.size(sha256) is None:
                await keep_part(found.path, sha256)
                killpoint.pass_("file_unstored")
                await self.storage.keep(sha256)
            await self._store.write(lambda unit: _keep_row(unit, file))
        return file

    @asynccontextmanager
    async def alone_with(self, sha256: str) -> AsyncIterator[None]:
        """Inside the block nobody else takes in, fetches or deletes this content."""
        lock, users = self._alone.get(sha256, (asyncio.Lock(), 0))
        self._alone[sha256] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            _, users = self._alone[sha256]
            if users == 1:
                del self._alone[sha256]
            else:
                self._alone[sha256] = (lock, users - 1)

    # ---- out ----

    async def find(self, tenant_id: TenantId, media_id: str) -> File:
        """A content of this tenant, here or not. Raises UnknownMedia."""
        row = await self._store.read(
            lambda unit: unit.first(statements.ONE, id=media_id, tenant_id=tenant_id)
        )
        if row is None:
            raise UnknownMedia
        return File.of(row)

    async def stored(self, tenant_id: TenantId, media_id: str) -> File:
        """A content of this tenant whose file is here. Raises UnknownMedia, and what `absent` returns."""
        file = await self.find(tenant_id, media_id)
        if file.stored_at_ms is None:
            raise await self._store.read(partial(absent, media_id=media_id))
        return file

    async def facts_of(self, sha256: str) -> tuple[str, int]:
        """Type and length of a file that is here, by its bytes. Raises MediaStorageFailed, MediaNotHere."""
        size = await self.storage.size(sha256)
        if size is None:
            raise MediaNotHere
        head = b""
        async for piece in self.storage.read(sha256, 0, min(size, HEAD_BYTES)):
            head += piece
        return sniff(head), size

    # ---- what is fetched ----

    async def policy(self, session_id: SessionId) -> tuple[FetchPolicy, bool]:
        """What a session fetches by itself, and whether that is a policy of its own."""
        own = await self._store.read(partial(policy_of, session_id=session_id))
        return own or self.limits.fetch, own is not None

    async def set_policy(self, session_id: SessionId, policy: FetchPolicy | None) -> None:
        """Give a session a policy of its own; None: it follows the installation again."""
        await self._store.write(partial(set_policy, session_id=session_id, policy=policy))

    # ---- away ----

    async def give_up(self, media_id: str, sha256: str) -> None:
        """Forget the file of a content whose time is over. Killed in between, the rest is done by `sweep`."""
        async with self.alone_with(sha256):
            needed = await self._store.write(partial(_give_up, media_id=media_id, sha256=sha256))
            if not needed:
                await self.storage.delete(sha256)

    async def sweep(self, older_than_s: float) -> int:
        """Delete files that nothing in the database knows and that are older than this time; how many."""
        swept = 0
        for sha256, at_s in await self.storage.names():
            if at_s >= older_than_s:
                continue
            async with self.alone_with(sha256):
                if not await self._store.read(partial(_needed, sha256=sha256)):
                    await self.storage.delete(sha256)
                    swept += 1
        return swept

    async def old(self, older_than_ms: int, unnamed_since_ms: int, limit: int) -> Iterable[tuple[str, str]]:
        """Contents whose time is over: id and SHA-256."""
        values = {"older_than": older_than_ms, "unnamed_since": unnamed_since_ms, "limit": limit}
        return [
            (row[0], row[1])
            for row in await self._store.read(lambda unit: unit.all(statements.OLD, **values))
        ]


def absent(unit: ReadUnit, media_id: str) -> MediaError:
    """Why this content's file is not here: MediaNotHere, MediaGone or MediaExpired."""
    return absence((FileState(row[0]), row[1]) for row in unit.all(statements.STANDS, id=media_id))


def _keep_row(unit: WriteUnit, it: File) -> None:
    unit.run(
        statements.KEEP,
        id=it.media_id,
        tenant_id=it.tenant_id,
        sha256=it.sha256,
        size_bytes=it.size_bytes,
        mimetype=it.mimetype,
        file_name=it.file_name,
        width=it.width,
        height=it.height,
        duration_s=it.duration_s,
        waveform=it.waveform,
        thumbnail=it.thumbnail,
        used_at_ms=it.used_at_ms,
        stored_at_ms=it.stored_at_ms,
    )


def _needed(unit: ReadUnit, sha256: str) -> bool:
    return unit.first(statements.NEEDED, sha256=sha256) is not None


def _give_up(unit: WriteUnit, media_id: str, sha256: str) -> bool:
    unit.run(statements.GONE, id=media_id)
    unit.run(statements.EXPIRED, id=media_id)
    unit.run(statements.FORGET, id=media_id)
    return _needed(unit, sha256)
