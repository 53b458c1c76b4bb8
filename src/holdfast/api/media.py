"""HTTP: files in and out. A body is streamed both ways: memory stays flat however long the file is."""

import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Header, Path, Query, Request, Response, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from holdfast.api.auth import Reader, Sender, TheRooms
from holdfast.api.bodies import Body, Moment
from holdfast.api.errors import answer_of, refusals
from holdfast.api.forms import first_file
from holdfast.kit.edge import LONG
from holdfast.kit.iso import iso_or_none
from holdfast.media import File, Given, Library
from holdfast.media.kinds import kinds_of
from holdfast.media.sniffing import plain
from holdfast.model.errors import MediaError, MediaNotHere, MediaRangeInvalid, MediaTooLarge, MediaTruncated
from holdfast.model.media import FileKind

router = APIRouter(prefix="/v1/media", tags=["media"])

Id = Annotated[str, Path(description="the file's id", max_length=64)]

#: Types that a browser may show by itself. Everything else is handed over as a file to be saved: a
#: stranger's page or drawing must never run as if it were ours.
_SHOWN: Final = re.compile(r"(image/(jpeg|png|webp|gif)|audio/[a-z0-9.+-]+|video/[a-z0-9.+-]+)(;.*)?")
#: What a form may have beside its file.
_FORM_BYTES: Final = 1024 * 1024
#: So much of a refused body is read for the sake of a clear answer.
_PATIENCE_BYTES: Final = 64 * 1024 * 1024
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_NEVER_RUN: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=86400, immutable",
    "Accept-Ranges": "bytes",
}


class MediaOut(BaseModel):
    """A file and what is known of it."""

    media_id: str
    sha256: str = Field(description="of its bytes, in hex")
    size_bytes: int
    mimetype: str
    file_name: str
    width: int = Field(description="pixels; 0 where it has none, or nobody knows")
    height: int
    duration_s: int
    has_thumbnail: bool
    stored_at: Moment | None = Field(description="since when it is here; null while it is not")
    kinds: list[FileKind] = Field(description="as what it can be sent, as it is")


Kind = Annotated[
    FileKind | None,
    Query(description="what it is to be sent as: it is checked, and a voice note or sticker is made of it"),
]
Name = Annotated[str, Query(alias="file_name", description="its name, for documents", max_length=255)]


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Upload a file",
    responses=refusals(400, 413, 415, 422),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "*/*": {"schema": {"type": "string", "format": "binary"}},
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"file": {"type": "string", "format": "binary"}},
                        "required": ["file"],
                    }
                },
            },
        }
    },
)
async def upload(
    request: Request, rooms: TheRooms, caller: Sender, kind: Kind = None, file_name: Name = ""
) -> MediaOut:
    """The body is the file itself, or a form with one file. The same bytes have the same id.

    Its type is found out by its bytes; one that is declared (`Content-Type`) and is another is refused. When
    this returns, the file is here, whole and durable; whatever breaks off before leaves nothing.
    """
    _takes_its_time(request)
    try:
        return media_out(await _taken(request, rooms.library, Given(caller.tenant_id, "", file_name, kind)))
    except MediaError:
        await _read_on(request)
        raise


async def _taken(request: Request, library: Library, given: Given) -> File:
    """The file in a request's body. Raises MediaError."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > library.limits.max_bytes + _FORM_BYTES:
        raise MediaTooLarge(f"The file has {int(announced):,} bytes, {library.limits.max_bytes:,} are taken")
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        found = await first_file(request)
        name = given.file_name or found.file_name
        return await library.add(found.pieces, replace(given, mimetype=found.mimetype, file_name=name))
    return await library.add(_body(request), replace(given, mimetype=request.headers.get("content-type", "")))


async def _read_on(request: Request) -> None:
    """Read on and forget: a client that still writes would see a reset connection instead of the answer."""
    dropped = 0
    with suppress(ClientDisconnect, RuntimeError):
        async for piece in request.stream():
            dropped += len(piece)
            if dropped > _PATIENCE_BYTES:
                return


class AddressIn(Body):
    """Where a file is to be fetched from."""

    url: str = Field(
        description="http or https; an internal address only where the installation allows it",
        max_length=4096,
    )
    kind: FileKind | None = Field(None, description="as at the upload")
    file_name: str = Field(
        "", description="its name; by default the last part of the address", max_length=255
    )


@router.post(
    "/from-url",
    status_code=status.HTTP_201_CREATED,
    summary="Have a file fetched from an address",
    responses=refusals(413, 415, 422, 502),
)
async def upload_by_address(rooms: TheRooms, caller: Sender, body: AddressIn) -> MediaOut:
    """The gateway fetches it, redirects included, and keeps it as if it had been uploaded.

    Every address on the way must be a public one.
    """
    # Its web client is not needed by anything else of the gateway.
    from holdfast.media import addresses

    async with addresses.opened(body.url, rooms.library.limits) as found:
        given = Given(
            caller.tenant_id, _told_type(found.mimetype), body.file_name or found.file_name, body.kind
        )
        return media_out(await rooms.library.add(found.pieces, given))


def _told_type(mimetype: str) -> str:
    """What a web server says of a file it does not know itself is no declaration."""
    return "" if plain(mimetype) in {"text/plain", "application/octet-stream"} else mimetype


async def _body(request: Request) -> AsyncIterator[bytes]:
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except ClientDisconnect as exc:
        raise MediaTruncated from exc


def _takes_its_time(request: Request) -> None:
    """The client has shown a key: its request may take as long as something moves."""
    patience = request.scope.get("extensions", {}).get(LONG)
    if patience is not None:
        patience()


@router.get("/{media_id}/info", summary="What is known of a file", responses=refusals(404))
async def info(rooms: TheRooms, caller: Reader, media_id: Id) -> MediaOut:
    """Also of one that a message names and that is not here yet."""
    return media_out(await rooms.library.find(caller.tenant_id, media_id))


@router.get(
    "/{media_id}/thumbnail",
    summary="A file's small picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "a picture"}, **refusals(404, 409)},
)
async def thumbnail(rooms: TheRooms, caller: Reader, media_id: Id) -> Response:
    """As its sender made it, or made here. 409 `media_not_here` for a file without one."""
    file = await rooms.library.find(caller.tenant_id, media_id)
    if not file.thumbnail:
        raise MediaNotHere("This file has no thumbnail")
    shape = "image/png" if file.thumbnail.startswith(b"\x89PNG") else "image/jpeg"
    return Response(file.thumbnail, media_type=shape, headers=_NEVER_RUN)


class Conditions(BaseModel):
    """Which part is asked for, and what the client has already."""

    range: str = Field("", description="bytes=0-1023: a part of it")
    if_none_match: str = Field("", description="the ETag that the client has")
    if_range: str = Field("", description="a part of the file with this ETag, else the whole")


@router.head("/{media_id}", include_in_schema=False)
@router.get(
    "/{media_id}",
    summary="Get a file",
    response_class=Response,
    responses={
        200: {"content": {"*/*": {}}, "description": "the file"},
        206: {"content": {"*/*": {}}, "description": "a part of it"},
        304: {"description": "the client has it"},
        **refusals(404, 409, 410, 416),
    },
)
async def get_file(
    request: Request,
    rooms: TheRooms,
    caller: Reader,
    media_id: Id,
    asked: Annotated[Conditions, Header()],
) -> Response:
    """Its bytes, or one range of them.

    409 `media_not_here` while it is not here, 410 `media_gone` when neither WhatsApp nor the phone has it any
    more, 410 `media_expired` when retention has removed it.
    """
    file = await rooms.library.stored(caller.tenant_id, media_id)
    etag = f'"{file.sha256}"'
    headers = {**_NEVER_RUN, "ETag": etag, **_shown_as(file)}
    if asked.if_none_match.strip() == "*" or etag in asked.if_none_match:
        return Response(status_code=304, headers=headers)
    in_parts = asked.if_range in {"", etag}
    span = _span(asked.range if in_parts else "", file.size_bytes)
    if span is None:
        return answer_of(MediaRangeInvalid(), headers={"Content-Range": f"bytes */{file.size_bytes}"})
    start, length = span
    headers["Content-Length"] = str(length)
    partial = length < file.size_bytes
    if partial:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{file.size_bytes}"
    code = 206 if partial else 200
    if request.method == "HEAD":
        return Response(status_code=code, headers=headers)
    return StreamingResponse(await _opened(rooms.library, file, start, length), code, headers)


async def _opened(library: Library, file: File, start: int, length: int) -> AsyncIterator[bytes]:
    """The pieces; a file that cannot be read is refused before the answer has begun."""
    pieces = library.storage.read(file.sha256, start, length)
    first = await anext(pieces, b"")

    async def rest() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return rest()


def _span(wanted: str, size: int) -> tuple[int, int] | None:
    """Start and length of what a Range asks for; the whole for none, and for more than one range; None:
    416.
    """
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or found.groups() == ("", ""):
        return 0, size
    first, last = found.groups()
    if not first:  # the last so many bytes
        length = min(int(last), size)
        return (size - length, length) if length else None
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if start >= size or end < start:
        return None
    return start, end - start + 1


def _shown_as(file: File) -> dict[str, str]:
    """Type and disposition: what a browser could run is none of its business."""
    shown = _SHOWN.fullmatch(file.mimetype) is not None
    name = re.sub(r'[^A-Za-z0-9._ -]|["\\]', "_", file.file_name) or file.media_id
    named = f"filename=\"{name}\"; filename*=UTF-8''{quote(file.file_name or file.media_id, safe='')}"
    return {
        "Content-Type": file.mimetype
        if shown or file.mimetype == "application/pdf"
        else "application/octet-stream",
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; {named}",
    }


def media_out(file: File) -> MediaOut:
    """A file as the API tells of it."""
    return MediaOut(
        media_id=file.media_id,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        mimetype=file.mimetype,
        file_name=file.file_name,
        width=file.width,
        height=file.height,
        duration_s=file.duration_s,
        has_thumbnail=bool(file.thumbnail),
        stored_at=iso_or_none(file.stored_at_ms),
        kinds=list(kinds_of(file.mimetype, file.size_bytes)),
    )
