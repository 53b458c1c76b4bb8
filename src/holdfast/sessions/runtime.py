"""One session in memory: who it is, what the machine knows, and what only this process needs."""

import asyncio
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from holdfast.model.ids import SessionId
from holdfast.model.states import State
from holdfast.model.warnings import WarningCode
from holdfast.sessions.commands import Command
from holdfast.sessions.facts import Session
from holdfast.vault import Record


@dataclass(frozen=True, slots=True)
class ShownCode:
    """The QR code of the moment. Lives here and nowhere else, until the link is made or its time is over."""

    code: str = field(repr=False)
    index: int
    of: int
    valid_until_ms: int

    def moved(self, by_ms: int) -> "ShownCode":
        """The same by another clock."""
        return replace(self, valid_until_ms=self.valid_until_ms + by_ms)


@dataclass(frozen=True, slots=True)
class TypedCode:
    """The code of the moment that is typed on the phone. Lives as long as the QR code beside it."""

    code: str = field(repr=False)
    phone: str
    valid_until_ms: int


@dataclass(frozen=True, slots=True)
class Passkey:
    """What the phone's account wants of an authenticator, and then the code to compare."""

    options_json: bytes = field(repr=False)
    valid_until_ms: int
    #: Set once the passkey was good and a person has to compare.
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Link:
    """What a phone said when it linked this device."""

    jid: str
    lid: str
    push_name: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """One pairing, from its command to the adoption of what it brought."""

    #: Of the scratch folder: what will lie in its session.key.
    wrapped_key: bytes = field(repr=False)
    #: The phone that a code to type was asked for, digits; its step hides the QR code's.
    phone: str | None = None
    #: Until the phone has said yes, or pairing is over.
    code: ShownCode | None = None
    typed: TypedCode | None = None
    passkey: Passkey | None = None
    accepted: bool = False
    #: Once the phone counts this device as linked.
    link: Link | None = None

    @property
    def bare(self) -> "Pairing":
        """The same with nothing left that could be shown to anybody."""
        return replace(self, code=None, typed=None, passkey=None)


class FileState(Enum):
    """What the engine of the moment has done with the session's file."""

    CLOSED = auto()
    OPEN = auto()


@dataclass(frozen=True, slots=True)
class Closing:
    """Levels say since then that there is no connection of this epoch."""

    epoch: int
    since_ms: int


class Runtime:
    """Changed by the roster and the rooms that hold it, on the event loop alone."""

    __slots__ = (
        "closing",
        "commands",
        "doubtful",
        "file",
        "heard_ms",
        "heartbeat_event",
        "heartbeat_saved_ms",
        "heartbeat_told_ms",
        "lane",
        "last_connected_ms",
        "last_fact",
        "last_heartbeat_ms",
        "losses",
        "lost_ms",
        "pairing",
        "phone_seen_ms",
        "record",
        "session",
        "timeline_seq",
        "timer",
        "unconfirmed_ms",
        "unsaved_since_ms",
        "waiters",
        "warnings",
    )

    def __init__(self, record: Record, session: Session, timeline_seq: int = 0) -> None:
        self.record = record
        self.session = session
        self.timeline_seq = timeline_seq
        self.last_connected_ms: int | None = None
        self.last_heartbeat_ms: int | None = None
        self.heartbeat_saved_ms: int | None = None
        #: By the clock that decides: when a frame was heard last, and which heartbeat was told last.
        self.heard_ms: int | None = None
        self.heartbeat_told_ms = 0
        self.heartbeat_event: str | None = None
        #: Connections that were lost, by the clock that decides, oldest first.
        self.losses: list[int] = []
        #: Since when the connection has been lost; None while it is up, or need not be.
        self.lost_ms: int | None = None
        #: How long the oldest message that came in has been waiting to be stored.
        self.unconfirmed_ms = 0
        #: Since when its credentials are other ones than in any snapshot, because none could be taken.
        self.unsaved_since_ms: int | None = None
        #: Warnings that stand, and since when.
        self.warnings: dict[WarningCode, int] = {}
        #: When the phone itself sent something last, as the engine saw it; 0: not seen by this process.
        self.phone_seen_ms = 0
        #: The engine's number of the newest fact: levels that it counted before are stale.
        self.last_fact = 0
        self.closing: Closing | None = None
        self.file = FileState.CLOSED
        #: A connection failed because of the file: it is looked at before it is used again.
        self.doubtful = False
        self.pairing: Pairing | None = None
        self.commands: list[Command] = []
        self.lane: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.waiters: list[asyncio.Future[None]] = []

    @property
    def id(self) -> SessionId:
        """The session's id."""
        return self.record.id

    @property
    def deleted(self) -> bool:
        """Its owner has deleted it; it is known until its credentials have left their place."""
        return self.session.state is State.DELETED

    @property
    def name(self) -> str:
        """The session's name, as its owner chose it."""
        return self.record.name
