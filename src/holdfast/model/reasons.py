"""Why a session is where it is, and everything that is decided by it. Pure.

One table. The session machine takes state, retry and what becomes of the credentials from it, the roster
whether a human is told. The sentences for humans stand in `model/words`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from holdfast.model.states import State


class Reason(StrEnum):
    """Why. Stored, served and logged under these names."""

    # its owner's doing
    CREATED = "created"
    STOPPED_BY_OWNER = "stopped_by_owner"
    CONNECT_ASKED = "connect_asked"
    LOGGED_OUT_HERE = "logged_out_here"
    DELETED_HERE = "deleted_here"
    # the ordinary way
    RESTORING = "restoring"
    LINKED = "linked"
    LOGGED_IN = "logged_in"
    # pairing
    PAIRING_ASKED = "pairing_asked"
    PAIRING_TIMED_OUT = "pairing_timed_out"
    PAIRING_CANCELLED = "pairing_cancelled"
    PAIRING_UNREACHABLE = "pairing_unreachable"
    PAIRING_REFUSED = "pairing_refused"
    PAIRING_OUTDATED = "pairing_outdated"
    PAIRING_INTERRUPTED = "pairing_interrupted"
    NUMBER_RENEWED_ELSEWHERE = "number_renewed_elsewhere"
    NUMBER_TAKEN = "number_taken"
    NUMBER_DIFFERS = "number_differs"
    ADOPTION_REFUSED = "adoption_refused"
    # the connection
    PROBE_MISSED = "probe_missed"
    NETWORK = "network"
    SERVICE_UNAVAILABLE = "service_unavailable"
    RESTART_REQUIRED = "restart_required"
    CONNECT_FAILURE = "connect_failure"
    STREAM_ERROR = "stream_error"
    SILENT = "silent"
    PARKED = "parked"
    CRASHED = "crashed"
    STORAGE_FAILED = "storage_failed"
    ENGINE_DOWN = "engine_down"
    CLOCK_WRONG = "clock_wrong"
    CRASHES_ENGINE = "crashes_engine"
    # what WhatsApp said
    REPLACED = "replaced"
    LOGGED_OUT_ON_PHONE = "logged_out_on_phone"
    BANNED = "banned"
    LOCKED = "locked"
    CLIENT_OUTDATED = "client_outdated"
    # the credentials
    WRONG_KEY = "wrong_key"
    FILE_CORRUPT = "file_corrupt"
    FOLDER_MISSING = "folder_missing"
    # the database
    RECORD_REFUSED = "record_refused"


class Retry(StrEnum):
    """What follows the end of a connection, without anybody's help."""

    NO = "no"  # rests until its owner acts
    AT_ONCE = "at_once"
    BACKOFF = "backoff"
    SLOWLY = "slowly"  # backoff that begins later: the other side asked for patience
    RARELY = "rarely"  # minutes, then hours: each attempt costs others something
    WHEN_ENGINE = "when_engine"  # as soon as an engine is attached again
    AFTER_BAN = "after_ban"  # when the ban ends, if its end is known


class Fate(StrEnum):
    """What becomes of the credentials when a connection ends."""

    KEEP = "keep"
    QUARANTINE = "quarantine"  # WhatsApp no longer accepts them


@dataclass(frozen=True, slots=True)
class End:
    """How it goes on after a connection that ended for this reason."""

    #: Worse ends overrule lighter ones that were reported for the same connection.
    weight: int
    retry: Retry
    credentials: Fate = Fate.KEEP


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is decided by one reason."""

    #: State that the reason leads to. None: where a session without credentials rests (pairing that came to
    #: nothing).
    state: State | None
    #: For the ends of a connection.
    end: End | None = None
    #: A new process does not try again: only the session's owner, or the time named in a ban, helps.
    outlives_restart: bool = False
    #: A human is told, because nothing goes on without one.
    alert: bool = False
    #: The name under which owners of older systems are told.
    notice: str | None = None


def _passing(weight: int, retry: Retry) -> Meaning:
    """Ends of a connection that come and go."""
    return Meaning(State.RECONNECTING, End(weight, retry))


#: Pairing came to nothing, and its owner may ask again.
_UNPAIRED: Final = Meaning(None)
#: Something in our own house stands in the way: a human mends it, and a new process looks again.
_BROKEN: Final = Meaning(State.FAILED, End(7, Retry.NO), alert=True)

MEANINGS: Final[Mapping[Reason, Meaning]] = {
    Reason.CREATED: Meaning(State.NEW),
    Reason.STOPPED_BY_OWNER: Meaning(State.STOPPED),
    Reason.CONNECT_ASKED: Meaning(State.CONNECTING),
    Reason.LOGGED_OUT_HERE: Meaning(State.LOGGED_OUT, outlives_restart=True),
    Reason.DELETED_HERE: Meaning(State.DELETED),
    Reason.RESTORING: Meaning(State.CONNECTING),
    Reason.LINKED: Meaning(State.CONNECTING),
    Reason.LOGGED_IN: Meaning(State.CONNECTED),
    Reason.PAIRING_ASKED: Meaning(State.PAIRING),
    Reason.PAIRING_TIMED_OUT: _UNPAIRED,
    Reason.PAIRING_CANCELLED: _UNPAIRED,
    Reason.PAIRING_UNREACHABLE: _UNPAIRED,
    Reason.PAIRING_REFUSED: _UNPAIRED,
    Reason.PAIRING_OUTDATED: _UNPAIRED,
    Reason.PAIRING_INTERRUPTED: _UNPAIRED,
    Reason.NUMBER_RENEWED_ELSEWHERE: _UNPAIRED,
    Reason.NUMBER_TAKEN: _UNPAIRED,
    Reason.NUMBER_DIFFERS: _UNPAIRED,
    Reason.ADOPTION_REFUSED: Meaning(State.CONNECTING, alert=True),
    Reason.PROBE_MISSED: Meaning(State.UNSTABLE),
    Reason.NETWORK: _passing(1, Retry.BACKOFF),
    Reason.SERVICE_UNAVAILABLE: _passing(2, Retry.SLOWLY),
    Reason.RESTART_REQUIRED: _passing(1, Retry.AT_ONCE),
    Reason.CONNECT_FAILURE: _passing(2, Retry.SLOWLY),
    Reason.STREAM_ERROR: _passing(2, Retry.BACKOFF),
    Reason.SILENT: _passing(2, Retry.BACKOFF),
    Reason.PARKED: _passing(1, Retry.AT_ONCE),
    Reason.CRASHED: _passing(2, Retry.BACKOFF),
    Reason.STORAGE_FAILED: _passing(3, Retry.SLOWLY),
    Reason.ENGINE_DOWN: _passing(1, Retry.WHEN_ENGINE),
    Reason.CLOCK_WRONG: Meaning(State.RECONNECTING, End(3, Retry.SLOWLY), alert=True),
    Reason.CRASHES_ENGINE: Meaning(State.FAILED, End(5, Retry.RARELY), outlives_restart=True, alert=True),
    Reason.REPLACED: Meaning(State.REPLACED, End(6, Retry.NO), outlives_restart=True, alert=True),
    Reason.LOGGED_OUT_ON_PHONE: Meaning(
        State.LOGGED_OUT,
        End(9, Retry.NO, Fate.QUARANTINE),
        outlives_restart=True,
        alert=True,
        notice="session_expired",
    ),
    Reason.BANNED: Meaning(State.BANNED, End(8, Retry.AFTER_BAN), outlives_restart=True, alert=True),
    Reason.LOCKED: Meaning(State.FAILED, End(7, Retry.NO), outlives_restart=True, alert=True),
    Reason.CLIENT_OUTDATED: _BROKEN,
    Reason.WRONG_KEY: _BROKEN,
    Reason.FILE_CORRUPT: _BROKEN,
    Reason.FOLDER_MISSING: _BROKEN,
    Reason.RECORD_REFUSED: Meaning(State.FAILED, alert=True),
}
