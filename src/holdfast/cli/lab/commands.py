"""`holdfast lab`: the simulated WhatsApp by hand. Each command imports its work when it is called."""

# ruff: noqa: PLR0917 - a command's parameters are its options

from pathlib import Path
from typing import Annotated, Any

import typer

from holdfast.cli.options import AsJson, Data, Trust
from holdfast.cli.run import run as _run

app = typer.Typer(
    help="The simulated WhatsApp by hand: phones, faults, clock, transcript.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    epilog="A first look: [bold]holdfast lab start[/], in another terminal [bold]holdfast lab phone Ann[/], "
    "[bold]holdfast lab faults --known[/]. All of it: docs/lab.md",
)

Who = Annotated[str, typer.Argument(help="A phone, by number or name.", show_default=False)]
To = Annotated[str, typer.Argument(help="A phone or group, by number, name, JID or subject.")]


def _clearly(work: Any) -> None:
    """Run it; what cannot be meant is one line and exit code 2, as Typer has it."""
    from holdfast.cli.lab.words import Unclear
    from holdfast.cli.screen import Exit, fail

    async def clear() -> Any:
        try:
            return await work
        except Unclear as unclear:
            fail(str(unclear), Exit.SETTINGS)

    _run(clear())


@app.command("start")
def start(
    port: Annotated[int, typer.Option(help="Port; 0 picks a free one.")] = 8080,
    seed: Annotated[int, typer.Option(help="The same seed makes the same choices.")] = 1,
    state: Annotated[
        Path | None, typer.Option(help="Folder for its state.", show_default="lab/state in the data folder")
    ] = None,
    memory: Annotated[bool, typer.Option("--memory", help="Keep nothing over a restart.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse queries that it does not know.")] = False,
    data: Data = None,
) -> None:
    """Run a simulator until Ctrl+C, and tell how to point clients at it."""
    from holdfast.cli.lab import start as work

    options = ["--strict"] if strict else []
    _clearly(work.start(data, port=port, seed=seed, state=state, memory=memory, options=options))


@app.command("phones")
def phones(data: Data = None, trust: Trust = None, as_json: AsJson = False) -> None:
    """Every phone with its companions."""
    from holdfast.cli.lab import phones as work

    _clearly(work.phones(data, trust, as_json))


@app.command("phone")
def phone(
    name: Annotated[str, typer.Argument(help="Its push name.")],
    number: Annotated[str | None, typer.Option(help="Its number; default: a free one.")] = None,
    data: Data = None,
    trust: Trust = None,
) -> None:
    """Make a phone."""
    from holdfast.cli.lab import phones as work

    _clearly(work.make_phone(data, trust, name, number))


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
    data: Data = None,
    trust: Trust = None,
) -> None:
    """Link a client: let a phone scan its QR code.

    [bright_black]holdfast lab scan office[/]
    [bright_black]my-client | holdfast lab scan --code - --phone Ann[/]
    """
    from holdfast.cli.lab import sessions as work

    if code is not None:
        _clearly(work.scan_code(data, trust, code, phone))
    else:
        _clearly(work.scan(data, trust, session, phone))


@app.command("code")
def enter_code(
    who: Who,
    code: Annotated[str, typer.Argument(help="The eight characters.")],
    data: Data = None,
    trust: Trust = None,
) -> None:
    """Link a client by the code that it shows ("link with phone number")."""
    from holdfast.cli.lab import phones as work

    _clearly(work.enter_code(data, trust, who, code))


@app.command("say")
def say(
    to: Annotated[str, typer.Argument(help="A session (id, name, number), a phone or a group.")],
    text: Annotated[str, typer.Argument()],
    phone: Annotated[
        str | None,
        typer.Option("--phone", "--from", help="The phone that writes; default: a customer."),
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for an answer.")] = 5.0,
    data: Data = None,
    trust: Trust = None,
) -> None:
    """Let a phone write a text, and show the answer."""
    from holdfast.cli.lab import sessions as work

    _clearly(work.say_as_phone(data, trust, to, text, phone=phone, wait_s=wait))


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
    data: Data = None,
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
    _clearly(work.send(data, trust, by, to, letter))


@app.command("show")
def show(
    who: Annotated[str | None, typer.Argument(help="A phone, by number or name; default: all.")] = None,
    chat: Annotated[str | None, typer.Option(help="Its chat with this phone, number or group.")] = None,
    data: Data = None,
    trust: Trust = None,
) -> None:
    """Show a phone: companions, chats, or one chat as its screen shows it."""
    from holdfast.cli.lab import phones as work

    _clearly(work.show(data, trust, who, chat) if who else work.phones(data, trust, False))


@app.command("inbox")
def inbox(
    who: Who,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl+C.")] = False,
    data: Data = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """What a phone received, as it decrypted it."""
    from holdfast.cli.lab import phones as work

    _clearly(work.inbox(data, trust, who, follow=follow, as_json=as_json))


@app.command("groups")
def groups(data: Data = None, trust: Trust = None) -> None:
    """Every group with its members."""
    from holdfast.cli.lab import phones as work

    _clearly(work.groups(data, trust))


@app.command("group")
def group(
    subject: Annotated[str, typer.Argument()],
    by: Annotated[str, typer.Argument(metavar="OWNER", help="The phone that makes it.")],
    members: Annotated[list[str], typer.Argument(help="The other members.")],
    data: Data = None,
    trust: Trust = None,
) -> None:
    """Make a group."""
    from holdfast.cli.lab import phones as work

    _clearly(work.make_group(data, trust, subject, by, members))


@app.command("fault")
def fault(
    name: Annotated[
        str | None, typer.Argument(help="A ready-made fault (holdfast lab faults --known).")
    ] = None,
    account: Annotated[str | None, typer.Option(help="Only this phone's companions.")] = None,
    count: Annotated[
        int | None, typer.Option(help="How often it strikes; -1: until it is ended.", show_default="its own")
    ] = None,
    ttl: Annotated[str | None, typer.Option(help="It ends by itself after this time, like 30s.")] = None,
    arg: Annotated[list[str] | None, typer.Option(help="Detail of the action, like ms=200.")] = None,
    action: Annotated[str | None, typer.Option(help="A rule of your own: what it does.")] = None,
    match: Annotated[
        list[str] | None, typer.Option(help="A rule of your own: what it strikes, like tag=message.")
    ] = None,
    data: Data = None,
    trust: Trust = None,
) -> None:
    """Break something: by name, or by a rule of your own.

    [bright_black]holdfast lab fault no-ack --account Ann[/]
    [bright_black]holdfast lab fault logged-out --account Ann --count 1[/]
    [bright_black]holdfast lab fault --action delay --match "tag=message dir=out" --arg ms=800 --count -1[/]
    [bright_black]holdfast lab fault --action drop --match "tag=receipt prob=0.3" --ttl 2m --count -1[/]
    """
    from holdfast.cli.lab import faults as work

    given = work.Trouble(name, action, tuple(match or ()), tuple(arg or ()), account, count, ttl)
    _clearly(work.fault(data, trust, given))


@app.command("faults")
def faults(
    known: Annotated[bool, typer.Option("--known", help="Everything that there is.")] = False,
    data: Data = None,
    trust: Trust = None,
) -> None:
    """Faults in force."""
    from holdfast.cli.lab import faults as work

    _clearly(work.faults(data, trust, known))


@app.command("clear")
def clear(
    id: Annotated[int | None, typer.Argument(help="Number of one fault; default: all.")] = None,
    data: Data = None,
    trust: Trust = None,
) -> None:
    """End faults."""
    from holdfast.cli.lab import faults as work

    _clearly(work.clear(data, trust, id))


@app.command("clock")
def clock(
    advance: Annotated[str | None, typer.Option(help="So much time passes at once, like 14d.")] = None,
    offset: Annotated[
        str | None, typer.Option(help="So much more than the machine's time, like -2h; 0 is the machine's.")
    ] = None,
    data: Data = None,
    trust: Trust = None,
) -> None:
    """Show the simulation's time, or move it."""
    from holdfast.cli.lab import faults as work

    _clearly(work.clock(data, trust, advance, offset))


@app.command("kick")
def kick(
    who: Who,
    device: Annotated[int, typer.Option(help="Its companion, from 1.")] = 1,
    reason: Annotated[
        str, typer.Option(help="close, replaced, device_removed, or a stream error such as 503, 515.")
    ] = "close",
    data: Data = None,
    trust: Trust = None,
) -> None:
    """End a companion's connection."""
    from holdfast.cli.lab import phones as work

    _clearly(work.kick(data, trust, who, device, reason))


@app.command("transcript")
def transcript(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl+C.")] = False,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many remembered ones.")] = 50,
    account: Annotated[str | None, typer.Option(help="Only this number's.")] = None,
    tag: Annotated[str | None, typer.Option(help="message, receipt, iq, notification, …")] = None,
    type: Annotated[str | None, typer.Option(help="Attribute type.")] = None,
    xmlns: Annotated[str | None, typer.Option(help="Namespace of a query.")] = None,
    id: Annotated[str | None, typer.Option(help="Attribute id.")] = None,
    dir: Annotated[str | None, typer.Option(help="in: from the client; out: to it.")] = None,
    text: Annotated[str | None, typer.Option(help="Occurs in it.")] = None,
    fault: Annotated[str | None, typer.Option(help="Only what this fault struck.")] = None,
    bodies: Annotated[bool, typer.Option("--bodies", help="Show what is inside.")] = False,
    data: Data = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """Every stanza that passed: -> from the client, <- to it; without --bodies not what is inside."""
    from holdfast.cli.lab import transcript as work

    number = account.lstrip("+") if account else None
    filters = {"account": number, "tag": tag, "type": type, "xmlns": xmlns, "id": id}
    filters |= {"dir": dir, "text": text, "fault": fault}
    _clearly(work.transcript(data, trust, filters, last=last, follow=follow, as_json=as_json, bodies=bodies))
