"""Finding messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from holdfast.kit import logging
from holdfast.messages import Follower, Message
from holdfast.messages.reading import by_order
from holdfast.model.address import parse_recipient
from holdfast.model.errors import RecipientInvalid, StoreUnavailable
from holdfast.model.ids import SessionId, TenantId
from holdfast.search import statements
from holdfast.search.query import Term, fts5, parse, scope, tsquery
from holdfast.store import ReadUnit, Store, aliases

log = logging.get("search")

_END: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Where:
    """Where to look: in everything of a tenant, in a session, or in one of its chats."""

    tenant_id: TenantId
    session_id: SessionId | None = None
    chat: str | None = None  #: a number or JID; only with a session


@dataclass(frozen=True, slots=True)
class Found:
    """One page, the newest first."""

    messages: Sequence[Message]
    next: int | None  #: give it as `before` for the next page; None when this was the last
    #: False while older messages are still on their way into the index.
    complete: bool


class Search:
    """Searches the messages of one gateway."""

    def __init__(self, store: Store, follower: Follower) -> None:
        self._store, self._follower = store, follower

    async def find(self, text: str, where: Where, *, before: int | None, limit: int) -> Found:
        """The messages with these words, newest first; what was committed before the call is among them.

        Raises RequestInvalid for a text without words, RecipientInvalid, StoreUnavailable.
        """
        terms = parse(text)
        if where.chat is not None and parse_recipient(where.chat) is None:
            raise RecipientInvalid
        complete = False
        try:
            complete = await self._follower.catch_up()
        except StoreUnavailable as exc:  # what is in the index can be found on a full disk too
            log.warning("search.not_caught_up", error=str(exc))
        look = partial(_find, terms=terms, where=where, before=before or _END, limit=limit + 1)
        orders, found = await self._store.read(look)
        page = [found[order_no] for order_no in orders[:limit] if order_no in found]
        return Found(page, orders[limit - 1] if len(orders) > limit else None, complete)


def _find(
    unit: ReadUnit, terms: Sequence[Term], where: Where, before: int, limit: int
) -> tuple[list[int], dict[int, Message]]:
    """The places of a page, and the messages there. A deleted session's messages are left out."""
    groups = [[scope("t", where.tenant_id)]]
    if where.session_id is not None:
        groups = [[scope("s", where.session_id)]]
        if where.chat is not None:
            jid = parse_recipient(where.chat) or where.chat
            groups.append([scope("c", name) for name in aliases.names(unit, where.session_id, jid)])
    asked = {"match": fts5(terms, groups), "tsquery": tsquery(terms, groups)}
    orders = [int(row[0]) for row in unit.all(statements.FIND, **asked, before=before, limit=limit)]
    alive = {row[0] for row in unit.all(statements.ALIVE, tenant_id=where.tenant_id)}
    found = by_order(unit, orders)
    return orders, {place: it for place, it in found.items() if it.session_id in alive}
