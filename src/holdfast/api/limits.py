"""No request body may fill the memory: what is larger than any request of this API is refused."""

from contextlib import suppress
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from holdfast.api.errors import answer_of
from holdfast.model.errors import RequestTooLarge

#: Room for the longest text in its longest JSON form, many times over.
LARGEST_BODY_BYTES: Final = 4 * 1024 * 1024
#: So much of a refused body is read, and forgotten, for the sake of a clear answer.
_PATIENCE_BYTES: Final = 64 * 1024 * 1024


class _TooLarge(Exception):
    """The body went beyond the limit while it was read."""


class BodyLimit:
    """ASGI middleware. Looks at what the client announces, and counts what it really sends."""

    def __init__(self, app: ASGIApp, largest_bytes: int = LARGEST_BODY_BYTES) -> None:
        self._app, self._largest = app, largest_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http" or _is_upload(scope):
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._largest:
            await _refuse(scope, receive, send)
            return
        begun = False
        read_bytes = 0

        async def counted() -> Message:
            nonlocal read_bytes
            message = await receive()
            read_bytes += len(message.get("body", b""))
            if read_bytes > self._largest:
                raise _TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal begun
            # What the application says about a body that broke off is not the reason that the client is to
            # hear.
            if begun or read_bytes <= self._largest:
                begun = True
                await send(message)

        with suppress(_TooLarge):
            await self._app(scope, counted, watched)
        if not begun and read_bytes > self._largest:
            await _refuse(scope, receive, send)


def _is_upload(scope: Scope) -> bool:
    """True for a request whose body goes to the disk piece by piece, and has a limit of its own there."""
    return bool(scope["method"] == "POST" and scope["path"] == "/v1/media")


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    error = RequestTooLarge(f"The request is larger than {LARGEST_BODY_BYTES // (1024 * 1024)} MiB")
    # Read on and forget: a client that still writes would see a reset connection instead of the answer.
    dropped_bytes = 0
    while dropped_bytes < _PATIENCE_BYTES:
        message = await receive()
        dropped_bytes += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    answer = answer_of(error, headers={"Connection": "close"})
    await answer(scope, receive, send)
