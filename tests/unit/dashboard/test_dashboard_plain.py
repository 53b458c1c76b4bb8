"""Plain pages: words of others stay words, a day is drawn as it was."""

from datetime import UTC, datetime, timedelta
from unittest.mock import AsyncMock, MagicMock

import pytest

from holdfast.client import Change
from holdfast.dashboard import doors
from holdfast.dashboard.figures import ago, length, money, percent, size, when
from holdfast.dashboard.language import LANGUAGES, speaking
from holdfast.dashboard.strip import picture, pieces
from holdfast.dashboard.strips import Strips

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def change(
    seq: int, times: tuple[timedelta, timedelta | None], state: str, color: str, reason: str
) -> Change:
    """A change from one time to another, counted back from now."""
    begin, end = times
    at, ended = NOW - begin, None if end is None else NOW - end
    lasted = ((ended or NOW) - at).total_seconds()
    return Change(seq, at, ended, lasted, state, color, reason, None, "")


def test_the_door_says_how_to_get_in_and_repeats_nothing_unescaped() -> None:
    assert b"holdfast dashboard-link" in doors.locked("This page opens with a link").body
    asked = bytes(doors.log_in_form(name='"><script>', fault="<b>").body)
    assert b"<script>" not in asked
    assert b"<b>" not in asked
    assert b"one-time-code" not in asked
    assert b"one-time-code" in doors.log_in_form(code=True).body


def test_a_day_is_drawn_from_its_changes() -> None:
    day = [
        change(3, (HOUR, None), "connected", "green", "logged_in"),
        change(2, (2 * HOUR, HOUR), "reconnecting", "yellow", "network"),
        change(1, (48 * HOUR, 2 * HOUR), "connected", "green", "logged_in"),
        change(0, (72 * HOUR, 48 * HOUR), "new", "grey", "created"),
    ]
    drawn = [(it.color, round(it.begin * 24), round(it.end * 24)) for it in pieces(day, NOW)]
    assert drawn == [("green", 0, 22), ("yellow", 22, 23), ("green", 23, 24)]
    svg = picture(day, NOW)
    assert 'aria-label="Last 24 hours: connected for 96% of them"' in svg
    assert "The connection to WhatsApp was lost" in svg


def test_an_outage_of_a_second_is_seen() -> None:
    second = timedelta(seconds=1)
    svg = picture([change(1, (HOUR, HOUR - second), "reconnecting", "yellow", "network")], NOW)
    assert 'class="hf-s-yellow" x="1380.0" width="3.0"' in svg


async def test_a_picture_that_is_kept_speaks_the_language_of_whoever_sees_it() -> None:
    client = MagicMock()
    client.sessions.timeline = AsyncMock(
        return_value=([change(1, (HOUR, None), "connected", "green", "logged_in")], None)
    )
    kept = Strips()
    assert "Connected" in await kept.of(client, "ses_1")
    with speaking(LANGUAGES["de"]):
        assert "Verbunden" in await kept.of(client, "ses_1")
    assert "Connected" in await kept.of(client, "ses_1")
    assert client.sessions.timeline.await_count == 2


def test_what_a_newer_gateway_says_is_drawn_and_escaped() -> None:
    svg = picture([change(1, (HOUR, None), "<odd>", "purple", "<b>")], NOW)
    assert "hf-s-grey" in svg
    assert "<odd>" not in svg
    assert "<b>" not in svg


@pytest.mark.parametrize(
    ("seconds", "said", "in_german"),
    [
        (0, "a moment", "einen Augenblick"),
        (12, "12 secs", "12 Sek."),
        (600, "10 mins", "10 Min."),
        (7200, "2 hrs", "2 Std."),
        (400_000, "5 days", "5 Tage"),
    ],
)
def test_lengths_for_people(seconds: float, said: str, in_german: str) -> None:
    assert length(seconds) == said
    with speaking(LANGUAGES["de"]):
        assert length(seconds) == in_german


def test_moments_and_sizes_for_people() -> None:
    assert (ago(None), when(None)) == ("never", "never")
    assert ago(datetime.now(UTC)) == "just now"
    assert when(NOW) == '<time datetime="2026-11-29T12:00:00+00:00">29 Nov 2026, 12:00:00 UTC</time>'
    assert [size(it) for it in (12, 360_000, 5_200_000_000)] == ["12 bytes", "360 kB", "5.2 GB"]
    assert (money("1283.00", "EUR"), money("much", "EUR"), percent(0.9634)) == (
        "€1,283.00",
        "much EUR",
        "96.34%",
    )
    with speaking(LANGUAGES["de"]):
        assert ago(datetime.now(UTC) - 120 * HOUR) == "vor 5 Tagen"
        assert when(NOW).endswith(">29.11.2026, 12:00:00 UTC</time>")
        assert (money("1283.00", "EUR"), percent(0.9634)) == ("1.283,00\xa0€", "96,34\xa0%")
