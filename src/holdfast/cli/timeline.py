"""`holdfast timeline`."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from holdfast.cli.run import client
from holdfast.cli.screen import dot, draw, machine, number, say, word
from holdfast.client import Change, Outages, Share, Uptime
from holdfast.model import words

if TYPE_CHECKING:
    from rich.table import Table

_BAR: Final = 20


async def timeline(data: Path | None, session: str, *, days: int, changes: int, as_json: bool) -> None:
    """Print what happened to a session, and how long it was up. Raises UnknownSession."""
    async with client(data) as api:
        shown = await api.sessions.get(session)
        uptime = await api.sessions.uptime(session, days=days)
        happened, _ = await api.sessions.timeline(session, limit=changes)
    if as_json:
        machine(
            {"session": shown.name, "uptime": _plain(uptime), "timeline": [_plain(it) for it in happened]}
        )
        return
    say("[bold]{}[/] [bright_black]{}[/]", shown.name, number(shown.phone))
    say(*_summary(uptime, days))
    draw(_days(uptime.days))
    say()
    draw(table(happened))


def _summary(uptime: Uptime, days: int) -> tuple[str, ...]:
    if uptime.total.percent is None:
        return ("[bright_black]Nothing was to be connected in these {} days.[/]", str(days))
    up = ("connected [bold]{}[/] of the last {} days", percent(uptime.total), str(days))
    line, *values = _outages(uptime.outages)
    return (f"{up[0]} · {line}", *up[1:], *values)


def _outages(it: Outages) -> tuple[str, ...]:
    if it.p50_s is None or it.max_s is None:
        return ("[yellow]down now[/]",) if it.open_since else ("never down",)
    why = ", ".join(f"{code} {times}" for code, times in it.reasons.items())
    times = "once" if it.count == 1 else f"{it.count} times"
    back = f"back after {span(it.p50_s)}"
    if it.count > 1:
        back += f", {span(it.max_s)} at most"
    now = " · [yellow]down now[/]" if it.open_since else ""
    return ("down {} ({}), {}" + now, times, why or "-", back)


def _days(days: Sequence[Share]) -> "Table":
    """A bar per day, the newest first."""
    from rich.table import Table

    drawn = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for share in reversed(days):
        full = 0 if share.percent is None else int(share.percent * _BAR / 100)
        color = "green" if full == _BAR else "yellow" if full >= _BAR // 2 else "red"
        bar = word("█" * full + "░" * (_BAR - full), color)
        drawn.add_row(word(share.period, "bright_black"), bar, percent(share))
    return drawn


def table(changes: Sequence[Change]) -> "Table":
    """The changes, newest first."""
    from rich.table import Table

    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    for title in ("since", "lasted", "", "state", "why"):
        shown.add_column(title, no_wrap=title != "why")
    for change in changes:
        since = change.at.astimezone().strftime("%d %b %H:%M:%S") if change.at else "-"
        lasted = span(change.duration_s) if change.ended_at else f"{span(change.duration_s)} so far"
        why = " · ".join(it for it in (words.of_reason(change.reason).sentence, change.detail) if it)
        shown.add_row(since, lasted, dot(change.color), change.state, word(why))
    return shown


def percent(share: Share) -> str:
    """`99.98 %`: cut off, never rounded up, so that 100 % is 100 %."""
    if share.percent is None:
        return "-"
    return "100 %" if share.percent >= 100 else f"{int(share.percent * 100) / 100:.2f} %"


def span(seconds: float) -> str:
    """How long, in its two largest units: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `5 d 3 h`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    left = round(seconds)
    parts: list[str] = []
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if left >= size or parts:
            parts.append(f"{left // size} {unit}")
            left %= size
        if len(parts) == 2:
            break
    return " ".join(part for part in parts if not part.startswith("0 "))


def _plain(value: Change | Uptime) -> dict[str, Any]:
    made: dict[str, Any] = _as_text(dataclasses.asdict(value))
    made.pop("raw", None)
    return made


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_text(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value
