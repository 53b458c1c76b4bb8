"""The commands of `holdfast master-key`. Each imports its work when it is called."""

from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.options import AsJson, Data
from holdfast.cli.run import run

app = typer.Typer(
    help="The master key, without which nobody opens the sessions: look at it, keep a copy, replace it.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


@app.command()
def check(data: Data = None, as_json: AsJson = False) -> None:
    """Does the key open everything that lies here? Changes nothing; Holdfast may run."""
    from holdfast.cli import keys as work

    run(work.check(data, as_json=as_json))


@app.command()
def rotate(data: Data = None, as_json: AsJson = False) -> None:
    """A new master key takes the old one's place, while Holdfast is stopped."""
    from holdfast.cli import keys as work

    run(work.rotate(data, as_json=as_json))


@app.command()
def export(
    to: Annotated[
        Path | None,
        typer.Argument(
            help="A page to print, which only you can read.", show_default="shown on this terminal"
        ),
    ] = None,
    data: Data = None,
) -> None:
    """The recovery sheet: the key as words and as a QR code, to be printed and locked away."""
    from holdfast.cli import keys as work

    run(work.export(data, to))


@app.command("import")
def import_(
    file: Annotated[
        str | None,
        typer.Option("--file", help="Read it from here; - is standard input.", show_default="asked for"),
    ] = None,
    data: Data = None,
) -> None:
    """Write the key of a recovery sheet to its place: type the words, or what the QR code says."""
    from holdfast.cli import keys as work

    run(work.import_(data, file))
