"""Rows: what a network, a socket or a frame can do."""

from collections.abc import Sequence

from faults.row import Come, Named, Occasion, Row
from holdfast.model.reasons import Reason

_BACK = "reconnecting connected"
#: TCP stays up and nobody answers: missed probes are shown before the connection is given up.
_SILENT = "unstable reconnecting connected"
_UNHARMED = Come(attempts=0)


def _ends(name: str, told: Reason = Reason.NETWORK, *, fast: bool = False) -> Row:
    """The open connection ends, the next one stays."""
    return Row(name, Named(name, Occasion.NOW), Come(_BACK, told), fast=fast)


def _dial(name: str, told: Reason = Reason.NETWORK, attempts: int = 2) -> Row:
    """One dial comes to nothing, the next one gets through."""
    return Row(name, Named(name, Occasion.LOGIN, count=1, of="everybody"), Come(_BACK, told, attempts))


def _harmless(name: str, *, fast: bool = False) -> Row:
    """Frames that come in an unusual way are frames."""
    return Row(name, Named(name, Occasion.MESSAGE), _UNHARMED, fast=fast)


ROWS: Sequence[Row] = (
    Row("black-hole", Named("black-hole", Occasion.NOW, count=1), Come(_SILENT, Reason.SILENT)),
    Row(
        "black-hole-after-login",
        Named("black-hole-after-login", Occasion.LOGIN),
        Come(_BACK, Reason.SILENT, attempts=2),
    ),
    # At the pace of real life: a probe after 15 s of silence, then three of 8 s.
    Row(
        "dead link, TCP alive",
        Named("black-hole", Occasion.NOW, count=1),
        Come(_SILENT, Reason.SILENT, noticed_s=45.0),
        pace=1.0,
        talks=False,
    ),
    Row("half-open", Named("half-open", Occasion.NOW), Come(_SILENT, Reason.SILENT)),
    Row(
        "no-pong",
        Named("no-pong", Occasion.NOW, count=3, stays=True),
        Come(_SILENT, Reason.SILENT),
        talks=False,
    ),
    Row("login-silence", Named("login-silence", Occasion.LOGIN), Come(_BACK, Reason.SILENT, attempts=2)),
    _ends("reset"),
    _ends("abrupt-close", fast=True),
    _dial("handshake-silence", Reason.UNANSWERED),
    _dial("tcp-silence", Reason.UNANSWERED),
    _dial("upgrade-refused", Reason.SERVICE_UNAVAILABLE),
    _dial("upgrade-then-silence", Reason.UNANSWERED),
    _dial("wrong-root", Reason.CERTIFICATE_REFUSED),
    _dial("wrong-leaf", Reason.CERTIFICATE_REFUSED),
    _dial("expired-chain", Reason.CERTIFICATE_REFUSED),
    _dial("malformed-chain", Reason.CERTIFICATE_REFUSED),
    _dial("rotated-static", attempts=1),
    Row(
        "server-restart",
        Named("server-restart", Occasion.NOW, {"down_ms": 1000}, of="everybody"),
        Come(_BACK, Reason.SERVICE_UNAVAILABLE, attempts=5),
    ),
    Row(
        "clock-skew",
        Named("clock-skew", Occasion.LOGIN, of="everybody", strikes=False),
        Come(_BACK, Reason.CLOCK_WRONG, attempts=5),
        held_s=2.0,
    ),
    Row(
        "deflate",
        Named("deflate", Occasion.LOGIN, of="everybody", strikes=False),
        Come(_BACK, Reason.NETWORK),
    ),
    _harmless("slow"),
    _harmless("trickle"),
    _harmless("split-frame"),
    _harmless("fragmented-frames"),
    _harmless("coalesced-frames"),
    Row("garbage-frame", Named("garbage-frame", Occasion.NOW), _UNHARMED),
    Row("empty-frame", Named("empty-frame", Occasion.NOW), _UNHARMED),
    _ends("malformed-node", Reason.CRASHED, fast=True),
    _ends("truncated-node", Reason.CRASHED),
    _ends("inflate-bomb", Reason.CRASHED),
    _ends("bad-zlib", Reason.CRASHED),
    Row("declared-length", Named("declared-length", Occasion.NOW), Come(_SILENT, Reason.SILENT)),
)
