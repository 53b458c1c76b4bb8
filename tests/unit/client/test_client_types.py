"""What the API speaks of, read as values: what is newer is left out, what is missing has a default."""

import pytest

from holdfast.client import Change, Uptime

CHANGE = {
    "seq": 3,
    "at": "2026-11-28T12:00:00.000Z",
    "ended_at": None,
    "duration_s": 12.5,
    "state": "reconnecting",
    "color": "yellow",
    "reason": "network",
    "code": 503,
    "detail": "EOF",
    "newer": 1,
}


def test_a_change_is_read_as_a_value_and_by_key_as_programs_of_version_0_1_do() -> None:
    change = Change.read(CHANGE)
    assert (change.state, change.reason, change.duration_s, change.code) == (
        "reconnecting",
        "network",
        12.5,
        503,
    )
    assert change.ended_at is None
    assert change["state"] == "reconnecting"
    with pytest.raises(KeyError):
        change["nothing"]


def test_the_uptime_of_a_newer_gateway() -> None:
    it = Uptime.read({"total": {"period": "total", "percent": None, "newer": 1}})
    assert it.total.percent is None
    assert (list(it.days), it.outages.count, it.outages.open_since) == ([], 0, None)
