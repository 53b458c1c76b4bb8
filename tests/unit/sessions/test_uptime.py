"""Uptime: what changes say, by day and month; outages and how long they took."""

from collections.abc import Sequence

import pytest

from holdfast.kit.iso import ms_of
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.sessions import TimelineEntry
from holdfast.sessions.uptime import Outages, Share, uptime

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
MIDNIGHT = ms_of("2026-11-30T00:00:00Z")


def changes(*rows: tuple[int, State, Reason]) -> Sequence[TimelineEntry]:
    """At so many milliseconds after midnight: this state, for this reason."""
    return [
        TimelineEntry(seq, MIDNIGHT + at, state, reason, "", None, 1)
        for seq, (at, state, reason) in enumerate(rows, start=1)
    ]


LINKED = (
    (0, State.NEW, Reason.CREATED),
    (HOUR, State.PAIRING, Reason.PAIRING_ASKED),
    (2 * HOUR, State.CONNECTING, Reason.LINKED),
    (2 * HOUR, State.CONNECTED, Reason.LOGGED_IN),
)


def test_what_comes_before_the_link_does_not_count() -> None:
    it = uptime(changes(*LINKED), MIDNIGHT, MIDNIGHT + 12 * HOUR)
    assert it.total == Share(10 * HOUR, 10 * HOUR)
    assert it.total.percent == 100
    assert it.outages == Outages()


def test_days_and_months_are_cut_at_midnight() -> None:
    rows = [
        *LINKED,
        (DAY + 6 * HOUR, State.RECONNECTING, Reason.NETWORK),
        (DAY + 9 * HOUR, State.CONNECTED, Reason.LOGGED_IN),
    ]
    it = uptime(changes(*rows), MIDNIGHT, MIDNIGHT + 2 * DAY)
    assert it.days == {"2026-11-30": Share(22 * HOUR, 22 * HOUR), "2026-12-01": Share(24 * HOUR, 21 * HOUR)}
    assert it.months == {"2026-11": Share(22 * HOUR, 22 * HOUR), "2026-12": Share(24 * HOUR, 21 * HOUR)}
    assert it.days["2026-12-01"].percent == 87.5


def test_the_time_to_reconnect() -> None:
    rows: list[tuple[int, State, Reason]] = [*LINKED]
    for hour, minutes, reason in ((4, 1, Reason.NETWORK), (6, 9, Reason.SILENT), (8, 2, Reason.NETWORK)):
        rows += [
            (hour * HOUR, State.RECONNECTING, reason),
            (hour * HOUR + MINUTE // 2, State.RECONNECTING, Reason.SERVICE_UNAVAILABLE),
            (hour * HOUR + minutes * MINUTE, State.CONNECTED, Reason.LOGGED_IN),
        ]
    rows.append((11 * HOUR, State.RECONNECTING, Reason.REPLACED))
    it = uptime(changes(*rows), MIDNIGHT, MIDNIGHT + 12 * HOUR)
    assert (it.outages.count, it.outages.p50_ms, it.outages.max_ms) == (3, 2 * MINUTE, 9 * MINUTE)
    assert it.outages.open_since_ms == MIDNIGHT + 11 * HOUR
    assert it.outages.reasons == {"network": 2, "silent": 1, "replaced": 1}
    assert next(iter(it.outages.reasons)) == "network"


@pytest.mark.parametrize("rest", [State.STOPPED, State.PAIRING])
def test_what_its_owner_stops_is_no_outage(rest: State) -> None:
    rows = [
        *LINKED,
        (4 * HOUR, rest, Reason.STOPPED_BY_OWNER),
        (10 * HOUR, State.CONNECTED, Reason.LOGGED_IN),
    ]
    it = uptime(changes(*rows), MIDNIGHT, MIDNIGHT + 12 * HOUR)
    assert it.total == Share(4 * HOUR, 4 * HOUR)
    assert it.outages == Outages()


def test_an_unstable_connection_is_up_and_a_banned_one_is_down() -> None:
    rows = [
        *LINKED,
        (4 * HOUR, State.UNSTABLE, Reason.PROBE_MISSED),
        (6 * HOUR, State.CONNECTED, Reason.LOGGED_IN),
        (8 * HOUR, State.BANNED, Reason.BANNED),
    ]
    it = uptime(changes(*rows), MIDNIGHT, MIDNIGHT + 12 * HOUR)
    assert it.total == Share(10 * HOUR, 6 * HOUR)


def test_only_what_lies_between_the_moments_counts() -> None:
    rows = [
        *LINKED,
        (4 * HOUR, State.RECONNECTING, Reason.NETWORK),
        (6 * HOUR, State.CONNECTED, Reason.LOGGED_IN),
    ]
    it = uptime(changes(*rows)[-2:], MIDNIGHT + 5 * HOUR, MIDNIGHT + 9 * HOUR)
    assert it.total == Share(4 * HOUR, 3 * HOUR)
    assert it.outages.max_ms == HOUR  # as far as it was seen


def test_a_clock_that_was_set_back_makes_nothing_negative() -> None:
    rows = [
        *LINKED,
        (8 * HOUR, State.RECONNECTING, Reason.NETWORK),
        (7 * HOUR, State.CONNECTED, Reason.LOGGED_IN),
    ]
    it = uptime(changes(*rows), MIDNIGHT, MIDNIGHT + 12 * HOUR)
    assert it.outages.max_ms == 0
    assert 0 <= (it.total.percent or 0) <= 100


def test_without_changes_nothing_is_said() -> None:
    it = uptime([], MIDNIGHT, MIDNIGHT + DAY)
    assert it.total.percent is None
    assert it.days == {}
