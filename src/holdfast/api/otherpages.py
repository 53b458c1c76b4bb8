"""Pages of the web applications that the settings name may ask for what a page's token opens, and for nothing
else (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol).
"""

from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: What such a page may ask for.
PREFIX: Final = "/v1/page/"
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "600",
}


class OtherPages:
    """ASGI middleware. Stands before SameSite, which takes what passed here for a request of our own."""

    def __init__(self, app: ASGIApp, origins: Collection[str] = ()) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; where its page is known, say that the page may read the answer."""
        origin = self._known_origin(scope)
        if origin is None:
            await self._app(scope, receive, send)
            return

        async def allowing(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Access-Control-Allow-Origin"] = origin
                headers.add_vary_header("Origin")
            await send(message)

        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, allowing)
            return
        ours = [(name, value) for name, value in scope["headers"] if name != b"origin"]
        await self._app({**scope, "headers": ours}, receive, allowing)

    def _known_origin(self, scope: Scope) -> str | None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            return None
        origins = Headers(scope=scope).getlist("origin")
        return origins[0] if len(origins) == 1 and origins[0].lower() in self._origins else None
