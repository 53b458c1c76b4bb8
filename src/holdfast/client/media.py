"""Files: given to the gateway, and fetched from it. Streamed both ways, checked by their SHA-256."""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from holdfast.model.errors import MediaTruncated
from holdfast.model.media import FileKind, FileState
from holdfast.model.words import of_error

if TYPE_CHECKING:
    from holdfast.client.http import Http

_PIECE_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file that the gateway knows. `media_id` is what a message names."""

    media_id: str
    sha256: str
    size_bytes: int
    mimetype: str
    file_name: str = field(repr=False)
    width: int
    height: int
    duration_s: int
    stored: bool
    #: As what it can be sent, as it is.
    kinds: tuple[str, ...]

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> "MediaFile":
        """From the API's JSON."""
        return cls(
            media_id=str(body["media_id"]),
            sha256=str(body.get("sha256") or ""),
            size_bytes=int(body.get("size_bytes") or 0),
            mimetype=str(body.get("mimetype") or ""),
            file_name=str(body.get("file_name") or ""),
            width=int(body.get("width") or 0),
            height=int(body.get("height") or 0),
            duration_s=int(body.get("duration_s") or 0),
            stored=body.get("stored_at") is not None,
            kinds=tuple(str(kind) for kind in body.get("kinds") or ()),
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """A file, or a part of it, as the gateway hands it over: HTTP status, headers, and its bytes."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes] = field(repr=False)


class Media:
    """The gateway's files."""

    def __init__(self, http: "Http") -> None:
        self._http = http

    async def upload(
        self,
        file: Path | str | bytes,
        *,
        kind: FileKind | str | None = None,
        file_name: str | None = None,
        mimetype: str = "",
    ) -> MediaFile:
        """Give the gateway a file, by path or by its bytes. The same bytes have the same id, however often.

        `kind` is what it is to be sent as: a voice note or sticker is made of it where it is none yet. A path
        is read piece by piece. Raises MediaError by its code; OSError when the file cannot be read;
        GatewayUnreachable when the gateway goes away meanwhile: repeat.
        """
        content: AsyncIterator[bytes] | bytes = file if isinstance(file, bytes) else _pieces(Path(file))
        name = file_name if file_name is not None else "" if isinstance(file, bytes) else Path(file).name
        body = await self._http.json(
            "POST",
            "/v1/media",
            content=content,
            query={"kind": kind, "file_name": name or None},
            headers={"Content-Type": mimetype or "application/octet-stream"},
        )
        return MediaFile.read(body)

    async def upload_url(
        self, url: str, *, kind: FileKind | str | None = None, file_name: str = ""
    ) -> MediaFile:
        """Have the gateway fetch a file from an address. Raises MediaUrlRefused, MediaUrlFailed, …"""
        body = {"url": url, "kind": kind, "file_name": file_name}
        return MediaFile.read(await self._http.json("POST", "/v1/media/from-url", body=body, wait_s=300.0))

    async def id_of(self, file: "SendableFile", kind: FileKind) -> str:
        """The id of a file that is to be sent as this kind; what the gateway does not have is uploaded."""
        if isinstance(file, MediaFile):
            return file.media_id
        return file if isinstance(file, str) else (await self.upload(file, kind=kind)).media_id

    async def info(self, media_id: str) -> MediaFile:
        """What is known of a file. Raises UnknownMedia."""
        return MediaFile.read(await self._http.json("GET", f"/v1/media/{media_id}/info"))

    @asynccontextmanager
    async def opened(self, media_id: str, asked: Mapping[str, str] | None = None) -> AsyncIterator[Opened]:
        """A file to be handed on while it is read. `asked` are headers: `Range`, `If-Range`, `If-None-Match`.

        Raises UnknownMedia, MediaNotHere, MediaGone, MediaExpired, MediaRangeInvalid, GatewayUnreachable.
        """
        async with self._http.stream(f"/v1/media/{quote(media_id, safe='')}", asked) as response:
            yield Opened(response.status_code, response.headers, response.aiter_bytes(_PIECE_BYTES))

    async def download(self, file: "MessageMedia | MediaFile | str", path: Path | str) -> Path:
        """Download a file that the gateway has, a message's or one by its id. Returns its path.

        It appears at `path` when it is whole, never before. Raises UnknownMedia, MediaNotHere while the
        gateway does not have it, MediaGone and MediaExpired when it no longer will, MediaTruncated, OSError.
        """
        target = Path(path)
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            await self._into(file if isinstance(file, str) else file.media_id, part)
            await asyncio.to_thread(os.replace, part, target)
        finally:
            part.unlink(missing_ok=True)
        return target

    async def fetch(self, file: "MessageMedia") -> str:
        """Have the gateway fetch a message's file, whatever its policy says. Returns the file's state now.

        An event `message.file` follows. Raises UnknownMessage, MediaNotHere where there is no file to fetch,
        MediaExpired for one that this side has sent.
        """
        return str((await self._http.json("POST", f"{file.message_path}/file"))["state"])

    async def _into(self, media_id: str, part: Path) -> None:
        digest = hashlib.sha256()
        async with self._http.stream(f"/v1/media/{media_id}") as response:
            expected = response.headers.get("etag", "").strip('"')
            with part.open("xb") as file:
                async for piece in response.aiter_bytes(_PIECE_BYTES):
                    digest.update(piece)
                    await asyncio.to_thread(file.write, piece)
        if digest.hexdigest() != expected:
            raise MediaTruncated("What came is not the file that was announced")


@dataclass(frozen=True, slots=True)
class MessageMedia:
    """The file of a message, and where it stands (`holdfast.model.media.FileState`)."""

    media_id: str
    state: str
    error: str  #: a code, empty without one
    #: Where its message stands in the API.
    message_path: str = field(repr=False, compare=False)

    @property
    def stored(self) -> bool:
        """True when the gateway has it."""
        return self.state in {FileState.STORED, FileState.UPLOADING, FileState.PLACED}

    @property
    def why(self) -> str:
        """Why it is not here, as a sentence; empty where there is nothing to say."""
        return of_error(self.error).sentence if self.error else ""


#: A file to send: known to the gateway (by itself or its id), or to be uploaded (by path or its bytes).
SendableFile = MediaFile | str | Path | bytes


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
            yield piece
