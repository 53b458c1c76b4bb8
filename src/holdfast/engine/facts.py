"""What the engine says, as frozen values. Pure; the protobuf behind it is known to `translate` alone."""

from dataclasses import dataclass, field

from holdfast.model.reasons import Reason
from holdfast.model.states import LinkLevel


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """The engine at the other end of the socket."""

    engine_id: str
    pid: int
    lab: bool
    build: str
    #: Deliveries that wait for confirmation and follow at once.
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """What the engine holds of one session."""

    session_id: str
    epoch: int
    level: LinkLevel
    last_frame_ms: int
    waiting: int
    missed_probes: int
    folder: str
    jid: str


@dataclass(frozen=True, slots=True)
class Levels:
    """What the engine holds, complete: a session that is missing is not held."""

    at_ms: int
    sessions: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Connected:
    """WhatsApp accepted the login."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection has ended and will not come back by itself."""

    reason: Reason
    detail: str = ""
    banned_until_ms: int | None = None
    code: int = 0


@dataclass(frozen=True, slots=True)
class PairCode:
    """A QR code. Never stored, never logged."""

    code: str = field(repr=False)
    index: int
    of: int
    valid_until_ms: int


@dataclass(frozen=True, slots=True)
class PairSuccess:
    """The phone counts this device as linked."""

    jid: str
    lid: str
    platform: str
    push_name: str


@dataclass(frozen=True, slots=True)
class PairFailed:
    """Pairing came to nothing."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OfflineDrained:
    """The offline queue has been handed over."""

    count: int


@dataclass(frozen=True, slots=True)
class PushNameChanged:
    """The owner's name, as others see it."""

    push_name: str


Happening = Connected | Disconnected | PairCode | PairSuccess | PairFailed | OfflineDrained | PushNameChanged


@dataclass(frozen=True, slots=True)
class SessionFact:
    """Something happened to a session's connection."""

    session_id: str
    epoch: int
    at_ms: int
    happened: Happening


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder under sessions/, as it lies on the disk."""

    name: str
    wrapped_key: bytes = field(repr=False)
    session_bytes: int


@dataclass(frozen=True, slots=True)
class Device:
    """The companion device that a session file holds."""

    jid: str
    lid: str
    push_name: str
    platform: str
    registration_id: int
