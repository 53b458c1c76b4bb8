"""What WhatsApp's numbers mean. Pure.

The engine says what kind of end it saw, and the number that came with it; this table makes a reason of both.
A number that stands nowhere here is shown as it is and retried slowly. Only two things are a log-out: a login
that is refused with 401, and the stream error `device_removed`. Everything that other programs take for one
as well is decided by the next login.

Source: whatsmeow 35ae40906e74, types/events (ConnectFailureReason, TempBanReason), connectionevents.go;
docs/wire.md, 3.1.
"""

from collections.abc import Mapping
from typing import Final

from holdfast.model.reasons import Reason

#: `<failure reason=…>` instead of a login. 0: it gave none.
FAILURES: Final[Mapping[int, Reason]] = {
    0: Reason.CONNECT_FAILURE,
    400: Reason.CONNECT_FAILURE,
    401: Reason.LOGGED_OUT_ON_PHONE,
    402: Reason.BANNED,
    403: Reason.LOCKED,
    405: Reason.CLIENT_OUTDATED,
    406: Reason.BANNED_FOR_GOOD,
    409: Reason.CLIENT_REFUSED,
    411: Reason.MULTIDEVICE_OFF,
    413: Reason.TOKEN_REFUSED,
    414: Reason.TOKEN_REFUSED,
    415: Reason.CONNECT_FAILURE,
    418: Reason.CLIENT_REFUSED,
    429: Reason.RATE_LIMITED,
    500: Reason.SERVICE_UNAVAILABLE,
    501: Reason.CONNECT_FAILURE,
    503: Reason.SERVICE_UNAVAILABLE,
}

#: `<stream:error code=…>` without a conflict that says more. 0: it gave none.
STREAM_ERRORS: Final[Mapping[int, Reason]] = {
    0: Reason.STREAM_ERROR,
    401: Reason.LOGOUT_UNPROVEN,
    413: Reason.TOKEN_REFUSED,
    414: Reason.TOKEN_REFUSED,
    429: Reason.RATE_LIMITED,
    500: Reason.SERVICE_UNAVAILABLE,
    503: Reason.SERVICE_UNAVAILABLE,
    515: Reason.RESTART_REQUIRED,
    516: Reason.LOGOUT_UNPROVEN,
}

#: Why a ban, in WhatsApp's words.
BANS: Final[Mapping[int, str]] = {
    101: "too many messages to people who do not have this number in their address books",
    102: "too many people have blocked it",
    103: "too many groups with people who do not have this number in their address books",
    104: "the same message to too many people",
    106: "too many messages to a broadcast list",
}


def of_http(status: int) -> Reason:
    """What an HTTP status in the place of a connection means."""
    if status == 429:
        return Reason.RATE_LIMITED
    return Reason.SERVICE_UNAVAILABLE if 500 <= status < 600 else Reason.HTTP_REFUSED


def refined(said: Reason, code: int) -> Reason:
    """The reason of an end that the engine called `said`, and WhatsApp `code` (0: nothing).

    What the engine is sure of stays as it is.
    """
    match said:
        case Reason.CONNECT_FAILURE:
            return FAILURES.get(code, Reason.UNKNOWN_CODE)
        case Reason.STREAM_ERROR:
            return STREAM_ERRORS.get(code, Reason.UNKNOWN_CODE)
        case Reason.BANNED if code == 406:
            return Reason.BANNED_FOR_GOOD
        case Reason.UNREACHABLE if code:
            return of_http(code)
    return said
