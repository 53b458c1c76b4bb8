"""`holdfast lab say`, `send`, `inbox`: what phones write and receive."""

# ruff: noqa: PLR0917 - a command's parameters are its options

from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.lab.commands.shared import To, Who, app, clearly
from holdfast.cli.options import AsJson, LabData, Trust


@app.command("say")
def say(
    to: Annotated[str, typer.Argument(help="A session (id, name, number), a phone or a group.")],
    text: Annotated[str, typer.Argument()],
    phone: Annotated[
        str | None,
        typer.Option("--phone", "--from", help="The phone that writes; default: a customer."),
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for an answer.")] = 5.0,
    data: LabData = None,
    trust: Trust = None,
) -> None:
    """Let a phone write a text, and show the answer."""
    from holdfast.cli.lab import sessions as work

    clearly(work.say_as_phone(data, trust, to, text, phone=phone, wait_s=wait))


@app.command("send")
def send(
    by: Annotated[str, typer.Argument(metavar="FROM", help="The phone that sends, by number or name.")],
    to: To,
    text: Annotated[str | None, typer.Argument(help="The text, or a file's caption.")] = None,
    file: Annotated[Path | None, typer.Option(help="A file.")] = None,
    kind: Annotated[
        str | None, typer.Option(help="image, video, audio, voice, document, sticker; default: by its name.")
    ] = None,
    mimetype: Annotated[str | None, typer.Option(help="Of the file.")] = None,
    reaction: Annotated[str | None, typer.Option(help='Emoji on --target; "" takes it back.')] = None,
    edit: Annotated[str | None, typer.Option(help="New text of --target.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete --target for everyone.")] = False,
    location: Annotated[str | None, typer.Option(help="Like 49.41,8.71; the text is its name.")] = None,
    contact: Annotated[str | None, typer.Option(help="Like Ann:+491511234567.")] = None,
    poll: Annotated[str | None, typer.Option(help="The question; with --option for each answer.")] = None,
    option: Annotated[list[str] | None, typer.Option(help="An answer of the poll.")] = None,
    vote: Annotated[list[str] | None, typer.Option(help="An answer, in the poll --target.")] = None,
    target: Annotated[str | None, typer.Option(help="Id of the message that this one is about.")] = None,
    reply_to: Annotated[str | None, typer.Option(help="Id of the message that is quoted.")] = None,
    data: LabData = None,
    trust: Trust = None,
) -> None:
    """Let a phone send any kind of message.

    [bright_black]holdfast lab send Ann Ben --file photo.jpg[/]
    [bright_black]holdfast lab send Ben Ann --reaction 👍 --target 3A91F2…[/]
    [bright_black]holdfast lab send Ann Ben --poll "When?" --option now --option later[/]
    """
    from holdfast.cli.lab import send as work

    options, votes = tuple(option or ()), tuple(vote or ())
    letter = work.Letter(
        text,
        file,
        kind,
        mimetype,
        reaction,
        edit,
        delete,
        location,
        contact,
        poll,
        options,
        votes,
        target,
        reply_to,
    )
    clearly(work.send(data, trust, by, to, letter))


@app.command("inbox")
def inbox(
    who: Who,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl+C.")] = False,
    data: LabData = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """What a phone received, as it decrypted it."""
    from holdfast.cli.lab import phones as work

    clearly(work.inbox(data, trust, who, follow=follow, as_json=as_json))
