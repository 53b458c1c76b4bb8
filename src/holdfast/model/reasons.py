"""Why a session is where it is: for every reason its state, whether we retry, a sentence and the next step.

One table. The session machine takes state and policy from it, every surface takes the words.
"""

from dataclasses import dataclass
from enum import StrEnum

from holdfast.model.states import State


class Reason(StrEnum):
    """Why. Stored, served and logged under these names."""

    # its owner's doing
    CREATED = "created"
    STOPPED_BY_OWNER = "stopped_by_owner"
    CONNECT_ASKED = "connect_asked"
    LOGGED_OUT_HERE = "logged_out_here"
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


class Retry(StrEnum):
    """What happens next, without anybody's help."""

    NO = "no"  # rests until its owner acts
    AT_ONCE = "at_once"
    BACKOFF = "backoff"
    SLOWLY = "slowly"  # backoff that begins later: the other side asked for patience
    WHEN_ENGINE = "when_engine"  # as soon as an engine is attached again
    AFTER_BAN = "after_ban"  # when the ban ends, if its end is known


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one reason means."""

    #: State that the reason leads to. None: back to where the session was before (pairing that came to
    #: nothing).
    state: State | None
    retry: Retry
    sentence: str
    next_step: str
    #: Above 0 for the ends of a connection: worse ones overrule lighter ones that were reported for the same
    #: connection.
    weight: int = 0


_NOTHING = "Nothing to do."
_WAIT = "Nothing to do: it reconnects by itself."
_PAIR = "Pair it: ask for a QR code and scan it with the phone."
_PAIR_AGAIN = "Ask for a new QR code when the phone is at hand."
_CONNECT = "Connect it."

MEANINGS: dict[Reason, Meaning] = {
    Reason.CREATED: Meaning(State.NEW, Retry.NO, "Not linked to a phone yet.", _PAIR),
    Reason.STOPPED_BY_OWNER: Meaning(State.STOPPED, Retry.NO, "Stopped by its owner.", _CONNECT),
    Reason.CONNECT_ASKED: Meaning(State.CONNECTING, Retry.AT_ONCE, "Connecting, as asked.", _NOTHING),
    Reason.LOGGED_OUT_HERE: Meaning(State.LOGGED_OUT, Retry.NO, "Logged out by its owner.", _PAIR),
    Reason.RESTORING: Meaning(State.CONNECTING, Retry.AT_ONCE, "Restoring the connection.", _NOTHING),
    Reason.LINKED: Meaning(State.CONNECTING, Retry.AT_ONCE, "The phone has linked this number.", _NOTHING),
    Reason.LOGGED_IN: Meaning(State.CONNECTED, Retry.NO, "Connected.", _NOTHING),
    Reason.PAIRING_ASKED: Meaning(
        State.PAIRING,
        Retry.NO,
        "Waiting for the phone to scan the QR code.",
        "On the phone: Settings, Linked devices, Link a device; scan the code.",
    ),
    Reason.PAIRING_TIMED_OUT: Meaning(None, Retry.NO, "Nobody scanned the QR code in time.", _PAIR_AGAIN),
    Reason.PAIRING_CANCELLED: Meaning(None, Retry.NO, "Pairing was cancelled.", _PAIR_AGAIN),
    Reason.PAIRING_UNREACHABLE: Meaning(
        None,
        Retry.NO,
        "WhatsApp could not be reached for a QR code.",
        "Check the network, then ask again.",
    ),
    Reason.PAIRING_REFUSED: Meaning(
        None,
        Retry.NO,
        "The phone or WhatsApp refused the link.",
        "On the phone, check the number of linked devices (at most four), then ask for a new QR code.",
    ),
    Reason.PAIRING_OUTDATED: Meaning(
        None,
        Retry.NO,
        "WhatsApp no longer accepts this version for linking.",
        "Upgrade Holdfast, then pair again.",
    ),
    Reason.PAIRING_INTERRUPTED: Meaning(
        None,
        Retry.NO,
        "Pairing was interrupted by a restart.",
        "Ask for a new QR code.",
    ),
    Reason.NUMBER_RENEWED_ELSEWHERE: Meaning(
        None,
        Retry.NO,
        "This phone already belongs to another session, which was renewed.",
        "Use that session; pair this one with another phone.",
    ),
    Reason.NUMBER_TAKEN: Meaning(
        None,
        Retry.NO,
        "This phone belongs to another account of this installation.",
        "On the phone, remove the device that was just linked; pair this session with another phone.",
    ),
    Reason.PROBE_MISSED: Meaning(
        State.UNSTABLE,
        Retry.NO,
        "WhatsApp did not answer the last sign of life.",
        "Nothing to do: it is watched.",
    ),
    Reason.NETWORK: Meaning(
        State.RECONNECTING, Retry.BACKOFF, "The connection to WhatsApp was lost.", _WAIT, weight=1
    ),
    Reason.SERVICE_UNAVAILABLE: Meaning(
        State.RECONNECTING,
        Retry.SLOWLY,
        "WhatsApp says it is unavailable.",
        _WAIT,
        weight=2,
    ),
    Reason.RESTART_REQUIRED: Meaning(
        State.RECONNECTING,
        Retry.AT_ONCE,
        "WhatsApp asked for a new connection.",
        _WAIT,
        weight=1,
    ),
    Reason.CONNECT_FAILURE: Meaning(
        State.RECONNECTING,
        Retry.SLOWLY,
        "WhatsApp refused the connection.",
        _WAIT,
        weight=2,
    ),
    Reason.STREAM_ERROR: Meaning(
        State.RECONNECTING,
        Retry.BACKOFF,
        "WhatsApp ended the connection with an error.",
        _WAIT,
        weight=2,
    ),
    Reason.SILENT: Meaning(
        State.RECONNECTING,
        Retry.BACKOFF,
        "The connection was dead: nothing came back any more.",
        _WAIT,
        weight=2,
    ),
    Reason.PARKED: Meaning(
        State.RECONNECTING,
        Retry.AT_ONCE,
        "The connection rested while the gateway was away.",
        _WAIT,
        weight=1,
    ),
    Reason.CRASHED: Meaning(
        State.RECONNECTING,
        Retry.BACKOFF,
        "A fault in the connection was contained.",
        "It reconnects by itself; if it repeats, report it with logs/engine.log.",
        weight=2,
    ),
    Reason.STORAGE_FAILED: Meaning(
        State.RECONNECTING,
        Retry.SLOWLY,
        "The session's file could not be read or written.",
        "Check free space and permissions of the data folder; it retries by itself.",
        weight=3,
    ),
    Reason.ENGINE_DOWN: Meaning(
        State.RECONNECTING,
        Retry.WHEN_ENGINE,
        "The engine is being started.",
        _WAIT,
        weight=1,
    ),
    Reason.REPLACED: Meaning(
        State.REPLACED,
        Retry.NO,
        "Another program opened this session. Holdfast does not fight it.",
        "Stop the other program, then connect this one.",
        weight=6,
    ),
    Reason.LOGGED_OUT_ON_PHONE: Meaning(
        State.LOGGED_OUT,
        Retry.NO,
        "The phone removed this linked device.",
        _PAIR,
        weight=9,
    ),
    Reason.BANNED: Meaning(
        State.BANNED,
        Retry.AFTER_BAN,
        "WhatsApp has banned this number.",
        "Open WhatsApp on the phone and follow what it says there.",
        weight=8,
    ),
    Reason.LOCKED: Meaning(
        State.FAILED,
        Retry.NO,
        "WhatsApp has locked this account or device.",
        "Open WhatsApp on the phone and follow what it says there, then connect.",
        weight=7,
    ),
    Reason.CLIENT_OUTDATED: Meaning(
        State.FAILED,
        Retry.NO,
        "WhatsApp no longer accepts this version.",
        "Upgrade Holdfast, then connect.",
        weight=7,
    ),
    Reason.WRONG_KEY: Meaning(
        State.FAILED,
        Retry.NO,
        "The session's file does not open with this master key. Nothing was changed.",
        "Put the right master key in place (HOLDFAST_MASTER_KEY_FILE), then restart.",
        weight=7,
    ),
    Reason.FILE_CORRUPT: Meaning(
        State.FAILED,
        Retry.NO,
        "The session's file is damaged. Nothing was deleted.",
        "Restore the session folder from a backup and connect, or log out and pair again.",
        weight=7,
    ),
    Reason.FOLDER_MISSING: Meaning(
        State.FAILED,
        Retry.NO,
        "The session's folder is missing.",
        "Put the folder back and connect, or log out and pair again.",
        weight=7,
    ),
}

#: `failed` for one of these reasons is not cleared by a restart either: WhatsApp said so, not our own house.
LASTING_FAILURES = frozenset({Reason.LOCKED})


def sentence(reason: Reason | None) -> str:
    """One sentence for a human."""
    return MEANINGS[reason].sentence if reason else ""


def next_step(reason: Reason | None) -> str:
    """What a human should do now."""
    return MEANINGS[reason].next_step if reason else ""
