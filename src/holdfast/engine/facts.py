"""What the engine says, as frozen values. Pure; the protobuf behind it is known to `translate` alone."""

from dataclasses import dataclass, field

from holdfast.model.ids import SessionId
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
    #: The version of the protocol that both speak; 0: none.
    version: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """What the engine holds of one session."""

    session_id: SessionId
    epoch: int
    level: LinkLevel
    last_frame_ms: int
    waiting: int
    missed_probes: int
    folder: str
    jid: str
    #: How long the oldest delivery has been waiting for its confirmation.
    waiting_ms: int = 0
    #: When the account's phone itself sent something last; 0: not on this epoch, or the engine does not say.
    phone_seen_ms: int = 0


@dataclass(frozen=True, slots=True)
class Levels:
    """What the engine holds, complete: a session that is missing is not held."""

    at_ms: int
    sessions: tuple[Held, ...]
    #: Every fact of this engine with a lower one is in these levels. 0: an engine that does not count.
    sequence: int = 0
    #: Transactions that this engine has written to session files.
    commits: int = 0


@dataclass(frozen=True, slots=True)
class Connected:
    """WhatsApp accepted the login."""

    #: How far WhatsApp's clock is ahead of the engine's, to the second; None if it did not say.
    server_ahead_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection has ended and will not come back by itself."""

    reason: Reason
    detail: str = ""
    banned_until_ms: int | None = None
    code: int = 0  #: WhatsApp's number, 0 if none
    #: As in Connected, where a clock is the reason.
    server_ahead_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PairCode:
    """A QR code. Never stored, never logged."""

    code: str = field(repr=False)
    index: int
    of: int
    valid_until_ms: int


@dataclass(frozen=True, slots=True)
class PairAccepted:
    """The phone has said yes: every code is worthless. PairSuccess or PairFailed follows within seconds."""


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


@dataclass(frozen=True, slots=True)
class CredentialsChanged:
    """The session's file holds new device or app-state keys: a snapshot is due."""


@dataclass(frozen=True, slots=True)
class PairPhoneCode:
    """Eight characters to type on the phone, as "ABCD-EFGH". Never stored, never logged."""

    code: str = field(repr=False)
    valid_until_ms: int


@dataclass(frozen=True, slots=True)
class PairPasskeyRequest:
    """The phone wants a passkey: public-key options of the Web Authentication API, as JSON."""

    options_json: bytes = field(repr=False)
    valid_until_ms: int


@dataclass(frozen=True, slots=True)
class PairPasskeyConfirmation:
    """The person compares this code with the one on the phone."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """How far an upload or download is."""

    transfer_id: str
    done_bytes: int
    total_bytes: int  #: 0 if not known


Happening = (
    Connected
    | Disconnected
    | PairCode
    | PairAccepted
    | PairSuccess
    | PairFailed
    | OfflineDrained
    | PushNameChanged
    | CredentialsChanged
    | PairPhoneCode
    | PairPasskeyRequest
    | PairPasskeyConfirmation
    | TransferProgress
)


@dataclass(frozen=True, slots=True)
class SessionFact:
    """Something happened to a session's connection."""

    session_id: SessionId
    epoch: int
    at_ms: int
    happened: Happening
    #: Rises with every fact and every frame of levels of one engine. 0: an engine that does not count.
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder under sessions/, quarantine/ or snapshots/, as it lies on the disk."""

    #: Of a snapshot: `<number>/<name>`.
    name: str
    wrapped_key: bytes = field(repr=False)
    session_bytes: int
    #: Of what a snapshot holds; empty elsewhere.
    digest: bytes = b""
    #: When the session file was written last, by the file system; 0 if not known.
    written_ms: int = 0


@dataclass(frozen=True, slots=True)
class Device:
    """The companion device that a session file holds."""

    jid: str
    lid: str
    push_name: str
    platform: str
    registration_id: int
