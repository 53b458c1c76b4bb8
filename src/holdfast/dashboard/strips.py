"""The last day of many numbers, as small pictures: asked for by cards that are seen, kept for a minute."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from holdfast.client import Client, HoldfastError, Unauthorized
from holdfast.dashboard.entrance import Entrance
from holdfast.dashboard.language import Language, spoken
from holdfast.dashboard.strip import picture

_KEPT_S: Final = 60.0
_MOST: Final = 60
_AT_ONCE: Final = 4
_CHANGES: Final = 200
_REMEMBERED: Final = 2000


class Strips:
    """Pictures by language and session, for those who see the same numbers."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[Language, str], tuple[float, str]] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def of(self, client: Client, session_id: str) -> str:
        """A day of this number, at most a minute old; empty where nothing is known. Raises Unauthorized."""
        place = (spoken(), session_id)
        known = self._drawn.get(place)
        if known is not None and time.monotonic() < known[0] + _KEPT_S:
            return known[1]
        try:
            async with self._turns:
                changes, _ = await client.sessions.timeline(session_id, limit=_CHANGES)
        except Unauthorized:
            raise
        except HoldfastError:
            return ""
        if len(self._drawn) >= _REMEMBERED:
            self._drawn.clear()
        self._drawn[place] = (time.monotonic(), str(picture(changes, datetime.now(UTC))))
        return self._drawn[place][1]


def install(app: FastAPI, entrance: Entrance) -> None:
    """Put `GET /strips?ids=…` into the application."""
    strips: dict[str, Strips] = {}

    @app.get("/strips")
    async def draw(request: Request, ids: str = "") -> Response:
        login = entrance.login(request)
        if login is None:
            return Response(status_code=401)
        client, shared = entrance.client(login, request), strips.setdefault(login.audience, Strips())
        wanted = [it for it in ids.split(",") if it][:_MOST]
        try:
            drawn = await asyncio.gather(*(shared.of(client, it) for it in wanted))
        except Unauthorized:
            return Response(status_code=401)
        return JSONResponse(dict(zip(wanted, drawn, strict=True)))
