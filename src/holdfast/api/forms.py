"""The one file of a form, streamed as it comes: what stands before it is looked at, what follows is passed
over.
"""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from holdfast.model.errors import MediaTruncated, RequestInvalid

#: Headers of one part of a form.
_LONGEST_HEADERS: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file in a form."""

    mimetype: str
    file_name: str = field(repr=False)
    pieces: AsyncIterator[bytes] = field(repr=False)


async def first_file(request: Request) -> FormFile:
    """The form's file: its head has come when this returns, its bytes come as they are asked for.

    Raises RequestInvalid for a form without a file, or one that is none; the pieces raise MediaTruncated
    when it breaks off.
    """
    _, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if not boundary:
        raise RequestInvalid("The form names no boundary")
    form = _Form(boundary)
    pieces = form.read(request)
    async for _ in pieces:
        if form.found is not None:
            mimetype, name = form.found
            return FormFile(mimetype, name, form.bytes_of(pieces))
    raise RequestInvalid("The form has no file", next_step="Send one part with a file name.")


class _Form:
    """Reads a form piece by piece. Hands out the bytes of the first part that is a file."""

    def __init__(self, boundary: bytes) -> None:
        self.found: tuple[str, str] | None = None
        self._over = False
        self._inside = False
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value = bytearray(), bytearray()
        self._out: deque[bytes] = deque()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_part_end": self._end,
                "on_end": self._finish,
            },
        )

    async def read(self, request: Request) -> AsyncIterator[None]:
        """One step per piece of the body."""
        try:
            async for piece in request.stream():
                self._parser.write(piece)
                yield
        except ClientDisconnect as exc:
            raise MediaTruncated from exc
        except FormParserError as exc:
            raise RequestInvalid("The form cannot be read") from exc
        if not self._over:
            raise MediaTruncated("The form has no end")

    async def bytes_of(self, steps: AsyncIterator[None]) -> AsyncIterator[bytes]:
        """The file's bytes; the rest of the form is read to its end."""
        while self._out:
            yield self._out.popleft()
        async for _ in steps:
            while self._out:
                yield self._out.popleft()

    # ---- what the parser tells ----

    def _begin(self) -> None:
        self._headers = {}

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._bound()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._bound()

    def _bound(self) -> None:
        if len(self._name) + len(self._value) > _LONGEST_HEADERS:
            raise RequestInvalid("A part of the form has too long a header")

    def _header_end(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._inside = b"filename" in options and self.found is None
        if self._inside:
            name = options[b"filename"].decode(errors="replace")
            mimetype = self._headers.get(b"content-type", b"").decode(errors="replace")
            self.found = (mimetype, name[:255])

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._out.append(data[start:end])

    def _end(self) -> None:
        self._inside = False

    def _finish(self) -> None:
        self._over = True
