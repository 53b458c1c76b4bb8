"""Quiet hours, over midnight and over the change of the clocks."""

import pytest

from holdfast.alerts import QuietHours
from holdfast.kit.iso import iso, ms_of
from holdfast.model.errors import RequestInvalid

NIGHT = QuietHours("22:00", "07:00", "Europe/Berlin")
NOON_BREAK = QuietHours("12:00", "13:30")


@pytest.mark.parametrize(
    ("quiet", "now", "end"),
    [
        pytest.param(NIGHT, "2026-11-28T20:59:59Z", None, id="before"),
        pytest.param(NIGHT, "2026-11-28T21:00:00Z", "2026-11-29T06:00:00.000Z", id="begins"),
        pytest.param(NIGHT, "2026-11-29T05:59:59Z", "2026-11-29T06:00:00.000Z", id="after midnight"),
        pytest.param(NIGHT, "2026-11-29T06:00:00Z", None, id="over"),
        pytest.param(NIGHT, "2026-07-01T20:00:00Z", "2026-07-02T05:00:00.000Z", id="summer"),
        pytest.param(NIGHT, "2026-03-28T22:00:00Z", "2026-03-29T05:00:00.000Z", id="clocks go forward"),
        pytest.param(NIGHT, "2026-10-24T22:00:00Z", "2026-10-25T06:00:00.000Z", id="clocks go back"),
        pytest.param(NOON_BREAK, "2026-11-28T12:00:00Z", "2026-11-28T13:30:00.000Z", id="within a day"),
        pytest.param(NOON_BREAK, "2026-11-28T13:30:00Z", None, id="within a day, over"),
    ],
)
def test_when_they_end(quiet: QuietHours, now: str, end: str | None) -> None:
    found = quiet.end_ms(ms_of(now))
    assert (None if found is None else iso(found)) == end


@pytest.mark.parametrize("begin", range(0, 24 * 60, 30))
def test_they_end_in_the_future_at_every_moment_of_a_day_with_25_hours(begin: int) -> None:
    hours = QuietHours(f"{begin // 60:02}:{begin % 60:02}", "02:31", "Europe/Berlin")
    start = ms_of("2026-10-24T12:00:00Z")
    for minute in range(0, 36 * 60, 7):
        now = start + minute * 60_000
        end = hours.end_ms(now)
        assert end is None or now < end <= now + 26 * 3_600_000


@pytest.mark.parametrize(
    ("begin", "end", "zone"),
    [
        ("25:00", "07:00", "UTC"),
        ("22:00", "7", "UTC"),
        ("22:00", "22:00", "UTC"),
        ("22:00", "07:00", "Europe/Atlantis"),
        ("22:00", "07:00", "../etc/passwd"),
        ("22:00", "07:00", ""),
    ],
)
def test_what_is_no_time_or_zone_is_refused(begin: str, end: str, zone: str) -> None:
    with pytest.raises(RequestInvalid):
        QuietHours(begin, end, zone)


def test_they_come_back_from_the_database_as_they_were() -> None:
    assert QuietHours.read(NIGHT.write()) == NIGHT
