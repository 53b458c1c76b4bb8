"""Why a session is where it is, and everything that is decided by it. Pure.

One table. The session machine takes state, retry and what becomes of the credentials from it, the roster
whether a human is told. How long the waits are stands in `model/policy`, which of WhatsApp's codes means what
in `model/verdicts`, the sentences for humans in `model/words`; `docs/reasons.md` shows all of it on one page.
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
    SNAPSHOT_CHOSEN = "snapshot_chosen"
    LOGGED_OUT_HERE = "logged_out_here"
    DELETED_HERE = "deleted_here"
    # the ordinary way
    RESTORING = "restoring"
    GATEWAY_DOWN = "gateway_down"
    LINKED = "linked"
    LOGGED_IN = "logged_in"
    # pairing
    PAIRING_ASKED = "pairing_asked"
    PAIRING_BY_CODE = "pairing_by_code"
    PAIRING_PASSKEY = "pairing_passkey"
    PAIRING_COMPARE = "pairing_compare"
    PAIRING_TIMED_OUT = "pairing_timed_out"
    PAIRING_CANCELLED = "pairing_cancelled"
    PAIRING_UNREACHABLE = "pairing_unreachable"
    PAIRING_REFUSED = "pairing_refused"
    PAIRING_OUTDATED = "pairing_outdated"
    PAIRING_PASSKEY_NEEDED = "pairing_passkey_needed"
    PAIRING_PASSKEY_REFUSED = "pairing_passkey_refused"
    PAIRING_MULTIDEVICE_OFF = "pairing_multidevice_off"
    PAIRING_NUMBER_REFUSED = "pairing_number_refused"
    PAIRING_TOO_OFTEN = "pairing_too_often"
    PAIRING_LOST = "pairing_lost"
    PAIRING_STORAGE_FAILED = "pairing_storage_failed"
    PAIRING_FAILED_HERE = "pairing_failed_here"
    PAIRING_INTERRUPTED = "pairing_interrupted"
    NUMBER_RENEWED_ELSEWHERE = "number_renewed_elsewhere"
    NUMBER_TAKEN = "number_taken"
    NUMBER_DIFFERS = "number_differs"
    ADOPTION_REFUSED = "adoption_refused"
    # the connection
    PROBE_MISSED = "probe_missed"
    NETWORK = "network"
    UNREACHABLE = "unreachable"
    UNANSWERED = "unanswered"
    HTTP_REFUSED = "http_refused"
    CERTIFICATE_REFUSED = "certificate_refused"
    SERVICE_UNAVAILABLE = "service_unavailable"
    RESTART_REQUIRED = "restart_required"
    CONNECT_FAILURE = "connect_failure"
    TOKEN_REFUSED = "token_refused"
    STREAM_ERROR = "stream_error"
    LOGOUT_UNPROVEN = "logout_unproven"
    UNKNOWN_CODE = "unknown_code"
    RATE_LIMITED = "rate_limited"
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
    BANNED_FOR_GOOD = "banned_for_good"
    LOCKED = "locked"
    CLIENT_OUTDATED = "client_outdated"
    CLIENT_REFUSED = "client_refused"
    MULTIDEVICE_OFF = "multidevice_off"
    # the credentials
    WRONG_KEY = "wrong_key"
    FILE_CORRUPT = "file_corrupt"
    FOLDER_MISSING = "folder_missing"
    FILE_NEWER = "file_newer"
    FILE_FOREIGN = "file_foreign"
    RESTORED_FROM_SNAPSHOT = "restored_from_snapshot"
    # the database
    RECORD_REFUSED = "record_refused"


class Retry(StrEnum):
    """What follows the end of a connection, without anybody's help. `model/policy` has the figures."""

    NO = "no"  # rests until its owner acts
    AT_ONCE = "at_once"  # the first time; then as `backoff`
    BACKOFF = "backoff"
    SLOWLY = "slowly"  # backoff that begins later: the other side has trouble, or nobody knows what it meant
    PATIENTLY = "patiently"  # minutes, then an hour: the other side limits the rate
    RARELY = "rarely"  # minutes, then hours: each attempt costs others something
    DAILY = "daily"  # an hour, then a day: only a change on one of the two sides helps
    WHEN_ENGINE = "when_engine"  # as soon as an engine is attached again
    AFTER_BAN = "after_ban"  # when the ban ends, if its end is known
    CONFLICT = "conflict"  # as the owner of the installation has set it: not at all, or a few times


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
    #: A new process does not try before the old one would have: it rests, or waits until the same moment.
    outlives_restart: bool = False
    #: A human is told, because nothing goes on without one.
    alert: bool = False
    #: The name under which owners of older systems are told.
    notice: str | None = None


def _passing(weight: int, retry: Retry, *, outlives_restart: bool = False, alert: bool = False) -> Meaning:
    """Ends of a connection that come and go."""
    return Meaning(State.RECONNECTING, End(weight, retry), outlives_restart, alert)


def _refused(weight: int, retry: Retry, state: State = State.FAILED) -> Meaning:
    """WhatsApp's own decisions: a restart does not change them, and a human is told."""
    return Meaning(state, End(weight, retry), outlives_restart=True, alert=True)


#: Pairing came to nothing, and its owner may ask again.
_UNPAIRED: Final = Meaning(None)
#: Something in our own house stands in the way: a human mends it, and a new process looks again.
_BROKEN: Final = Meaning(State.FAILED, End(7, Retry.NO), alert=True)

MEANINGS: Final[Mapping[Reason, Meaning]] = {
    Reason.CREATED: Meaning(State.NEW),
    Reason.STOPPED_BY_OWNER: Meaning(State.STOPPED),
    Reason.CONNECT_ASKED: Meaning(State.CONNECTING),
    Reason.SNAPSHOT_CHOSEN: Meaning(State.CONNECTING),
    Reason.LOGGED_OUT_HERE: Meaning(State.LOGGED_OUT, outlives_restart=True),
    Reason.DELETED_HERE: Meaning(State.DELETED),
    Reason.RESTORING: Meaning(State.CONNECTING),
    Reason.GATEWAY_DOWN: Meaning(State.CONNECTING),
    Reason.LINKED: Meaning(State.CONNECTING),
    Reason.LOGGED_IN: Meaning(State.CONNECTED),
    Reason.PAIRING_ASKED: Meaning(State.PAIRING),
    Reason.PAIRING_BY_CODE: Meaning(State.PAIRING),
    Reason.PAIRING_PASSKEY: Meaning(State.PAIRING),
    Reason.PAIRING_COMPARE: Meaning(State.PAIRING),
    Reason.PAIRING_TIMED_OUT: _UNPAIRED,
    Reason.PAIRING_CANCELLED: _UNPAIRED,
    Reason.PAIRING_UNREACHABLE: _UNPAIRED,
    Reason.PAIRING_REFUSED: _UNPAIRED,
    Reason.PAIRING_OUTDATED: _UNPAIRED,
    Reason.PAIRING_PASSKEY_NEEDED: _UNPAIRED,
    Reason.PAIRING_PASSKEY_REFUSED: _UNPAIRED,
    Reason.PAIRING_MULTIDEVICE_OFF: _UNPAIRED,
    Reason.PAIRING_NUMBER_REFUSED: _UNPAIRED,
    Reason.PAIRING_TOO_OFTEN: _UNPAIRED,
    Reason.PAIRING_LOST: _UNPAIRED,
    Reason.PAIRING_STORAGE_FAILED: _UNPAIRED,
    Reason.PAIRING_FAILED_HERE: _UNPAIRED,
    Reason.PAIRING_INTERRUPTED: _UNPAIRED,
    Reason.NUMBER_RENEWED_ELSEWHERE: _UNPAIRED,
    Reason.NUMBER_TAKEN: _UNPAIRED,
    Reason.NUMBER_DIFFERS: _UNPAIRED,
    Reason.ADOPTION_REFUSED: Meaning(State.CONNECTING, alert=True),
    Reason.PROBE_MISSED: Meaning(State.UNSTABLE),
    Reason.NETWORK: _passing(1, Retry.BACKOFF),
    Reason.UNREACHABLE: _passing(1, Retry.BACKOFF),
    Reason.UNANSWERED: _passing(1, Retry.BACKOFF),
    Reason.HTTP_REFUSED: _passing(1, Retry.SLOWLY, alert=True),
    Reason.CERTIFICATE_REFUSED: _passing(1, Retry.SLOWLY, alert=True),
    Reason.SERVICE_UNAVAILABLE: _passing(2, Retry.SLOWLY),
    Reason.RESTART_REQUIRED: _passing(1, Retry.AT_ONCE),
    Reason.CONNECT_FAILURE: _passing(2, Retry.SLOWLY),
    Reason.TOKEN_REFUSED: _passing(2, Retry.SLOWLY, alert=True),
    Reason.STREAM_ERROR: _passing(2, Retry.BACKOFF),
    Reason.LOGOUT_UNPROVEN: _passing(2, Retry.BACKOFF),
    Reason.UNKNOWN_CODE: _passing(2, Retry.SLOWLY, outlives_restart=True),
    Reason.RATE_LIMITED: _passing(3, Retry.PATIENTLY, outlives_restart=True),
    Reason.SILENT: _passing(2, Retry.BACKOFF),
    Reason.PARKED: _passing(1, Retry.AT_ONCE),
    Reason.CRASHED: _passing(2, Retry.BACKOFF),
    Reason.STORAGE_FAILED: _passing(3, Retry.SLOWLY),
    Reason.ENGINE_DOWN: _passing(1, Retry.WHEN_ENGINE),
    Reason.CLOCK_WRONG: _passing(3, Retry.SLOWLY, alert=True),
    Reason.CRASHES_ENGINE: _refused(5, Retry.RARELY),
    Reason.REPLACED: _refused(6, Retry.CONFLICT, State.REPLACED),
    Reason.LOGGED_OUT_ON_PHONE: Meaning(
        State.LOGGED_OUT,
        End(9, Retry.NO, Fate.QUARANTINE),
        outlives_restart=True,
        alert=True,
        notice="session_expired",
    ),
    Reason.BANNED: _refused(8, Retry.AFTER_BAN, State.BANNED),
    Reason.BANNED_FOR_GOOD: _refused(8, Retry.NO, State.BANNED),
    Reason.LOCKED: _refused(7, Retry.NO),
    Reason.CLIENT_OUTDATED: _refused(7, Retry.DAILY),
    Reason.CLIENT_REFUSED: _refused(7, Retry.DAILY),
    Reason.MULTIDEVICE_OFF: _refused(7, Retry.RARELY),
    Reason.WRONG_KEY: _BROKEN,
    Reason.FILE_CORRUPT: _BROKEN,
    Reason.FOLDER_MISSING: _BROKEN,
    Reason.FILE_NEWER: _BROKEN,
    Reason.FILE_FOREIGN: _BROKEN,
    #: Its owner is told, although nothing is left to do: disks do not damage files for nothing.
    Reason.RESTORED_FROM_SNAPSHOT: Meaning(State.CONNECTING, alert=True),
    Reason.RECORD_REFUSED: Meaning(State.FAILED, alert=True),
}

#: Ends that say nothing of WhatsApp, only of the way to it: once it is open again, waiting has no sense.
OF_THE_WAY: Final = frozenset({Reason.NETWORK, Reason.UNREACHABLE, Reason.UNANSWERED, Reason.SILENT})
