"""Web pages of others get no answer: a browser says where a page came from, and by which name it asked.

Both are checked before anything else is looked at. A page of another site that sends a request here names
itself in `Origin`; one whose own name was pointed at this machine (DNS rebinding) names itself in `Host`.
"""

from collections.abc import Collection
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

_LOCAL: Final = frozenset({"", "localhost"})


class SameSite:
    """ASGI middleware. Takes requests by address, by `localhost` and by the names it is given.

    Every other one is answered by `refuse`; a socket is closed before it was accepted, which is a 403.
    """

    def __init__(self, app: ASGIApp, refuse: ASGIApp, names: Collection[str] = ()) -> None:
        self._app, self._refuse = app, refuse
        self._names = _LOCAL | {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] not in {"http", "websocket"} or self._welcome(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._refuse(scope, receive, send)

    def _welcome(self, scope: Scope) -> bool:
        headers = [(name, value.decode("latin-1")) for name, value in scope["headers"]]
        hosts = [value for name, value in headers if name == b"host"]
        origins = [value for name, value in headers if name == b"origin"]
        return all(self._ours(host) for host in hosts) and all(
            urlsplit(origin).netloc.lower() in {host.lower() for host in hosts} for origin in origins
        )

    def _ours(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
        except ValueError:
            return False
        return name in self._names or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
