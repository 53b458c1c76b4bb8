"""`holdfast config`: the documents that people edit and bots read."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from holdfast.cli.options import AsJson, Data
from holdfast.cli.run import client
from holdfast.cli.run import run as _run
from holdfast.cli.screen import ago, draw, machine, say, word

app = typer.Typer(
    help="Documents that bots read: greeting, commands, hours, prompts, prices. Every version is kept.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="As `holdfast config list` shows it.", show_default=False)]
Version = Annotated[int | None, typer.Option("--version", min=0, show_default="the newest")]

_SCHEMA: Final = "See what fits: `holdfast config schema`."


@app.command("list")
def list_(data: Data = None, as_json: AsJson = False) -> None:
    """Every document, its version, and what it is for."""
    _run(_list(data, as_json))


@app.command()
def get(name: Name, version: Version = None, data: Data = None) -> None:
    """Print a document as JSON."""
    _run(_get(data, name, version))


@app.command("set")
def set_(
    name: Name,
    values: Annotated[
        list[str] | None,
        typer.Argument(help="A file (- reads from the terminal), or places like again_after_hours=48."),
    ] = None,
    note: Annotated[str, typer.Option(help="Why; the history shows it.")] = "",
    data: Data = None,
) -> None:
    """Write a new version, from a file or by naming places. Effective at once."""
    _run(_set(data, name, values or ["-"], note))


@app.command()
def diff(
    name: Name,
    before: Annotated[int | None, typer.Argument(min=0, show_default="the one before")] = None,
    after: Annotated[int | None, typer.Argument(min=0, show_default="the newest")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """What differs between two versions."""
    _run(_diff(data, name, before, after, as_json))


@app.command()
def undo(name: Name, data: Data = None) -> None:
    """Go back to the version before. Again: forward."""
    _run(_undo(data, name))


@app.command()
def history(name: Name, data: Data = None, as_json: AsJson = False) -> None:
    """Who wrote what when."""
    _run(_history(data, name, as_json))


@app.command()
def schema(name: Name, data: Data = None) -> None:
    """Print the JSON Schema of what a document may hold."""
    _run(_schema(data, name))


@app.command("import")
def import_(
    name: Annotated[str, typer.Argument(help="pricing or prompts.")],
    file: Annotated[Path, typer.Argument(help="The older system's pricingConfig or promptsConfig, as JSON.")],
    data: Data = None,
) -> None:
    """Take over what an older system has exported, as a new version."""
    _run(_import(data, name, file))


@app.command()
def export(name: Annotated[str, typer.Argument(help="pricing or prompts.")], data: Data = None) -> None:
    """Print a document as older systems hold it."""
    _run(_export(data, name))


async def _list(data: Path | None, as_json: bool) -> None:
    async with client(data) as api:
        found = await api.configuration.list()
    if as_json:
        machine([{"name": it.name, "version": it.version, "about": it.about} for it in found])
        return
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    for title in ("document", "version", "written", "what for"):
        shown.add_column(title)
    for it in found:
        version = str(it.version) if it.version else "defaults"
        shown.add_row(word(it.name), version, "-" if it.at is None else ago(it.at), word(it.about))
    draw(shown)


async def _get(data: Path | None, name: str, version: int | None) -> None:
    async with client(data) as api:
        found = await api.configuration.get(name, version)
    _print(found.body)


async def _set(data: Path | None, name: str, values: list[str], note: str) -> None:
    async with client(data) as api:
        if len(values) == 1 and "=" not in values[0]:
            made = await api.configuration.put(name, _read(values[0]), note=note)
        else:
            now = await api.configuration.get(name)
            body = json.loads(json.dumps(now.body))
            for each in values:
                _place(body, each)
            made = await api.configuration.put(name, body, base_version=now.version, note=note)
        changes = await api.configuration.diff(name, after=made.version)
    say("[bold]{}[/] has version {} now; effective at once", made.name, made.version)
    _show(changes)


async def _diff(data: Path | None, name: str, before: int | None, after: int | None, as_json: bool) -> None:
    async with client(data) as api:
        changes = await api.configuration.diff(name, before, after)
    if as_json:
        machine([{"place": it.place, "before": it.before, "after": it.after} for it in changes])
    elif changes:
        _show(changes)
    else:
        say("Nothing differs.")


async def _undo(data: Path | None, name: str) -> None:
    async with client(data) as api:
        made = await api.configuration.undo(name)
        changes = await api.configuration.diff(name, after=made.version)
    say("[bold]{}[/] has version {} now: {}", made.name, made.version, made.note)
    _show(changes)


async def _history(data: Path | None, name: str, as_json: bool) -> None:
    async with client(data) as api:
        found = await api.configuration.history(name)
    if as_json:
        machine(
            [
                {
                    "version": it.version,
                    "author": it.author,
                    "note": it.note,
                    "at": None if it.at is None else it.at.isoformat(),
                }
                for it in found
            ]
        )
        return
    if not found:
        say("Nobody has written it yet: its defaults hold.")
        return
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    for title in ("version", "written", "by", "why"):
        shown.add_column(title)
    for it in found:
        shown.add_row(str(it.version), ago(it.at), word(it.author), word(it.note or "-"))
    draw(shown)


async def _schema(data: Path | None, name: str) -> None:
    async with client(data) as api:
        _print(await api.configuration.schema(name))


async def _import(data: Path | None, name: str, file: Path) -> None:
    async with client(data) as api:
        made = await api.configuration.import_old(name, _read(str(file)))
    say("[bold]{}[/] has version {} now", made.name, made.version)


async def _export(data: Path | None, name: str) -> None:
    async with client(data) as api:
        _print(await api.configuration.export_old(name))


def _read(file: str) -> Mapping[str, Any]:
    from holdfast.model.errors import RequestInvalid

    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text()
        body = json.loads(text)
    except OSError as error:
        step = "Name a JSON file, or give PLACE=VALUE."
        raise RequestInvalid(f"{file} cannot be read: {error.strerror}", next_step=step) from error
    except ValueError as error:
        raise RequestInvalid(f"{file} is no JSON: {error}", next_step=_SCHEMA) from error
    if not isinstance(body, dict):
        raise RequestInvalid(f"{file} is not one JSON object", next_step=_SCHEMA)
    return body


def _place(body: dict[str, Any], word_: str) -> None:
    """`vehicles.0.base=12.50` into the document; a value that is no JSON is a text."""
    from holdfast.model.errors import RequestInvalid

    place, _, value = word_.partition("=")
    *way, last = place.split(".")
    try:
        inside: Any = body
        for step in way:
            inside = inside[int(step)] if isinstance(inside, list) else inside.setdefault(step, {})
        if isinstance(inside, list):
            inside[int(last)] = _value(value)
        else:
            inside[last] = _value(value)
    except (ValueError, IndexError, TypeError, AttributeError):
        raise RequestInvalid(f"The document has no place {place}") from None


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _show(changes: Any) -> None:
    for it in changes:
        say("  [bold]{}[/]: {} -> {}", it.place or "all", json.dumps(it.before), json.dumps(it.after))


def _print(value: Any) -> None:
    print(json.dumps(value, indent=2), flush=True)
