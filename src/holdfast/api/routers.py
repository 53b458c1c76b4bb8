"""Routers that are loaded when a request first asks for them.

Their shapes and routes are a third of what a start would otherwise pay for, and most gateways serve a few of
them.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Section:
    """One module of this package, what it serves and under which names its routers stand in it."""

    module: str
    areas: frozenset[str]
    routers: Sequence[str]

    def read(self) -> Sequence[APIRouter]:
        """Import the module; its routers."""
        module = import_module(self.module)
        return [getattr(module, name) for name in self.routers]


def _section(module: str, areas: str, *routers: str) -> Section:
    return Section(f"holdfast.api.{module}", frozenset(areas.split()), routers or ("router",))


#: In the order in which requests are matched; areas as `area_of` names them.
SECTIONS: Final[Sequence[Section]] = (
    _section("docs", "docs"),
    _section("doctor", "doctor"),
    _section(
        "sessions",
        "sessions sessions/*/pair sessions/*/connect sessions/*/disconnect sessions/*/logout"
        " sessions/*/timeline sessions/*/uptime",
    ),
    _section("quarantine", "quarantine"),
    _section("snapshots", "sessions/*/snapshots"),
    _section("probing", "sessions/*/probe"),
    _section("traffic", "traffic"),
    _section("importing", "sessions/*/import sessions/*/export"),
    _section("codes", "sessions/*/pair sessions/*/qr sessions/*/qr.svg sessions/*/qr.txt"),
    _section("messages", "sessions/*/messages"),
    _section("chats", "sessions/*/chats sessions/*/labels", "router", "labels_router"),
    _section("search", "search sessions/*/search"),
    _section("queue", "sessions/*/queue"),
    _section("media", "media"),
    _section("metrics", "metrics"),
    _section("fetching", "sessions/*/media-policy"),
    _section("events", "events"),
    _section("subscriptions", "subscriptions"),
    _section("socket", "events"),
    _section("access", "dashboard users login"),
    _section("pages", "page sessions/*/page-tokens", "router", "page_router"),
    _section("keys", "keys"),
    _section("users", "users", "own_router", "router"),
    _section("audit", "audit"),
    _section("alerts", "alerts"),
    _section("backups", "backups"),
    _section("groups", "sessions/*/groups"),
    _section("handovers", "sessions/*/handovers sessions/*/reminders sessions/*/states"),
    _section("configuration", "configuration"),
    _section(
        "people",
        "sessions/*/check sessions/*/people sessions/*/profile sessions/*/blocked sessions/*/presence"
        " sessions/*/chats sessions/*/read sessions/*/calls",
    ),
)
#: The description tells of every endpoint.
_EVERYTHING: Final = "openapi.json"


def area_of(path: str) -> str:
    """What a path is about: its first word, or the one after a session's name. Pure."""
    words = f"{path.removeprefix('/v1')}/".split("/", 4)[1:]
    if words[0] == "sessions" and len(words) > 2 and words[2]:
        return f"sessions/*/{words[2]}"
    return words[0]


class _Place(BaseRoute):
    """Keeps a section's place among the routes until it is loaded. Matches nothing."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return Match.NONE, {}


class Routers:
    """The routers of one application, each loaded once. Whenever they come, the table's order is theirs."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._places = {section: _Place() for section in SECTIONS}
        app.router.routes.extend(self._places.values())

    def missing(self, path: str) -> Sequence[Section]:
        """The sections that may serve this path and are not loaded."""
        if not self._places:
            return ()
        area = area_of(path)
        return [it for it in self._places if area in it.areas or area == _EVERYTHING]

    def load(self, sections: Iterable[Section]) -> None:
        """Add the endpoints of these sections, those excepted that are there."""
        routes = self._app.router.routes
        for section in sections:
            if section not in self._places:
                continue  # another request was quicker
            before = len(routes)
            for router in section.read():
                self._app.include_router(router)
            added = routes[before:]
            del routes[before:]
            here = routes.index(self._places.pop(section))
            routes[here : here + 1] = added

    def load_all(self) -> None:
        """Add whatever is left, for somebody who looks at every endpoint."""
        self.load(list(self._places))


class OnDemand:
    """ASGI middleware: whatever may serve a request is loaded before the request is routed."""

    def __init__(self, app: ASGIApp, routers: Routers) -> None:
        self._app, self._routers = app, routers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Load, and pass the request on. Other requests are served meanwhile."""
        sections = self._routers.missing(scope["path"]) if "path" in scope else ()
        if sections:
            await asyncio.to_thread(_read, sections)
            self._routers.load(sections)
        await self._app(scope, receive, send)


def _read(sections: Iterable[Section]) -> None:
    """Import the sections' modules: that is what takes time."""
    for section in sections:
        section.read()
