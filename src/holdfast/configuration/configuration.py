"""The room's door: documents read and written, every version kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from holdfast.configuration import statements
from holdfast.configuration.kinds import Kinds
from holdfast.journal import Draft, Journal
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.content import Json
from holdfast.model.errors import ConfigurationConflict, RequestInvalid, UnknownConfiguration
from holdfast.model.events import ConfigurationChanged
from holdfast.model.ids import SessionId, TenantId
from holdfast.store import ReadUnit, Row, Store, WriteUnit

#: Bytes of JSON in one document.
LARGEST: Final = 1024 * 1024
#: Events that are about no session.
_NO_SESSION: Final = SessionId("")


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a document. Version 0: nobody has written it, these are its defaults."""

    name: str
    version: int
    body: Mapping[str, Json] = field(repr=False)
    author: str = ""
    note: str = ""
    at_ms: int | None = None


class Configuration:
    """The documents of every tenant of one gateway."""

    def __init__(
        self, store: Store, journal: Journal, kinds: Kinds | None = None, clock: Clock = now_ms
    ) -> None:
        self._store, self._journal, self._clock = store, journal, clock
        self.kinds = kinds or Kinds()

    async def list(self, tenant_id: TenantId) -> Sequence[Document]:
        """The newest version of every document that there may be, by name. Raises StoreUnavailable."""
        rows = await self._store.read(lambda unit: unit.all(statements.LIST, tenant_id=tenant_id))
        written = {row[0]: _document(row) for row in rows}
        return [written.get(name) or Document(name, 0, {}) for name in self.kinds.names]

    async def get(self, tenant_id: TenantId, name: str, version: int | None = None) -> Document:
        """The newest version, or this one. Raises UnknownConfiguration, StoreUnavailable."""
        kind = self.kinds.get(name)
        found = await self._store.read(partial(read, tenant_id=tenant_id, name=name, version=version))
        if found is not None:
            return found
        defaults = kind.defaults() if not version else None
        if version and defaults is None:
            raise UnknownConfiguration(f"{name} has no version {version}")
        if defaults is None:
            raise UnknownConfiguration(f"Nobody has written {name} yet, and it has no defaults")
        return Document(name, 0, defaults)

    async def put(
        self,
        tenant_id: TenantId,
        name: str,
        body: Mapping[str, Json],
        *,
        author: str,
        note: str = "",
        base_version: int | None = None,
    ) -> Document:
        """Write a new version; the same as the newest writes none. Effective when this returns.

        Raises UnknownConfiguration, ConfigurationInvalid, ConfigurationConflict when the newest version is
        not `base_version`, RequestInvalid for what is too large, StoreUnavailable.
        """
        whole = self.kinds.get(name).whole(body)
        text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        if len(text) > LARGEST:
            raise RequestInvalid(f"A document has at most {LARGEST // 1024:,} KiB")

        def write(unit: WriteUnit) -> Document:
            newest = read(unit, tenant_id=tenant_id, name=name)
            version = 0 if newest is None else newest.version
            if base_version is not None and base_version != version:
                raise ConfigurationConflict
            if newest is not None and newest.body == whole:
                return newest
            made = Document(name, version + 1, whole, author, note, self._clock())
            unit.run(
                statements.ADD,
                tenant_id=tenant_id,
                name=name,
                version=made.version,
                body_json=text,
                author=author,
                note=note,
                at_ms=made.at_ms,
            )
            told = ConfigurationChanged(name, made.version, author)
            self._journal.append_many(unit, [Draft(_NO_SESSION, tenant_id, told)])
            return made

        return await self._store.write(write)

    async def undo(self, tenant_id: TenantId, name: str, *, author: str) -> Document:
        """Write the version before the newest one as a new one. Undone twice, it is redone.

        Raises UnknownConfiguration, RequestInvalid when there is nothing to undo, ConfigurationConflict when
        somebody writes at the same moment, ConfigurationInvalid when this version of Holdfast takes the old
        document no more.
        """
        newest = await self.get(tenant_id, name)
        if newest.version == 0:
            raise RequestInvalid(f"Nobody has written {name} yet: there is nothing to undo")
        if newest.version == 1:
            body: Mapping[str, Json] | None = self.kinds.get(name).defaults()
            if body is None:
                raise RequestInvalid(f"{name} has one version, and no defaults to go back to")
        else:
            body = (await self.get(tenant_id, name, newest.version - 1)).body
        note = f"undoes version {newest.version}"
        return await self.put(tenant_id, name, body, author=author, note=note, base_version=newest.version)

    async def history(self, tenant_id: TenantId, name: str, most: int) -> Sequence[Document]:
        """The versions of a document, the newest first. Raises UnknownConfiguration, StoreUnavailable."""
        self.kinds.get(name)
        rows = await self._store.read(
            lambda unit: unit.all(statements.HISTORY, tenant_id=tenant_id, name=name, most=most)
        )
        return [_document(row) for row in rows]


def read(unit: ReadUnit, *, tenant_id: TenantId, name: str, version: int | None = None) -> Document | None:
    """The newest version, or this one, inside of a unit of work. None where nobody has written it."""
    if version is None:
        row = unit.first(statements.NEWEST, tenant_id=tenant_id, name=name)
    else:
        row = unit.first(statements.VERSION, tenant_id=tenant_id, name=name, version=version)
    return None if row is None else _document(row)


def _document(row: Row) -> Document:
    name, version, body_json, author, note, at_ms = row
    body: dict[str, Json] = json.loads(body_json)
    return Document(name, int(version), body, author, note, int(at_ms))
