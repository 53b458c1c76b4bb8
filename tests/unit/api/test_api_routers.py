"""Endpoints that are loaded on demand: none is missed, and their order is the table's."""

import asyncio
import inspect
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from holdfast.api.app import create_app
from holdfast.api.rooms import Rooms
from holdfast.api.routers import SECTIONS, Section, area_of


def paths(section: Section) -> set[str]:
    """Every path of a section's endpoints, with names in the place of parameters."""
    found: set[str] = set()
    for router in section.read():
        found |= {str(route.path) for route in router.routes}  # type: ignore[attr-defined]
    return {path.replace("{", "").replace("}", "") for path in found}


@pytest.mark.parametrize("section", SECTIONS, ids=lambda it: it.module)
def test_a_section_says_what_it_serves(section: Section) -> None:
    assert {area_of(path) for path in paths(section)} == section.areas


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("/v1/sessions", "sessions"),
        ("/v1/sessions/", "sessions"),
        ("/v1/sessions/office", "sessions"),
        ("/v1/sessions/office/", "sessions"),
        ("/v1/sessions/office/messages", "sessions/*/messages"),
        ("/v1/sessions/office/messages/3EB0/file", "sessions/*/messages"),
        ("/v1/sessions//messages", "sessions/*/messages"),
        ("/docs/static/swagger-ui.css", "docs"),
        ("/metrics", "metrics"),
        ("/v1", ""),
        ("/", ""),
        ("", ""),
        ("*", ""),
    ],
)
def test_what_a_path_is_about(path: str, area: str) -> None:
    assert area_of(path) == area


def everything(app: FastAPI) -> list[tuple[Any, ...]]:
    """Every endpoint in the order in which it is matched."""
    return [(it.path, it.methods, it.name) for it in iter_route_contexts(app.router.routes) if it.path]


def test_endpoints_are_matched_in_one_order_however_they_were_loaded(rooms: Rooms) -> None:
    forwards, backwards = create_app(rooms), create_app(rooms)
    forwards.openapi()
    later = next(it.kwargs["routers"] for it in backwards.user_middleware if "routers" in it.kwargs)
    for section in reversed(SECTIONS):
        later.load([section])
    assert everything(forwards) == everything(backwards)


async def test_a_request_loads_what_may_serve_it_and_nothing_else(
    app: FastAPI, http: httpx.AsyncClient
) -> None:
    assert not any(path.startswith("/v1/alerts") for path, *_ in everything(app))
    assert (await http.get("/v1/alerts/nowhere")).status_code == 404
    served = {path for path, *_ in everything(app)}
    assert "/v1/alerts/rules/{cause}" in served
    assert "/v1/users" not in served


async def test_two_requests_at_once_load_a_section_once(app: FastAPI, http: httpx.AsyncClient) -> None:
    await asyncio.gather(*(http.get("/v1/alerts/nowhere") for _ in range(4)))
    assert len([path for path, *_ in everything(app) if path == "/v1/alerts/channels"]) == 1


async def test_what_is_asked_for_by_another_method_is_said_to_be_there(http: httpx.AsyncClient) -> None:
    assert (await http.delete("/v1/sessions")).status_code == 405
    assert (await http.get("/v1/nowhere")).status_code == 404


def test_a_start_loads_no_endpoints_but_the_systems() -> None:
    names = {section.module for section in SECTIONS}
    script = f"import sys, holdfast.app.web, holdfast.app.gateway; print({names!r} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def calls(dependant: Dependant) -> Iterator[Any]:
    """An endpoint and all that it depends on."""
    yield dependant.call
    for it in dependant.dependencies:
        yield from calls(it)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda it: it.module)
def test_no_request_hops_to_another_thread(section: Section) -> None:
    """What is no coroutine function is run in a thread, for each request."""
    routes = [it for router in section.read() for it in router.routes if isinstance(it, APIRoute)]
    called = {call for it in routes for call in calls(it.dependant)}
    inner = [call if inspect.isroutine(call) else type(call).__call__ for call in called]
    assert [
        it for it in inner if not (inspect.iscoroutinefunction(it) or inspect.isasyncgenfunction(it))
    ] == []
