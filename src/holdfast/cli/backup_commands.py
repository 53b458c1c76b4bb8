"""The commands of `holdfast backup`, and `holdfast move`. Each imports its work when it is called."""

# ruff: noqa: PLR0917 - a command's parameters are its options

from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.options import AsJson, Data
from holdfast.cli.run import run

app = typer.Typer(
    help="Encrypted archives of numbers, messages and files, and their way back.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    epilog="A first one: [bold]holdfast backup create /mnt/usb[/]. An archive holds all that is needed, "
    "the master key too: whoever opens it has your numbers. All of it: docs/backup.md",
)

Archive = Annotated[
    str, typer.Argument(help="Path of the archive, or s3://bucket/prefix/NAME.", show_default=False)
]
PassphraseFile = Annotated[
    str | None,
    typer.Option(
        "--passphrase-file",
        help="Its first line is the passphrase; - reads standard input.",
        show_default="asked for",
    ),
]
Identity = Annotated[
    list[Path] | None, typer.Option("--identity", "-i", help="File with a key of age or SSH that opens it.")
]


@app.command()
def create(
    to: Annotated[str, typer.Argument(help="Folder, or s3://bucket/prefix.")] = ".",
    number: Annotated[
        str | None, typer.Option(help="Only this number's credentials.", show_default="all of them")
    ] = None,
    messages: Annotated[bool, typer.Option(help="Messages and events too.")] = True,
    media: Annotated[bool, typer.Option("--media", help="Files of messages too.")] = False,
    recipient: Annotated[
        list[str] | None,
        typer.Option(
            "--recipient", "-r", help="Lock it for this age or SSH public key, instead of a passphrase."
        ),
    ] = None,
    passphrase_file: PassphraseFile = None,
    scheduled: Annotated[
        bool, typer.Option("--scheduled", hidden=True, help="The gateway asks, and tells of it itself.")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make an archive, while Holdfast runs or not. Nothing is ever half there or overwritten."""
    from holdfast.cli import backup as work

    wanted = work.Wanted(to, number, messages, media, recipient or (), passphrase_file)
    run(work.create(data, wanted, as_json=as_json, scheduled=scheduled))


@app.command("list")
def list_(
    at: Annotated[str, typer.Argument(help="Folder, or s3://bucket/prefix.")] = ".",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """The archives that lie somewhere, newest first."""
    from holdfast.cli import backup as work

    run(work.list_(data, at, as_json=as_json))


@app.command()
def verify(
    archive: Archive,
    passphrase_file: PassphraseFile = None,
    identity: Identity = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Prove an archive: restore it into a scratch folder, and look at every file, key and signature in it."""
    from holdfast.cli import backup as work

    run(work.verify(data, work.Opening(archive, passphrase_file, identity or ()), as_json=as_json))


@app.command()
def restore(
    archive: Archive,
    number: Annotated[
        str | None,
        typer.Option(help="Bring back only this number, also beside others.", show_default="everything"),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="With --number: what is here of it goes into quarantine.")
    ] = False,
    send_queue: Annotated[
        bool,
        typer.Option(
            "--send-queue", help="Send what waited when the backup was made. It may have been sent since."
        ),
    ] = False,
    passphrase_file: PassphraseFile = None,
    identity: Identity = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Put an archive back into an empty data folder. The numbers connect without a code."""
    from holdfast.cli import backup as work

    opening = work.Opening(archive, passphrase_file, identity or ())
    run(work.restore(data, opening, number, replace=replace, send_queue=send_queue, as_json=as_json))


@app.command()
def schedule(
    to: Annotated[
        str | None,
        typer.Argument(help="Folder, or s3://bucket/prefix.", show_default="shows what is set up"),
    ] = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option("--recipient", "-r", help="Lock archives for this age or SSH public key."),
    ] = None,
    every: Annotated[int, typer.Option(min=1, max=8760, help="Hours between two.")] = 24,
    messages: Annotated[bool, typer.Option(help="Messages and events too.")] = True,
    media: Annotated[bool, typer.Option("--media", help="Files of messages too.")] = False,
    keep: Annotated[str, typer.Option(help="Archives that are kept: days/weeks/months.")] = "7/4/12",
    off: Annotated[bool, typer.Option("--off", help="Make none by itself any more; archives stay.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Have backups made by themselves, and be told when one has not been made."""
    from holdfast.cli import backup_schedule as work

    wished = work.Wished(to, recipient or (), every, messages, media, keep, off)
    run(work.schedule(data, wished, as_json=as_json))


def move(
    to: Annotated[
        str | None, typer.Argument(help="Folder, or s3://bucket/prefix.", show_default=False)
    ] = None,
    messages: Annotated[bool, typer.Option(help="Messages and events too.")] = True,
    media: Annotated[bool, typer.Option(help="Files of messages too.")] = True,
    recipient: Annotated[
        list[str] | None,
        typer.Option(
            "--recipient", "-r", help="Lock it for this age or SSH public key, instead of a passphrase."
        ),
    ] = None,
    passphrase_file: PassphraseFile = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Nothing was restored elsewhere: start here again as before.")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """To another machine: stop, make an archive of everything, and rest here; then `backup restore` there."""
    from holdfast.cli import moving as work

    if undo:
        run(work.undo(data))
    else:
        wanted = work.Wanted(to or ".", None, messages, media, recipient or (), passphrase_file)
        run(work.move(data, wanted, as_json=as_json))
