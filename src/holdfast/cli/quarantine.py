"""`holdfast quarantine list` and `holdfast quarantine restore`."""

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from holdfast.cli.options import AsJson, Data
from holdfast.cli.run import client
from holdfast.cli.run import run as _run
from holdfast.cli.screen import ago, draw, machine, number, say, word

app = typer.Typer(
    help="Credentials that have left their place: nothing is deleted for 30 days.", no_args_is_help=True
)

_WHY: Final = {
    "logged_out": "removed on the phone",
    "given_up": "logged out or deleted by its owner",
    "renewed": "the phone was linked again",
    "refused": "a number that may not be linked here",
    "damaged": "damaged; a snapshot has taken its place",
    "exchanged": "its owner chose a snapshot to take its place",
}


@app.command("list")
def list_(data: Data = None, as_json: AsJson = False) -> None:
    """What lies there, newest first."""
    _run(_list(data, as_json))


@app.command()
def restore(
    name: Annotated[str, typer.Argument(help="As `holdfast quarantine list` tells it.")],
    session: Annotated[
        str | None, typer.Option(help="For this session.", show_default="the one that used it")
    ] = None,
    data: Data = None,
) -> None:
    """Put credentials back into their place, and connect."""
    _run(_restore(data, name, session))


async def _list(data: Path | None, as_json: bool) -> None:
    async with client(data) as api:
        found = await api.sessions.quarantined()
    if as_json:
        machine([_plain(dataclasses.asdict(it)) for it in found])
        return
    if not found:
        say("Nothing is in quarantine.")
        return
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    for title in ("number", "session", "since", "until", "why", "name"):
        shown.add_column(title, no_wrap=title != "why")
    for it in found:
        until = "forever" if it.until is None else f"{it.until:%Y-%m-%d}"
        why = _WHY.get(it.why or "", it.why or "-")
        shown.add_row(
            number(it.phone), word(it.session or "-"), ago(it.since), until, word(why), word(it.name)
        )
    draw(shown)
    say("[bright_black]Bring one back: holdfast quarantine restore NAME[/]")


async def _restore(data: Path | None, name: str, session: str | None) -> None:
    async with client(data) as api:
        if session is None:
            found = {it.name: it.session_id for it in await api.sessions.quarantined()}
            session = found.get(name) or name  # the gateway says what is wrong with it
        back = await api.sessions.bring_back(name, session)
    say("[bold]{}[/] has its credentials back and is {}", back.name, back.state)
    say("Next step: [bold]holdfast status[/]")


def _plain(row: dict[str, object]) -> dict[str, object]:
    return {key: it.isoformat() if isinstance(it, datetime) else it for key, it in row.items()}
