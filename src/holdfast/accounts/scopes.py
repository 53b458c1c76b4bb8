"""Scopes: what a key may do. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from holdfast.model.ids import SessionId, TenantId


class Scope(StrEnum):
    """One kind of right. Each is checked at the door of an endpoint."""

    READ = "read"  # see sessions, messages, events
    SEND = "send"  # send messages
    ADMIN = "admin"  # create, pair, connect, log out, delete sessions
    KEYS = "keys"  # hand out access to others
    METRICS = "metrics"  # see figures of the whole installation, and nothing else


class KeyKind(StrEnum):
    """What a key is for."""

    LOCAL = "local"  # programs of the same user on this machine
    KEY = "key"
    DASHBOARD = "dashboard"  # one browser's login


#: What each kind is born with. A page cannot hand out access: its key lives in a browser's session.
BORN_WITH: Final[dict[KeyKind, frozenset[Scope]]] = {
    KeyKind.LOCAL: frozenset(Scope),
    KeyKind.KEY: frozenset({Scope.READ, Scope.SEND}),
    KeyKind.DASHBOARD: frozenset({Scope.READ, Scope.SEND, Scope.ADMIN}),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the key that was shown, whose it is, what it may do."""

    key_id: str
    tenant_id: TenantId
    scopes: frozenset[Scope]
    expires_at_ms: int | None = None
    #: What the key is called; of a login, its user.
    name: str = ""
    kind: KeyKind = KeyKind.KEY
    #: Whose login it is; None for a program's key and for a login by link.
    user_id: str | None = None
    #: The only sessions that the key reaches; None: every one.
    sessions: frozenset[SessionId] | None = None

    def reaches(self, session_id: SessionId) -> bool:
        """True when the key is good for this session."""
        return self.sessions is None or session_id in self.sessions

    def until_ms(self, at_ms: int) -> int:
        """This moment, or the key's end when that comes first."""
        return at_ms if self.expires_at_ms is None else min(at_ms, self.expires_at_ms)

    def end_of(self, asked_ms: int | None) -> int | None:
        """When a key ends that this one makes and that was asked to end then; None: when it is revoked."""
        return self.expires_at_ms if asked_ms is None else self.until_ms(asked_ms)

    def may(self, scope: Scope) -> bool:
        """True when one of the key's scopes covers it."""
        return scope in self.scopes


def to_text(scopes: frozenset[Scope]) -> str:
    """As the database holds them: words, sorted, one space between."""
    return " ".join(sorted(scopes))


def from_text(text: str) -> frozenset[Scope]:
    """The other way. A word of a newer version grants nothing here."""
    known = {scope.value for scope in Scope}
    return frozenset(Scope(word) for word in text.split() if word in known)
