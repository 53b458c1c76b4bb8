"""What the machine knows of a session, and what happens to one: facts, past tense. Pure values."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from holdfast.model.reasons import Reason
from holdfast.model.states import Desired, LinkLevel, State


class Credentials(IntEnum):
    """What there is to log in with."""

    NONE = 0  # never linked
    LOST = 1  # was linked; the credentials have left for quarantine
    VALID = 2  # the session's folder lies in its place


@dataclass(frozen=True, slots=True)
class Session:
    """All that the machine knows of one session.

    Who it is and where its folder lies is none of its business.
    """

    state: State = State.NEW
    reason: Reason = Reason.CREATED
    desired: Desired = Desired.UP
    credentials: Credentials = Credentials.NONE
    #: Of the newest connection or pairing that was commanded. Facts of another epoch are stale.
    epoch: int = 0
    #: Attempts since the last stable connection. Persisted, so that a restart does not begin at zero.
    attempt: int = 0
    since_ms: int = 0
    #: When the machine wants a TimeCame, and shows to the owner as the time of the next attempt.
    retry_at_ms: int | None = None
    #: When the machine wants a TimeCame to give up pairing.
    deadline_ms: int | None = None
    banned_until_ms: int | None = None
    #: How often it was tried by itself after another program had opened it. Persisted.
    conflicts: int = 0
    #: When the machine wants a TimeCame because this connection has proved stable; None: nothing to set back.
    stable_at_ms: int | None = None
    #: Since when this connection is up; None while it is not.
    up_since_ms: int | None = None
    #: A connection of `epoch` was commanded and its end is not known yet.
    in_flight: bool = False
    #: Its owner lets another number take it over, in the pairing that runs or was interrupted.
    replace_number: bool = False
    detail: str = ""
    #: WhatsApp's code for `reason`, where it gave one.
    code: int | None = None

    @property
    def requires_auth(self) -> bool:
        """Only a new QR code helps."""
        return self.state is State.LOGGED_OUT

    def moved(self, by_ms: int) -> "Session":
        """The same with every time later by so much: from the clock that decides to the one that is shown."""
        if not by_ms:
            return self
        later = {name: at + by_ms for name in _TIMES if (at := getattr(self, name)) is not None}
        return replace(self, **later)

    @property
    def wake_at_ms(self) -> int | None:
        """The next moment at which the machine wants a TimeCame."""
        times = [at for at in (self.retry_at_ms, self.deadline_ms, self.stable_at_ms) if at is not None]
        return min(times) if times else None


_TIMES: Final = ("since_ms", "retry_at_ms", "deadline_ms", "banned_until_ms", "stable_at_ms", "up_since_ms")


# ---- facts: what the owner asked for -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConnectAsked:
    """The owner wants the session up. Without credentials that means: pair it."""


@dataclass(frozen=True, slots=True)
class DisconnectAsked:
    """The owner wants the session down."""


@dataclass(frozen=True, slots=True)
class PairingAsked:
    """The owner wants a code. Ignored while valid credentials exist.

    With `replace_number` the session may be linked with another number than it had; with `phone` (digits) the
    code is one to type on the phone with this number.
    """

    replace_number: bool = False
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class PairingCancelled:
    """The owner no longer wants a QR code."""


@dataclass(frozen=True, slots=True)
class LogoutAsked:
    """The owner gives the link up."""


@dataclass(frozen=True, slots=True)
class DeleteAsked:
    """The owner wants the session gone, and its link with it."""


# ---- facts: what this house did ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Restored:
    """The gateway has started and read the session from its database. `detail` says when it was last seen."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class EngineAttached:
    """An engine answers.

    `epoch` and `level` tell what it holds of this session: 0 and nothing if it does not know it.
    """

    epoch: int = 0
    level: LinkLevel | None = None


@dataclass(frozen=True, slots=True)
class EngineLost:
    """The engine, or the way to it, is gone."""


@dataclass(frozen=True, slots=True)
class EngineCrashed:
    """The engine has died under this session, which was connected alone to find that out."""


@dataclass(frozen=True, slots=True)
class NetworkReturned:
    """Every session was down by the network, and now WhatsApp can be reached again."""


@dataclass(frozen=True, slots=True)
class TimeCame:
    """`Session.wake_at_ms` has passed."""


@dataclass(frozen=True, slots=True)
class ConnectRefused:
    """A ConnectSession could not be begun: the credentials cannot be used, or the engine is away."""

    epoch: int
    reason: Reason
    detail: str = ""
    code: int | None = None


@dataclass(frozen=True, slots=True)
class CredentialsAdopted:
    """The folder of a new link lies in its place and is recorded twice."""


@dataclass(frozen=True, slots=True)
class AdoptionRefused:
    """The new credentials could not be put in their place. They lie where they were."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class RecordRefused:
    """The database does not take the session's row."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotChosen:
    """The owner wants this snapshot in the place of the session's file."""

    name: str


@dataclass(frozen=True, slots=True)
class CredentialsMissed:
    """The file of a session that is up is gone or damaged, and there is a snapshot of it."""

    reason: Reason = Reason.FOLDER_MISSING


@dataclass(frozen=True, slots=True)
class CredentialsRestored:
    """The session's file could not be used; a snapshot has taken its place. `detail` says why and which."""

    detail: str = ""


# ---- facts: what happened on the wire ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LinkConnected:
    """WhatsApp accepted the login."""

    epoch: int


@dataclass(frozen=True, slots=True)
class LinkDisconnected:
    """The connection of this epoch has ended."""

    epoch: int
    reason: Reason
    detail: str = ""
    banned_until_ms: int | None = None
    #: WhatsApp's code for it, where it gave one.
    code: int | None = None


@dataclass(frozen=True, slots=True)
class LevelReported:
    """The engine's periodic truth. It overrules what events said."""

    epoch: int
    level: LinkLevel
    missed_probes: int = 0


@dataclass(frozen=True, slots=True)
class CodeShown:
    """A QR code can be scanned. The code itself never comes here."""

    epoch: int


@dataclass(frozen=True, slots=True)
class TypedCodeShown:
    """A code can be typed on the phone. The code itself never comes here."""

    epoch: int


@dataclass(frozen=True, slots=True)
class PasskeyAsked:
    """The phone's account wants a passkey, until then. The codes are worthless."""

    epoch: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class ComparisonAsked:
    """Phone and screen show a code, and a person says whether it is the same."""

    epoch: int


@dataclass(frozen=True, slots=True)
class PairingRefused:
    """A step of the pairing was refused, and nothing else will come of it. The engine still holds it."""

    epoch: int
    reason: Reason
    detail: str = ""
    code: int | None = None


@dataclass(frozen=True, slots=True)
class PairingSucceeded:
    """The phone counts this device as linked. From here on no code is shown anywhere."""

    epoch: int


@dataclass(frozen=True, slots=True)
class PairingFailed:
    """Pairing came to nothing."""

    epoch: int
    reason: Reason
    detail: str = ""
    code: int | None = None


Fact = (
    ConnectAsked
    | DisconnectAsked
    | PairingAsked
    | PairingCancelled
    | LogoutAsked
    | SnapshotChosen
    | DeleteAsked
    | Restored
    | EngineAttached
    | EngineLost
    | EngineCrashed
    | NetworkReturned
    | TimeCame
    | ConnectRefused
    | CredentialsAdopted
    | AdoptionRefused
    | RecordRefused
    | CredentialsMissed
    | CredentialsRestored
    | LinkConnected
    | LinkDisconnected
    | LevelReported
    | CodeShown
    | TypedCodeShown
    | PasskeyAsked
    | ComparisonAsked
    | PairingRefused
    | PairingSucceeded
    | PairingFailed
)
