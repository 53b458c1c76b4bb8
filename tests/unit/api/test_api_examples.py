"""The examples of the API's description: every operation has them, and the API takes each as it stands."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, NoReturn, cast
from urllib.parse import quote, urlencode

import httpx
import pytest
from fastapi import FastAPI

from holdfast.accounts import Caller, Scope
from holdfast.api.app import create_app
from holdfast.api.examples import BODIES
from holdfast.api.rooms import Rooms
from holdfast.media import Limits, addresses
from holdfast.model.errors import StoreUnavailable
from holdfast.model.ids import DEFAULT_TENANT
from holdfast.sessions import Progress


class Closed:
    """A room that refuses whatever it is asked: a request that comes so far was taken."""

    def __getattr__(self, name: str) -> "Closed":
        return Closed()

    def __call__(self, *args: object, **more: object) -> NoReturn:
        raise StoreUnavailable


class Door(Closed):
    """Lets everybody in."""

    async def authenticate(self, key: str) -> Caller:
        return Caller("key_1", DEFAULT_TENANT, frozenset(Scope))


class Book(Closed):
    """Notes everything."""

    @asynccontextmanager
    async def noting(self, *about: object) -> AsyncIterator[SimpleNamespace]:
        yield SimpleNamespace(target="")


class Shelf(Closed):
    """Takes no file."""

    limits = Limits(max_bytes=1 << 20)


class Facts(Closed):
    """A process that has just begun."""

    version, lab, applications, ready, engine, trouble = "1", False, (), False, None, None
    started_at, progress = datetime(2026, 1, 1, tzinfo=UTC), Progress(0, 0, True, None)


ROOMS: dict[str, Closed] = {it.name: Closed() for it in fields(Rooms)} | {
    "facts": Facts(),
    "accounts": Door(),
    "audit": Book(),
    "library": Shelf(),
}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """The shipped composition over them."""
    return create_app(cast(Rooms, SimpleNamespace(**ROOMS)))


@pytest.fixture(scope="module")
def operations(app: FastAPI) -> dict[str, dict[str, Any]]:
    """What is said of each operation."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    }


def test_every_body_has_an_example(operations: dict[str, dict[str, Any]]) -> None:
    json = {
        name
        for name, it in operations.items()
        if "application/json" in it.get("requestBody", {}).get("content", {})
    }
    assert json == set(BODIES)


def request(name: str, operation: dict[str, Any]) -> tuple[str, str, Any]:
    """Method, address and body of an operation's example."""
    method, _, path = name.partition(" ")
    needed = {it["name"]: it for it in operation.get("parameters", ()) if it.get("required")}
    path = re.sub(r"\{(\w+)\}", lambda it: quote(needed[it[1]]["example"], safe=""), path)
    query = {key: it["example"] for key, it in needed.items() if it["in"] == "query"}
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    return method, f"{path}?{urlencode(query, doseq=True)}", body


async def test_the_api_takes_every_example(
    monkeypatch: pytest.MonkeyPatch, app: FastAPI, operations: dict[str, dict[str, Any]]
) -> None:
    monkeypatch.setattr(addresses, "opened", Closed())  # nothing is fetched from anywhere
    assert len(operations) > 100
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url="http://localhost",
        headers={"Authorization": "Bearer hf_1"},
    ) as http:
        for name, operation in operations.items():
            method, address, body = request(name, operation)
            answer = await http.request(method, address, json=body)
            assert str(answer.status_code) in operation["responses"], (name, answer.text)
            assert answer.status_code != 422, (name, answer.text)
            if body is not None:
                assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable"), name
