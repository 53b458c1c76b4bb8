"""Who did what, from where, and what came of it.

An act is noted before it is done, so that no end of the process hides it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from holdfast.accounts import statements
from holdfast.kit import logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.kit.ids import new_id
from holdfast.model.errors import HoldfastError, StoreUnavailable
from holdfast.model.ids import TenantId
from holdfast.store import Store

_log = logging.get("accounts")

DONE: Final = "done"
_FAILED: Final = "failed"
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `act` is its endpoint; `outcome` an error's code, "done", or None where it is not known."""

    id: str
    at_ms: int
    key_id: str | None
    user_id: str | None
    who: str
    source: str
    act: str
    target: str
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who does something, and where the request comes from."""

    tenant_id: TenantId
    name: str
    source: str
    key_id: str | None = None
    user_id: str | None = None


@dataclass(slots=True)
class Noted:
    """An act under way. Whoever carries it out may name its target better."""

    target: str


class Audit:
    """Notes acts, and tells of them."""

    def __init__(self, store: Store, clock: Clock = now_ms) -> None:
        self._store, self._clock = store, clock

    @asynccontextmanager
    async def noting(self, who: Who, act: str, target: str) -> AsyncIterator[Noted]:
        """Carry out an act in this block. Raises StoreUnavailable before anything is done."""
        noted, id_ = Noted(target), new_id("aud")
        values = {
            "id": id_,
            "tenant_id": who.tenant_id,
            "at_ms": self._clock(),
            "key_id": who.key_id,
            "user_id": who.user_id,
            "who": who.name[:_LONGEST],
            "source": who.source[:_LONGEST],
            "act": act,
            "target": target[:_LONGEST],
        }
        await self._store.write(lambda unit: unit.run(statements.NOTE_ACT, **values))
        outcome = _FAILED
        try:
            yield noted
            outcome = DONE
        except HoldfastError as refused:
            outcome = refused.code
            raise
        finally:
            await self._end(id_, noted, outcome)

    async def _end(self, id_: str, noted: Noted, outcome: str) -> None:
        values = {"id": id_, "outcome": outcome, "target": noted.target[:_LONGEST]}
        try:
            await self._store.write(lambda unit: unit.run(statements.END_ACT, **values))
        except StoreUnavailable:
            _log.warning("audit.outcome_not_noted", id=id_, outcome=outcome)

    async def page(self, tenant_id: TenantId, before: str | None, limit: int) -> list[Entry]:
        """What was done before this entry, newest first. Raises StoreUnavailable."""
        values = {"tenant_id": tenant_id, "before": before or "aud_~", "limit": limit}
        rows = await self._store.read(lambda unit: unit.all(statements.ACTS, **values))
        return [Entry(*row) for row in rows]
