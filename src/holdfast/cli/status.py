"""`holdfast status`."""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from holdfast.cli.run import client
from holdfast.cli.screen import (
    NO_ENGINE,
    Exit,
    ago,
    complain,
    dot,
    draw,
    lab_banner,
    machine,
    number,
    say,
    word,
)
from holdfast.client import Session, System, Unlinking
from holdfast.model import words


async def status(data: Path | None, as_json: bool) -> int:
    """Print every session. Raises GatewayUnreachable; exit code 11 when the gateway has no engine."""
    async with client(data) as api:
        system, survey = await api.system(), await api.sessions.survey()
    sessions, unlinkings = survey.sessions, survey.unlinkings
    if as_json:
        machine(_machine(system, sessions, unlinkings))
    else:
        _head(system)
        draw(table(sessions)) if sessions else say("No number yet. Next step: [bold]{}[/]", _first(system))
        for unlinking in unlinkings:
            say("[yellow]{}[/]", _still_linked(unlinking))
    if system.trouble:
        complain(system.trouble)
        return int(Exit.STORE)
    if not system.engine_attached:
        complain(NO_ENGINE)
        return int(Exit.NO_ENGINE)
    return 0


def _first(system: System) -> str:
    return "holdfast lab scan office" if system.lab else "holdfast pair office"


def table(sessions: Sequence[Session]) -> Table:
    """The sessions as a table in the colours of their states."""
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    for title in ("", "number", "name", "state", "since", "heartbeat", ""):
        shown.add_column(title, no_wrap=title in {"number", "state", "since", "heartbeat"})
    for session in sessions:
        shown.add_row(
            dot(session.color),
            number(session.phone),
            word(session.name),
            session.state,
            ago(session.since),
            ago(session.last_heartbeat_at),
            word(_words(session)),
        )
    return shown


def _still_linked(it: Unlinking) -> str:
    said = words.of_unlinking(it.session, it.phone, by_hand=it.by_hand)
    return words.line(said.sentence, said.next_step)


def _words(session: Session) -> str:
    said = [words.line(it.sentence, it.next_step) for it in session.warnings]
    if session.color != "green" and session.sentence:
        said.insert(0, words.line(session.sentence, session.next_step))
    until = session.reachout_locked_until
    said.append(words.of_queue(session.queued or 0, f"{until.astimezone():%H:%M}" if until else None))
    return " ".join(filter(None, said))


def _head(system: System) -> None:
    if system.lab:
        lab_banner()
    engine = f"engine {system.engine_pid}" if system.engine_attached else ""
    missing = "" if system.engine_attached else "no engine"
    restoring = ""
    if system.restore_total and not system.restore_done:
        restoring = f" · restoring {system.restore_connected} of {system.restore_total}"
    stored = ""
    if system.stored is not None:
        stored = f" · {system.stored.messages:,} messages, {system.stored.database_bytes / 1e6:,.0f} MB"
    say(
        "[bright_black]holdfast {} · gateway {} · {}[bold red]{}[/]{}{}[/]",
        *(system.version, system.gateway_pid, engine, missing, restoring, stored),
    )


def _machine(system: System, sessions: Sequence[Session], unlinkings: Sequence[Unlinking]) -> dict[str, Any]:
    return {
        "system": _dates_as_text(dataclasses.asdict(system)),
        "sessions": [_dates_as_text(dataclasses.asdict(session)) for session in sessions],
        "unlinking": [_dates_as_text(dataclasses.asdict(it)) for it in unlinkings],
    }


def _dates_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _dates_as_text(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, datetime) else value
