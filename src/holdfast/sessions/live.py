"""One session in memory: who it is, what the machine knows, and what only this process needs."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from holdfast.model.events import SessionStateChanged
from holdfast.model.reasons import Reason, next_step, sentence
from holdfast.model.states import ConnectionStatus, State, connection_status
from holdfast.sessions.facts import Command, Session
from holdfast.vault import Record


@dataclass(frozen=True, slots=True)
class ShownCode:
    """The QR code of the moment. Lives here and nowhere else, until the link is made or its time is over."""

    code: str = field(repr=False)
    index: int
    of: int
    valid_until_ms: int


@dataclass(frozen=True, slots=True)
class Link:
    """What a phone said when it linked this device."""

    jid: str
    lid: str
    push_name: str


class Live:
    """Changed by the supervisor alone."""

    __slots__ = (
        "closed",
        "code",
        "commands",
        "heartbeat_saved_ms",
        "lane",
        "last_connected_ms",
        "last_fact_ms",
        "last_heartbeat_ms",
        "link",
        "opened",
        "pairing_key",
        "record",
        "session",
        "timeline_seq",
        "timer",
        "waiters",
    )

    def __init__(self, record: Record, session: Session, timeline_seq: int = 0) -> None:
        self.record = record
        self.session = session
        self.timeline_seq = timeline_seq
        self.last_connected_ms: int | None = None
        self.last_heartbeat_ms: int | None = None
        self.heartbeat_saved_ms: int | None = None
        #: Time of the newest fact: levels that are older are stale.
        self.last_fact_ms = 0
        #: Levels say since then (epoch, time) that there is no connection.
        self.closed: tuple[int, int] | None = None
        #: The engine of the moment has the session's file open.
        self.opened = False
        self.code: ShownCode | None = None
        self.link: Link | None = None
        #: Wrapped key of the scratch folder, from pairing until its adoption.
        self.pairing_key = b""
        self.commands: deque[Command] = deque()
        self.lane: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.waiters: list[asyncio.Future[None]] = []

    @property
    def id(self) -> str:
        """The session's id."""
        return self.record.id


@dataclass(frozen=True, slots=True)
class View:
    """A session as everybody outside sees it, at one moment."""

    id: str
    tenant_id: str
    name: str
    phone: str | None
    push_name: str | None
    state: State
    reason: Reason
    detail: str
    since_ms: int
    wish: str
    epoch: int
    attempt: int
    last_connected_ms: int | None
    last_heartbeat_ms: int | None
    retry_at_ms: int | None
    banned_until_ms: int | None
    requires_auth: bool
    restoring: bool
    code: ShownCode | None

    @property
    def sentence(self) -> str:
        """What is the case, for a human."""
        return sentence(self.reason)

    @property
    def next_step(self) -> str:
        """What to do, for a human."""
        return next_step(self.reason)

    @property
    def connection_status(self) -> ConnectionStatus:
        """The old systems' word."""
        return connection_status(self.state)


def view(live: Live, *, restoring: bool) -> View:
    """The session as it is now."""
    record, session = live.record, live.session
    return View(
        id=record.id,
        tenant_id=record.tenant_id,
        name=record.name,
        phone=phone_text(record.phone),
        push_name=record.push_name,
        state=session.state,
        reason=session.reason,
        detail=session.detail,
        since_ms=session.since_ms,
        wish=session.wish.value,
        epoch=session.epoch,
        attempt=session.attempt,
        last_connected_ms=live.last_connected_ms,
        last_heartbeat_ms=live.last_heartbeat_ms,
        retry_at_ms=session.retry_at_ms,
        banned_until_ms=session.banned_until_ms,
        requires_auth=session.requires_auth,
        restoring=restoring,
        code=live.code if session.state is State.PAIRING else None,
    )


def phone_text(phone: str | None) -> str | None:
    """`+4915…`: the number as people write it; stored are the digits of the JID, verbatim."""
    return f"+{phone}" if phone else None


def state_event(live: Live, previous: State) -> SessionStateChanged:
    """The event that tells of the session's change from `previous`."""
    session = live.session
    return SessionStateChanged(
        state=session.state,
        previous=previous,
        reason=session.reason.value,
        phone=phone_text(live.record.phone),
        detail=session.detail,
        since_ms=session.since_ms,
        retry_at_ms=session.retry_at_ms,
        banned_until_ms=session.banned_until_ms,
        requires_auth=session.requires_auth,
        notice="session_expired" if session.reason is Reason.LOGGED_OUT_ON_PHONE else None,
    )
