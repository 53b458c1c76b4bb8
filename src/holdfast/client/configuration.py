"""The documents that people edit and bots read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from holdfast.client.event import Json
from holdfast.client.http import Http
from holdfast.client.times import moment


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a document; version 0 are its defaults. `body` is empty in lists."""

    name: str
    version: int
    author: str
    note: str
    at: datetime | None
    body: Mapping[str, Any] = field(repr=False)
    about: str = ""

    @classmethod
    def read(cls, body: Json) -> "Document":
        """From the API's JSON."""
        return cls(
            name=str(body["name"]),
            version=int(body["version"]),
            author=str(body.get("author") or ""),
            note=str(body.get("note") or ""),
            at=moment(body.get("at")),
            body=body.get("body") or {},
            about=str(body.get("about") or ""),
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in which two versions differ."""

    place: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a document; an empty place means the whole."""

    place: str
    message: str


class Configuration:
    """Documents by name. Raises UnknownConfiguration."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def list(self) -> Sequence[Document]:
        """Every document, without what it holds."""
        body = await self._http.json("GET", "/v1/configuration")
        return [Document.read(each) for each in body["documents"]]

    async def get(self, name: str, version: int | None = None) -> Document:
        """The newest version, or this one."""
        return Document.read(await self._http.json("GET", _path(name), query={"version": version}))

    async def put(
        self, name: str, body: Mapping[str, Any], *, base_version: int | None = None, note: str = ""
    ) -> Document:
        """Write a new version, effective at once; the same as the newest writes none.

        Raises ConfigurationInvalid, and ConfigurationConflict when the newest is not `base_version`.
        """
        wanted = {"body": dict(body), "base_version": base_version, "note": note}
        return Document.read(await self._http.json("PUT", _path(name), body=wanted))

    async def undo(self, name: str) -> Document:
        """The version before the newest becomes a new one. Raises RequestInvalid when there is none."""
        return Document.read(await self._http.json("POST", _path(name, "undo")))

    async def history(self, name: str, *, limit: int = 50) -> Sequence[Document]:
        """The versions, the newest first, without what they hold."""
        body = await self._http.json("GET", _path(name, "history"), query={"limit": limit})
        return [Document.read(each) for each in body["versions"]]

    async def diff(
        self, name: str, before: int | None = None, after: int | None = None
    ) -> Sequence[Difference]:
        """What differs between two versions; the newest and the one before it unless told otherwise."""
        query = {"before": before, "after": after}
        body = await self._http.json("GET", _path(name, "diff"), query=query)
        return [Difference(it["place"], it["before"], it["after"]) for it in body["changes"]]

    async def schema(self, name: str) -> Mapping[str, Any]:
        """JSON Schema of what the document may hold."""
        found: Mapping[str, Any] = await self._http.json("GET", _path(name, "schema"))
        return found

    async def validate(self, name: str, body: Mapping[str, Any]) -> Sequence[Fault]:
        """What is wrong with a document; nothing is kept."""
        found = await self._http.json("POST", _path(name, "validate"), body={"body": dict(body)})
        return [Fault(it["place"], it["message"]) for it in found["faults"]]

    async def question(self, name: str) -> Mapping[str, Any]:
        """JSON Schema of what a preview may be asked. Raises RequestInvalid where there is none."""
        found: Mapping[str, Any] = await self._http.json("GET", _path(name, "question"))
        return found

    async def preview(
        self, name: str, question: Mapping[str, Any], body: Mapping[str, Any] | None = None
    ) -> Sequence[str]:
        """What a document would do, in sentences; the newest version unless one is given."""
        wanted = {"question": dict(question), "body": None if body is None else dict(body)}
        found = await self._http.json("POST", _path(name, "preview"), body=wanted)
        return [str(line) for line in found["lines"]]

    async def import_old(self, name: str, body: Mapping[str, Any]) -> Document:
        """An older system's `pricingConfig` or `promptsConfig` becomes a new version."""
        return Document.read(await self._http.json("POST", _path(name, "import"), body={"body": dict(body)}))

    async def export_old(self, name: str) -> Mapping[str, Any]:
        """The newest version, as the older systems hold it."""
        found = await self._http.json("GET", _path(name, "export"))
        body: Mapping[str, Any] = found["body"]
        return body


def _path(name: str, what: str = "") -> str:
    return f"/v1/configuration/{quote(name, safe='')}" + (f"/{what}" if what else "")
