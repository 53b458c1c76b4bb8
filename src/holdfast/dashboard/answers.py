"""What every answer of the page's server says, and who is answered at all."""

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Without any referrer a browser would not say either that a form is ours (`Origin: null`).
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

#: For requests that name another site as their origin, or that ask by a name that is not ours.
OTHER_SITE = PlainTextResponse("This page belongs to another site.\n", 403)


class Headers:
    """Every answer says: nothing from elsewhere, no frames, no referrer; pages are not kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    # A stranger's file comes with the gateway's policy, under which nothing of it runs.
                    if name != "content-security-policy" or name not in headers:
                        headers[name] = value
                if "cache-control" not in headers:
                    headers["cache-control"] = (
                        "no-cache" if scope["path"].startswith("/static") else "no-store"
                    )
            await send(message)

        await self._app(scope, receive, with_headers)
