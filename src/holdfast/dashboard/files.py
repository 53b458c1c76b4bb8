"""Files of messages for a browser that is logged in, handed through from the gateway under the login's key.

No key is ever in an address, and what a stranger has sent is shown under the gateway's policy for files.
"""

from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from holdfast.client import Client, GatewayUnreachable, HoldfastError, Unauthorized
from holdfast.dashboard.entrance import Entrance
from holdfast.dashboard.meaning import of_refusal
from holdfast.model.errors import MediaRangeInvalid

_ASKED: Final = ("range", "if-range", "if-none-match")
_TOLD: Final = (
    *("content-type", "content-length", "content-range", "content-disposition", "accept-ranges", "etag"),
    *("cache-control", "content-security-policy"),
)


class _HandedThrough(Response):
    """One file. Its connection to the gateway is open as long as the browser reads, and no longer."""

    def __init__(self, client: Client, media_id: str, asked: dict[str, str]) -> None:
        super().__init__()
        self._client, self._media_id, self._asked = client, media_id, asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False
        try:
            async with self._client.media.opened(self._media_id, self._asked) as file:
                told = {name: file.headers[name] for name in _TOLD if name in file.headers}
                begun = True
                await StreamingResponse(file.pieces, file.status, told)(scope, receive, send)
        except HoldfastError as refused:
            if begun:
                raise  # the browser sees that the file is not whole
            await _refused(refused)(scope, receive, send)


def install(app: FastAPI, entrance: Entrance) -> None:
    """Put `GET /files/{media_id}` into the application."""

    @app.get("/files/{media_id}")
    async def file(request: Request, media_id: str) -> Response:
        login = entrance.login(request)
        if login is None:
            return Response(status_code=401)
        asked = {name: request.headers[name] for name in _ASKED if name in request.headers}
        return _HandedThrough(entrance.client(login, request), media_id, asked)


def _refused(why: HoldfastError) -> Response:
    status = {Unauthorized: 401, GatewayUnreachable: 503, MediaRangeInvalid: 416}.get(type(why), 404)
    return PlainTextResponse(f"{of_refusal(why).sentence}\n", status)
