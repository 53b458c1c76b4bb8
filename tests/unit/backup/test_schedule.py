"""When a backup is due, when it is late, and which archives are kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyrage
import pytest

from holdfast.backup.schedule import Outcome, Schedule, check, due, overdue, superfluous
from holdfast.model.errors import RequestInvalid

HOUR = 3600 * 1000
NOW = 1_800_000_000_000
SOMEBODY = str(pyrage.x25519.Identity.generate().to_public())
DAILY = Schedule("/mnt/usb", [SOMEBODY], since_ms=NOW)


def test_the_first_is_due_at_once_and_the_next_a_day_later() -> None:
    assert due(DAILY, Outcome(), NOW)
    made = Outcome("a", NOW, NOW)
    assert not due(DAILY, made, NOW + 24 * HOUR - 1)
    assert due(DAILY, made, NOW + 24 * HOUR)
    assert due(DAILY, Outcome("a", NOW + HOUR, NOW), NOW)  # a clock was set back


def test_one_that_failed_is_tried_again_after_an_hour() -> None:
    failed = Outcome("a", NOW - 48 * HOUR, NOW, "disk full")
    assert not due(DAILY, failed, NOW + HOUR - 1)
    assert due(DAILY, failed, NOW + HOUR)


def test_late_is_an_hour_longer_than_it_should_be() -> None:
    assert not overdue(DAILY, Outcome(), NOW + 25 * HOUR)
    assert overdue(DAILY, Outcome(), NOW + 25 * HOUR + 1)
    assert not overdue(DAILY, Outcome("a", NOW + 20 * HOUR), NOW + 30 * HOUR)


def test_the_newest_of_each_day_week_and_month_stay() -> None:
    first = datetime(2026, 1, 1, 3, tzinfo=UTC)
    names = [
        f"holdfast-{first + timedelta(days=day, hours=hour):%Y%m%dT%H%M%SZ}-abcdef.backup"
        for day in range(90)
        for hour in (0, 12)
    ]
    gone = set(superfluous(names, replace(DAILY, daily=3, weekly=2, monthly=2)))
    kept = [name[9:17] for name in names if name not in gone]
    assert kept == ["20260228", "20260329", "20260330", "20260331"]
    assert superfluous(names[:1], replace(DAILY, daily=0, weekly=0, monthly=0)) == []


def test_it_is_kept_and_read_again() -> None:
    outcome = Outcome("a", NOW, NOW, "x")
    assert Schedule.from_json(DAILY.to_json()) == DAILY
    assert Outcome.from_json(outcome.to_json()) == outcome


@pytest.mark.parametrize(
    "wrong",
    [
        replace(DAILY, to="relative"),
        replace(DAILY, recipients=[]),
        replace(DAILY, recipients=[SOMEBODY, "age1x"]),
        replace(DAILY, recipients=["ssh-rsa nonsense"]),
    ],
)
def test_what_cannot_be_carried_out_is_refused(wrong: Schedule) -> None:
    with pytest.raises(RequestInvalid):
        check(wrong)


def test_what_can_be_carried_out_is_taken() -> None:
    check(DAILY)
    check(replace(DAILY, to="s3://bucket/prefix"))
