"""Rows: what WhatsApp says at a login, and what it says to a connection that is open."""

from collections.abc import Sequence

from faults.row import Come, Named, Occasion, Row, WayOut
from holdfast.model.reasons import Reason

_BACK = "reconnecting connected"


def _refused_once(name: str, told: Reason) -> Row:
    """One login is refused, the next one is let in."""
    return Row(name, Named(name, Occasion.LOGIN), Come(_BACK, told, attempts=2))


def _ended_once(name: str, told: Reason, *, fast: bool = False) -> Row:
    """One connection is ended, the next one stays."""
    return Row(name, Named(name, Occasion.NOW), Come(_BACK, told), fast=fast)


def _needs_a_human(name: str, occasion: Occasion, state: str, told: Reason, *, fast: bool = False) -> Row:
    """It rests, with its credentials, until its owner connects it."""
    states = state if occasion is Occasion.NOW else f"reconnecting {state}"
    attempts = 0 if occasion is Occasion.NOW else 1
    return Row(name, Named(name, occasion), Come(states, told, attempts, way_out=WayOut.CONNECT), fast=fast)


def _unlinked(name: str, occasion: Occasion, *, fast: bool = False) -> Row:
    """WhatsApp has unlinked it: only a new code helps. Nobody writes to a device that is gone."""
    states = "logged_out" if occasion is Occasion.NOW else "reconnecting logged_out"
    attempts = 0 if occasion is Occasion.NOW else 1
    come = Come(
        states, Reason.LOGGED_OUT_ON_PHONE, attempts, credentials_kept=False, qr=True, way_out=WayOut.PAIR
    )
    return Row(name, Named(name, occasion), come, talks=False, fast=fast)


ROWS: Sequence[Row] = (
    # at a login
    _unlinked("logged-out", Occasion.LOGIN, fast=True),
    _needs_a_human("temp-ban", Occasion.LOGIN, "banned", Reason.BANNED),
    Row(
        "temp-ban that ends",
        Named("temp-ban", Occasion.LOGIN, {"attrs": {"reason": "402", "code": "101", "expire": "2"}}),
        Come("reconnecting banned connected", Reason.BANNED, attempts=2),
        fast=True,
    ),
    _needs_a_human("locked", Occasion.LOGIN, "failed", Reason.LOCKED),
    _needs_a_human("client-outdated", Occasion.LOGIN, "failed", Reason.CLIENT_OUTDATED),
    _needs_a_human("banned", Occasion.LOGIN, "banned", Reason.BANNED_FOR_GOOD, fast=True),
    _needs_a_human("bad-user-agent", Occasion.LOGIN, "failed", Reason.CLIENT_REFUSED),
    _needs_a_human("device-mismatch", Occasion.LOGIN, "failed", Reason.MULTIDEVICE_OFF),
    _refused_once("cat-expired", Reason.TOKEN_REFUSED),
    _refused_once("cat-invalid", Reason.TOKEN_REFUSED),
    _refused_once("not-found", Reason.CONNECT_FAILURE),
    _needs_a_human("client-unknown", Occasion.LOGIN, "failed", Reason.CLIENT_REFUSED),
    _refused_once("rate-limited", Reason.RATE_LIMITED),
    _refused_once("login-error", Reason.SERVICE_UNAVAILABLE),
    _refused_once("experimental", Reason.CONNECT_FAILURE),
    _refused_once("login-unavailable", Reason.SERVICE_UNAVAILABLE),
    _refused_once("login-generic", Reason.CONNECT_FAILURE),
    _refused_once("login-no-reason", Reason.CONNECT_FAILURE),
    Row(
        "login refused with an unknown code",
        Named("login-generic", Occasion.LOGIN, {"attrs": {"reason": "477"}}),
        Come(_BACK, Reason.UNKNOWN_CODE, attempts=2),
    ),
    # to an open connection
    _unlinked("device-removed", Occasion.NOW),
    _ended_once("stream-401", Reason.LOGOUT_UNPROVEN),
    _needs_a_human("replaced", Occasion.NOW, "replaced", Reason.REPLACED, fast=True),
    _ended_once("conflict-unknown", Reason.STREAM_ERROR),
    _ended_once("silent-503", Reason.SERVICE_UNAVAILABLE),
    _ended_once("stream-429", Reason.RATE_LIMITED),
    _ended_once("stream-500", Reason.SERVICE_UNAVAILABLE),
    _ended_once("stream-515", Reason.RESTART_REQUIRED),
    _ended_once("stream-516", Reason.LOGOUT_UNPROVEN),
    _ended_once("stream-ack", Reason.STREAM_ERROR),
    _ended_once("stream-unknown", Reason.STREAM_ERROR),
    _ended_once("stream-malformed", Reason.STREAM_ERROR),
    _ended_once("stream-end", Reason.NETWORK),
    _ended_once("downgrade", Reason.NETWORK),
)
