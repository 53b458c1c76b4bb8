"""What `holdfast timeline` writes: durations in two units, percentages that never flatter."""

from datetime import UTC, datetime

import pytest
from rich.console import Console

from holdfast.cli.timeline import _summary, percent, span, table
from holdfast.client import Change, Outages, Share, Uptime


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (12.4, "12 s"),
        (60, "1 min"),
        (185, "3 min 5 s"),
        (3600, "1 h"),
        (3605, "1 h"),
        (7800, "2 h 10 min"),
        (5 * 86_400 + 3 * 3600, "5 d 3 h"),
    ],
)
def test_how_long(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("share", "text"), [(None, "-"), (100.0, "100 %"), (99.999, "99.99 %"), (0.0, "0.00 %")]
)
def test_a_percentage_is_cut_off(share: float | None, text: str) -> None:
    assert percent(Share("total", share, 0, 0)) == text


def uptime(outages: Outages, share: float | None = 99.5) -> Uptime:
    return Uptime(None, None, Share("total", share, 0, 0), [], [], outages)


@pytest.mark.parametrize(
    ("outages", "said"),
    [
        (Outages(0, None, None, None), "never down"),
        (Outages(0, None, None, datetime.now(UTC)), "down now"),
        (Outages(1, 2.0, 2.0, None, {"network": 1}), "down once (network 1), back after 2.0 s"),
        (
            Outages(3, 2.0, 65.0, None, {"network": 2, "silent": 1}),
            "down 3 times (network 2, silent 1), back after 2.0 s, 1 min 5 s at most",
        ),
    ],
)
def test_the_summary_is_one_line(outages: Outages, said: str) -> None:
    line, *values = _summary(uptime(outages), 7)
    assert said in line.format(*values).replace("[yellow]", "").replace("[/]", "")


def test_nothing_that_was_to_be_up_is_said_so() -> None:
    assert "Nothing was to be connected" in _summary(uptime(Outages(0, None, None, None), None), 7)[0]


def test_a_strangers_detail_is_one_line_in_the_table() -> None:
    at = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
    lost = Change(2, at, None, 12.0, "reconnecting", "yellow", "network", None, "EOF\n\x1b[31mred")
    console = Console(width=160, record=True, color_system=None)
    console.print(table([lost]))
    (_, line, *rest) = console.export_text().rstrip("\n").split("\n")
    assert "12 s so far" in line
    assert "The connection to WhatsApp was lost." in line
    assert "\x1b" not in line
    assert not rest
