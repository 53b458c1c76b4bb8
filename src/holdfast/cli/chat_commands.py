"""The commands of `holdfast chats`. Each imports its work when it is called."""

# ruff: noqa: PLR0917 - a command's parameters are its options

from typing import Annotated

import typer

from holdfast.cli.options import AsJson, Data, SessionName
from holdfast.cli.run import run

app = typer.Typer(
    help="Chats of a session's number: which there are, what is unread, what was said.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

ChatName = Annotated[
    str, typer.Argument(help="Number with country code, or JID as `list` shows it.", show_default=False)
]


@app.command("list")
def listing(
    session: SessionName,
    unread: Annotated[bool, typer.Option("--unread", help="Only those with unread messages.")] = False,
    archived: Annotated[
        bool | None, typer.Option("--archived/--not-archived", help="Only these.", show_default="both")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 30,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """The chats, the newest first."""
    from holdfast.cli import chats as work

    run(work.listing(data, session, unread=unread, archived=archived, limit=limit, as_json=as_json))


@app.command()
def show(
    session: SessionName,
    chat: ChatName,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many messages.")] = 30,
    before: Annotated[str | None, typer.Option(help="What was said before: as shown last time.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """What was said in a chat, the newest last."""
    from holdfast.cli import chats as work

    run(work.show(data, session, chat, limit=limit, before=before, as_json=as_json))


@app.command()
def search(
    words: Annotated[str, typer.Argument(help='Beginnings of words; "words in quotes" stand side by side.')],
    session: Annotated[
        str | None, typer.Option("--session", "-s", help="Only this session.", show_default="all")
    ] = None,
    chat: Annotated[str | None, typer.Option(help="Only this chat of it.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 20,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Find messages by their words, the newest first."""
    from holdfast.cli import chats as work

    run(work.search(data, words, session, chat=chat, limit=limit, as_json=as_json))


@app.command()
def read(session: SessionName, chat: ChatName, data: Data = None) -> None:
    """Mark a chat as read: its senders see it."""
    from holdfast.cli import chats as work

    run(work.read(data, session, chat))
