"""`holdfast lab phone`, `phones`, `show`, `scan`, `code`, `kick`, `group`, `groups`: who there is."""

from typing import Annotated

import typer

from holdfast.cli.lab.commands.shared import Who, app, clearly
from holdfast.cli.options import AsJson, LabData, Trust


@app.command("phones")
def phones(data: LabData = None, trust: Trust = None, as_json: AsJson = False) -> None:
    """Every phone with its companions."""
    from holdfast.cli.lab import phones as work

    clearly(work.phones(data, trust, as_json))


@app.command("phone")
def phone(
    name: Annotated[str, typer.Argument(help="Its push name.")],
    number: Annotated[str | None, typer.Option(help="Its number; default: a free one.")] = None,
    data: LabData = None,
    trust: Trust = None,
) -> None:
    """Make a phone."""
    from holdfast.cli.lab import phones as work

    clearly(work.make_phone(data, trust, name, number))


@app.command("show")
def show(
    who: Annotated[str | None, typer.Argument(help="A phone, by number or name; default: all.")] = None,
    chat: Annotated[str | None, typer.Option(help="Its chat with this phone, number or group.")] = None,
    data: LabData = None,
    trust: Trust = None,
) -> None:
    """Show a phone: companions, chats, or one chat as its screen shows it."""
    from holdfast.cli.lab import phones as work

    clearly(work.show(data, trust, who, chat) if who else work.phones(data, trust, False))


@app.command("scan")
def scan(
    session: Annotated[
        str, typer.Argument(help="Session of the running Holdfast; made when there is none.")
    ] = "main",
    code: Annotated[
        str | None, typer.Option(help="Text of any client's QR code instead; - reads it from standard input.")
    ] = None,
    phone: Annotated[
        str | None, typer.Option(help="The phone that scans, by number; default: a new one.")
    ] = None,
    data: LabData = None,
    trust: Trust = None,
) -> None:
    """Link a client: let a phone scan its QR code.

    [bright_black]holdfast lab scan office[/]
    [bright_black]my-client | holdfast lab scan --code - --phone Ann[/]
    """
    from holdfast.cli.lab import sessions as work

    if code is not None:
        clearly(work.scan_code(data, trust, code, phone))
    else:
        clearly(work.scan(data, trust, session, phone))


@app.command("code")
def enter_code(
    who: Who,
    code: Annotated[str, typer.Argument(help="The eight characters.")],
    data: LabData = None,
    trust: Trust = None,
) -> None:
    """Link a client by the code that it shows ("link with phone number")."""
    from holdfast.cli.lab import phones as work

    clearly(work.enter_code(data, trust, who, code))


@app.command("kick")
def kick(
    who: Who,
    device: Annotated[int, typer.Option(help="Its companion, from 1.")] = 1,
    reason: Annotated[
        str, typer.Option(help="close, replaced, device_removed, or a stream error such as 503, 515.")
    ] = "close",
    data: LabData = None,
    trust: Trust = None,
) -> None:
    """End a companion's connection."""
    from holdfast.cli.lab import phones as work

    clearly(work.kick(data, trust, who, device, reason))


@app.command("groups")
def groups(data: LabData = None, trust: Trust = None) -> None:
    """Every group with its members."""
    from holdfast.cli.lab import phones as work

    clearly(work.groups(data, trust))


@app.command("group")
def group(
    subject: Annotated[str, typer.Argument()],
    by: Annotated[str, typer.Argument(metavar="OWNER", help="The phone that makes it.")],
    members: Annotated[list[str], typer.Argument(help="The other members.")],
    data: LabData = None,
    trust: Trust = None,
) -> None:
    """Make a group."""
    from holdfast.cli.lab import phones as work

    clearly(work.make_group(data, trust, subject, by, members))
