"""The commands of `holdfast import`, and `holdfast export`. Each imports its work when it is called."""

# ruff: noqa: PLR0917 - a command's parameters are its options

from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.options import AsJson, Data, SessionName
from holdfast.cli.run import run

app = typer.Typer(
    help="Numbers move in from other programs, without a QR code. All of it: docs/migration.md",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Session = Annotated[
    str, typer.Option("--session", "-s", help="Name of the session; made when there is none.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would come along and what would not.")]


@app.command()
def baileys(
    folder: Annotated[
        Path, typer.Argument(resolve_path=True, help="The folder of one session, with creds.json in it.")
    ],
    session: Session = "main",
    dry_run: DryRun = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """A number of Baileys, the Evolution API or WAHA (NOWEB). Stop that program first."""
    from holdfast.cli import importing as work

    run(work.import_(data, work.Wanted(str(folder), "", session, dry_run), as_json=as_json))


@app.command()
def whatsmeow(
    source: Annotated[
        str,
        typer.Argument(
            help="The SQLite file with the tables whatsmeow_…, or postgresql://user@host/database, without "
            "a password."
        ),
    ],
    session: Session = "main",
    device: Annotated[str, typer.Option(help="Number or JID, where it holds several.")] = "",
    password_file: Annotated[
        str | None,
        typer.Option(
            help="Its first line is the server's password; - is standard input. Else it is taken from "
            "~/.pgpass, or asked for."
        ),
    ] = None,
    dry_run: DryRun = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """A number of whatsmeow, neonize, gowa, wuzapi or WAHA (GOWS). Stop that program first."""
    from holdfast.cli import importing as work

    run(work.import_(data, work.Wanted(source, device, session, dry_run, password_file), as_json=as_json))


def export(
    session: SessionName,
    file: Annotated[
        Path, typer.Argument(resolve_path=True, help="New SQLite file for whatsmeow; its name ends with .db.")
    ],
    keep_connected: Annotated[
        bool,
        typer.Option(
            "--keep-connected", help="Connect it again afterwards: then the other program must not."
        ),
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """A number moves out: stop it, and write it into a database for whatsmeow, gowa, wuzapi or neonize."""
    from holdfast.cli import importing as work

    run(work.export(data, session, file, keep_connected=keep_connected, as_json=as_json))
