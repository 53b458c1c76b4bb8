"""Bookings as files for other programs, fetched from the gateway under the login's own key."""

from typing import Final
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from holdfast.client import HoldfastError
from holdfast.dashboard.entrance import Entrance
from holdfast.dashboard.meaning import refusal

_TYPES: Final = {"csv": "text/csv; charset=utf-8", "ics": "text/calendar; charset=utf-8"}
_ASKED: Final = ("from", "until", "status")


def install(app: FastAPI, entrance: Entrance) -> None:
    """Put `GET /bookings.csv` and `.ics` into the application."""
    for kind in _TYPES:
        _install(app, entrance, kind)


def _install(app: FastAPI, entrance: Entrance, kind: str) -> None:
    @app.get(f"/bookings.{kind}")
    async def export(request: Request) -> Response:
        login = entrance.login(request)
        if login is None:
            return Response(status_code=401)
        asked = {name: request.query_params[name] for name in _ASKED if request.query_params.get(name)}
        path = f"/v1/chauffeur/bookings.{kind}?{urlencode(asked)}"
        try:
            body = await entrance.client(login, request).fetch(path)
        except HoldfastError as refused:
            return PlainTextResponse(f"{refusal(refused)}\n", 422)
        named = {"content-disposition": f'attachment; filename="bookings.{kind}"'}
        return Response(body, media_type=_TYPES[kind], headers=named)
