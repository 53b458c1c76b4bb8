"""`holdfast send`, and what waits after it: `queue`, `cancel`. Each imports its work when it is called."""

# ruff: noqa: PLR0917 - a command's parameters are its options

from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.options import AsJson, Data, SessionName
from holdfast.cli.run import run

_KINDS, _ABOUT, _BESIDE = "What to send", "About another message", "Beside it"


def send(
    session: SessionName,
    to: Annotated[str, typer.Argument(help="Phone number (+49…), JID or chat of an event.")],
    text: Annotated[
        str | None,
        typer.Argument(
            help="The text; - reads it from standard input. With an option of the next group: its name, "
            "question or caption.",
            show_default=False,
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A picture, film, sound or any other file.", rich_help_panel=_KINDS
        ),
    ] = None,
    voice: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A sound as a voice note.", rich_help_panel=_KINDS)
    ] = None,
    sticker: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A picture as a sticker.", rich_help_panel=_KINDS)
    ] = None,
    as_document: Annotated[
        bool, typer.Option("--document", help="--file as it is, not shown.", rich_help_panel=_KINDS)
    ] = False,
    location: Annotated[
        str | None,
        typer.Option(metavar="LAT,LON", help="A place on the map.", rich_help_panel=_KINDS),
    ] = None,
    contact: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A contact card: a vCard file.", rich_help_panel=_KINDS),
    ] = None,
    poll: Annotated[
        list[str] | None,
        typer.Option(metavar="CHOICE", help="A poll; once for each choice.", rich_help_panel=_KINDS),
    ] = None,
    selectable: Annotated[
        int, typer.Option(min=0, help="How many choices one may take; 0: any number.", rich_help_panel=_KINDS)
    ] = 0,
    event: Annotated[
        str | None, typer.Option(metavar="TIME", help="An event that starts then.", rich_help_panel=_KINDS)
    ] = None,
    react: Annotated[
        str | None,
        typer.Option(metavar="EMOJI", help='React to --message; "" takes it back.', rich_help_panel=_ABOUT),
    ] = None,
    vote: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHOICE", help='Vote in the poll --message; "" takes it back.', rich_help_panel=_ABOUT
        ),
    ] = None,
    edit: Annotated[
        bool, typer.Option("--edit", help="Give --message this text.", rich_help_panel=_ABOUT)
    ] = False,
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete --message for everyone.", rich_help_panel=_ABOUT)
    ] = False,
    message: Annotated[
        str | None, typer.Option(metavar="ID", help="The message meant.", rich_help_panel=_ABOUT)
    ] = None,
    reply_to: Annotated[
        str | None, typer.Option(metavar="ID", help="Quote this message.", rich_help_panel=_BESIDE)
    ] = None,
    mention: Annotated[
        list[str] | None,
        typer.Option(metavar="NUMBER", help="Mention a member of the group.", rich_help_panel=_BESIDE),
    ] = None,
    forwarded: Annotated[
        bool, typer.Option("--forwarded", help="Mark it as forwarded.", rich_help_panel=_BESIDE)
    ] = False,
    disappear: Annotated[
        str | None,
        typer.Option(metavar="SPAN", help="It disappears after 24h, 7d, 90d.", rich_help_panel=_BESIDE),
    ] = None,
    typing: Annotated[
        bool, typer.Option("--typing", help="Show “typing…” before it.", rich_help_panel=_BESIDE)
    ] = False,
    not_before: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help="Send it then: 2026-12-24T18:00, or +90m.", rich_help_panel=_BESIDE
        ),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Give up when it is not sent by then.", rich_help_panel=_BESIDE),
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Idempotency key: a repetition sends nothing twice.")
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait until WhatsApp has it.")] = 5.0,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Send a text, or something else."""
    from holdfast.cli import messages
    from holdfast.cli.letter import Letter

    letter = Letter(
        text=text,
        file=file,
        voice=voice,
        sticker=sticker,
        as_document=as_document,
        location=location,
        contact=contact,
        poll=poll or (),
        selectable=selectable,
        event=event,
        react=react,
        vote=vote,
        edit=edit,
        delete=delete,
        message=message,
        reply_to=reply_to,
        mention=mention or (),
        forwarded=forwarded,
        disappear=disappear,
        typing=typing,
        not_before=not_before,
        expires=expires,
    )
    run(messages.send(data, session, to, letter, key=key, wait_s=wait, as_json=as_json))


def queue(session: SessionName, data: Data = None, as_json: AsJson = False) -> None:
    """Show what a number still has to send, and what it waits for."""
    from holdfast.cli import waiting

    run(waiting.queue(data, session, as_json=as_json))


def cancel(
    session: SessionName,
    message: Annotated[str, typer.Argument(help="Id of the message; `holdfast queue` shows it.")],
    data: Data = None,
) -> None:
    """Send a message no more that still waits."""
    from holdfast.cli import waiting

    run(waiting.cancel(data, session, message))
