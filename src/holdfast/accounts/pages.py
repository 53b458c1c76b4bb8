"""Tokens by which a page in a browser shows one session: for minutes, in memory, good for nothing else.

A gateway that starts again knows none of them: a page's own back end asks for a new one.
"""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from holdfast.accounts.scopes import Caller
from holdfast.kit.clock import Clock
from holdfast.model.errors import Unauthorized
from holdfast.model.ids import SessionId, TenantId

#: The oldest leaves when there are more: nobody fills the memory with them.
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Guest:
    """Who shows a page's token: what it may see, and until when."""

    tenant_id: TenantId
    session_id: SessionId
    #: Whose key made it.
    maker: Caller
    expires_at_ms: int


class PageTokens:
    """Hands out pages' tokens and recognises them again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._guests: OrderedDict[str, Guest] = OrderedDict()

    def make(self, maker: Caller, session_id: SessionId, lives_ms: int) -> tuple[str, Guest]:
        """A token, readable this once, for a page that shows this session. It ends with its maker's key."""
        token = f"hf_page_{secrets.token_urlsafe(32)}"
        ends_ms = maker.until_ms(self._clock() + lives_ms)
        guest = Guest(maker.tenant_id, session_id, maker, ends_ms)
        self.end(lambda it: it.expires_at_ms <= self._clock())
        self._guests[_hash(token)] = guest
        if len(self._guests) > _MOST:
            self._guests.popitem(last=False)
        return token, guest

    def find(self, token: str | None) -> Guest:
        """Who shows this token. Raises Unauthorized: unknown, revoked or too old."""
        guest = self._guests.get(_hash(token or ""))
        if guest is None or guest.expires_at_ms <= self._clock():
            raise Unauthorized(
                "This page's token is unknown or too old", next_step="Load the page again: it gets a new one."
            )
        return guest

    def revoke(self, tenant_id: TenantId, session_id: SessionId) -> None:
        """End every token of a session. Repeating it changes nothing."""
        self.end(lambda it: (it.tenant_id, it.session_id) == (tenant_id, session_id))

    def end(self, over: Callable[[Guest], bool]) -> None:
        """End those of which this holds: whose maker has ended, say."""
        for digest in [digest for digest, guest in self._guests.items() if over(guest)]:
            del self._guests[digest]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
