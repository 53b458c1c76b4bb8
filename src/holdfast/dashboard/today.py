"""How many messages each number has received and sent today: one question for all cards of all pages."""

import time
from datetime import UTC, datetime
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from holdfast.client import Client, HoldfastError, Unauthorized
from holdfast.dashboard.entrance import Entrance

#: Open pages ask each for themselves, and are given what is no older than this.
_KEPT_S: Final = 5.0
#: Browsers around the world have different midnights.
_REMEMBERED: Final = 64

#: By session: received, sent.
Counts = dict[str, tuple[int, int]]


class Today:
    """Counts by the moment since which they were asked for, for those who see the same numbers."""

    def __init__(self) -> None:
        self._known: dict[datetime, tuple[float, Counts]] = {}

    async def since(self, client: Client, at: datetime) -> Counts:
        """What each number has received and sent. Raises HoldfastError."""
        known = self._known.get(at)
        if known is not None and time.monotonic() < known[0] + _KEPT_S:
            return known[1]
        found = await client.sessions.traffic(at)
        counts = {session_id: (it.received, it.sent) for session_id, it in found.items()}
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[at] = (time.monotonic(), counts)
        return counts


def install(app: FastAPI, entrance: Entrance) -> None:
    """Put `GET /today?since=…` into the application: the browser says when its day began."""
    shared: dict[str, Today] = {}

    @app.get("/today")
    async def count(request: Request, since: str = "") -> Response:
        login = entrance.login(request)
        if login is None:
            return Response(status_code=401)
        try:
            at = datetime.fromisoformat(since).astimezone(UTC)
            today = shared.setdefault(login.audience, Today())
            return JSONResponse(await today.since(entrance.client(login, request), at))
        except Unauthorized:
            return Response(status_code=401)
        except (ValueError, OverflowError):
            return Response(status_code=422)
        except HoldfastError:
            return Response(status_code=204)  # the page says by itself that the gateway is silent
