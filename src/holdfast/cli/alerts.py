"""`holdfast alert …`: who is told, what of, and what was told."""

import dataclasses
import getpass
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from holdfast.cli.run import client
from holdfast.cli.screen import Exit, ago, draw, fail, machine, marked, number, say, word
from holdfast.client import Alert, AlertChannel, AlertRule, Notification, Quiet
from holdfast.model import words

_COLORS: Final = {"critical": "red", "warning": "yellow", "info": "bright_black"}
_PHASES: Final = {"open": "open", "clearing": "ending", "flapping": "flapping", "ended": "ended"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A channel as the command line asks for it."""

    name: str
    url: str | None
    session: str | None
    to: str | None
    min_severity: str
    resolved: bool
    internal: bool
    quiet: str | None
    zone: str
    quiet_all: bool


async def add(data: Path | None, asked: Asked) -> None:
    """Make or change a channel. Raises what the gateway refuses."""
    quiet = _quiet(asked)
    url = asked.url
    if asked.to is None and asked.session is None and (url is None or url == "-"):
        # An address holds passwords: as an argument, everybody on this machine could read it.
        url = getpass.getpass("Address (not shown): ") if sys.stdin.isatty() else sys.stdin.readline()
        url = url.strip()
    async with client(data) as api:
        made: AlertChannel = await api.alerts.put_channel(
            asked.name,
            url=url,
            session=asked.session,
            to=asked.to,
            min_severity=asked.min_severity,
            resolved=asked.resolved,
            internal=asked.internal,
            quiet=quiet,
        )
    say("channel [bold]{}[/] leads to {}", made.name, made.shown)
    say("Next step: try it: [bold]holdfast alert channel test {}[/]", made.name)


def _quiet(asked: Asked) -> Quiet | None:
    if asked.quiet is None:
        return None
    begin, dash, end = asked.quiet.partition("-")
    if not dash:
        fail("--quiet is written like 22:00-07:00", Exit.SETTINGS)
    return Quiet(begin.strip(), end.strip(), asked.zone, not asked.quiet_all)


async def channels(data: Path | None, as_json: bool) -> None:
    """Print every channel."""
    async with client(data) as api:
        found = await api.alerts.channels()
    if as_json:
        machine([dataclasses.asdict(it) for it in found])
    elif found:
        draw(_channels(found))
    else:
        say("No channel: nobody is told. Next step: [bold]holdfast alert channel add --help[/]")


def _channels(found: list[AlertChannel]) -> Table:
    shown = _table("channel", "leads to", "from", "also when over", "quiet")
    for it in found:
        shown.add_row(
            word(it.name),
            word(it.shown),
            _severity(it.min_severity),
            "yes" if it.resolved else "no",
            word(_hours(it.quiet)),
        )
    return shown


def _hours(quiet: Quiet | None) -> str:
    if quiet is None:
        return "-"
    waits = "" if quiet.critical_at_once else ", critical too"
    return f"{quiet.begin}-{quiet.end} {quiet.zone}{waits}"


async def remove(data: Path | None, name: str) -> None:
    """Forget a channel."""
    async with client(data) as api:
        await api.alerts.remove_channel(name)
    say("channel [bold]{}[/] is gone, and what it still had to tell", name)


async def try_channel(data: Path | None, name: str) -> None:
    """Send a test; raises why it did not arrive."""
    async with client(data) as api:
        await api.alerts.test_channel(name)
    say("[green]sent[/] The service of [bold]{}[/] has taken a test message.", name)


async def rules(data: Path | None, as_json: bool) -> None:
    """Print what can be an alert."""
    async with client(data) as api:
        found = await api.alerts.rules()
    if as_json:
        machine([dataclasses.asdict(it) for it in found])
    else:
        draw(_rules(found))


def _rules(found: list[AlertRule]) -> Table:
    shown = _table("alert", "severity", "after", "again", "", "")
    for it in found:
        shown.add_row(
            word(it.cause),
            _severity(it.severity) if it.enabled else marked("[bright_black]off[/]"),
            _lasting(it.after_s) if it.after_s else "at once",
            "never" if it.repeat_s is None else _lasting(it.repeat_s),
            "" if it.shipped else marked("[bright_black]changed[/]"),
            word(it.sentence),
        )
    return shown


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be changed of a rule."""

    enabled: bool
    severity: str | None
    after_s: int | None
    repeat_s: int | None
    reset: bool


async def rule(data: Path | None, cause: str, change: Change) -> None:
    """Change a rule, or reset it."""
    async with client(data) as api:
        if change.reset:
            await api.alerts.reset_rule(cause)
            say("[bold]{}[/] is as shipped", cause)
            return
        it: AlertRule = await api.alerts.put_rule(
            cause,
            enabled=change.enabled,
            severity=change.severity,
            after_s=change.after_s,
            repeat_s=change.repeat_s,
        )
    draw(_rules([it]))


async def history(data: Path | None, *, only_open: bool, last: int, as_json: bool) -> None:
    """Print alerts that were told, newest first."""
    async with client(data) as api:
        found, _ = await api.alerts.history(only_open=only_open, limit=last)
    if as_json:
        machine([_dates_as_text(dataclasses.asdict(it)) for it in found])
    elif found:
        draw(_alerts(found))
    else:
        say("No alert is open." if only_open else "No alert so far.")


def _alerts(found: list[Alert]) -> Table:
    shown = _table("since", "", "alert", "state", "told", "")
    for it in found:
        who = f"{number(it.phone)} {it.subject}" if it.phone else it.subject
        said = words.line(it.sentence, "" if it.phase == "ended" else it.next_step)
        shown.add_row(
            ago(it.opened_at),
            word(who),
            marked("[" + _COLORS.get(it.severity, "white") + "]{}[/]", it.cause),
            _PHASES.get(it.phase, it.phase),
            word(_told(it.notified)),
            word(said),
        )
    return shown


def _told(notified: tuple[Notification, ...]) -> str:
    """`ops 2, mail waits`."""
    parts = []
    for channel in dict.fromkeys(it.channel for it in notified):
        states = [it.state for it in notified if it.channel == channel]
        waits, dead = "waiting" in states, "dead" in states
        parts.append(f"{channel} {'waits' if waits else 'given up' if dead else states.count('sent')}")
    return ", ".join(parts) or "nobody"


async def dead(data: Path | None, *, last: int, as_json: bool) -> None:
    """Print what was given up."""
    async with client(data) as api:
        found: list[Notification] = await api.alerts.dead(limit=last)
    if as_json:
        machine([_dates_as_text(dataclasses.asdict(it)) for it in found])
        return
    if not found:
        say("Nothing was given up.")
        return
    shown = _table("since", "id", "channel", "attempts", "")
    for it in found:
        shown.add_row(ago(it.at), word(it.id), word(it.channel), str(it.attempts), word(it.error or ""))
    draw(shown)
    say("Next step: when the channel works again, [bold]holdfast alert again[/]")


async def again(data: Path | None, notification_id: str) -> None:
    """Try what was given up again."""
    async with client(data) as api:
        count = await api.alerts.again(notification_id)
    say("{} {} again", count, "notification is tried" if count == 1 else "notifications are tried")


def _table(*titles: str) -> Table:
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    for title in titles:
        shown.add_column(title, no_wrap=title in {"since", "severity", "after", "again", "id", "alert"})
    return shown


def _severity(severity: str) -> Any:
    return marked("[" + _COLORS.get(severity, "white") + "]{}[/]", severity)


def _lasting(seconds: int) -> str:
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _dates_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _dates_as_text(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_dates_as_text(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value
