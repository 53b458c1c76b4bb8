"""The plain pages in this process, over a gateway that a test plays by a function. No socket."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx
from fastapi import FastAPI

from holdfast.client import Client, Me
from holdfast.dashboard import plain
from holdfast.dashboard.entrance import Entrance
from holdfast.dashboard.logins import Login
from holdfast.dashboard.options import Options

ADDRESS = "http://127.0.0.1:9"
Gateway = Callable[[httpx.Request], httpx.Response]


class PlayedEntrance:
    """Fills in for the entrance: one browser, which is logged in."""

    def __init__(self, gateway: Gateway, scopes: Sequence[str], applications: tuple[str, ...]) -> None:
        self.options = cast(Options, type("Played", (), {"lab": None}))
        self._me = Me.read({"key_id": "key_1", "kind": "dashboard", "scopes": list(scopes), "user": None})
        self._applications = applications
        self._client = Client(ADDRESS, "hf_test")
        played = httpx.AsyncClient(transport=httpx.MockTransport(gateway))
        self._client._http._clients[False, None] = played

    def login(self, request: object) -> Login:
        return cast(Login, object())

    def client(self, login: Login, request: object) -> Client:
        return self._client

    async def me(self, login: Login, client: Client) -> Me:
        return self._me

    async def applications(self, client: Client) -> tuple[str, ...]:
        return self._applications

    async def close(self) -> None:
        await self._client.close()


@dataclass
class Site:
    """A browser without script."""

    http: httpx.AsyncClient

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def post(self, path: str, form: dict[str, Any]) -> httpx.Response:
        return await self.http.post(path, data=form)


@asynccontextmanager
async def site(
    gateway: Gateway,
    *,
    scopes: Sequence[str] = ("read", "send", "admin", "keys"),
    applications: tuple[str, ...] = ("chauffeur",),
) -> AsyncIterator[Site]:
    """Every plain page for a login with these scopes."""
    app = FastAPI()
    entrance = PlayedEntrance(gateway, scopes, applications)
    plain.install(app, cast(Entrance, entrance))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page") as http:
        yield Site(http)
    await entrance.close()
