"""`holdfast chats …`."""

from pathlib import Path

from rich.table import Table

from holdfast.cli.run import client
from holdfast.cli.screen import ago, complain, draw, fail, machine, marked, say, word
from holdfast.client import Chat, Message, Window
from holdfast.model.content import text_of


async def listing(
    data: Path | None, session: str, *, unread: bool, archived: bool | None, limit: int, as_json: bool
) -> None:
    """Print the chats, newest first. Raises UnknownSession."""
    async with client(data) as api:
        found, more = await api.chats.page(session, archived=archived, unread=unread, limit=limit)
    if as_json:
        machine([_chat_machine(it) for it in found])
        return
    if not found:
        say("No chat." if archived is None and not unread else "No such chat.")
        return
    # Business accounts alone have labels.
    more_columns = ["labels"] if any(it.labels for it in found) else []
    columns = ["chat", "unread", "last", "", "to", *more_columns]
    table = Table(*columns, box=None, pad_edge=False, header_style="bright_black")
    for it in found:
        unread_shown = marked("[bold green]{}[/]", it.unread) if it.unread else ""
        last = "" if it.last_message is None else said(it.last_message)
        row = [word(it.name), unread_shown, ago(it.last_at), word(_short(last)), it.phone or it.chat]
        labels = ", ".join(each.name or each.label_id for each in it.labels)
        table.add_row(*row, *(word(labels) for _ in more_columns))
    draw(table)
    if more:
        say("… and more: [bold]--limit[/]")


async def show(
    data: Path | None, session: str, chat: str, *, limit: int, before: str | None, as_json: bool
) -> None:
    """Print what was said in a chat, newest last. Raises UnknownSession, RecipientInvalid."""
    async with client(data) as api:
        found: Window = await api.chats.messages(session, chat, before=before, limit=limit)
    if as_json:
        machine([dict(it.body) for it in found.messages])
        return
    if not found.messages:
        say("Nothing was said in this chat.")
        return
    for it in found.messages:
        say("[bright_black]{}[/] [bold]{}[/] {}", _time(it), _writer(it), said(it))
    if found.previous:
        say("[bright_black]what was before: --before {}[/]", found.previous)


async def search(
    data: Path | None, text: str, session: str | None, *, chat: str | None, limit: int, as_json: bool
) -> None:
    """Print what was found, newest first. Raises UnknownSession, RecipientInvalid, RequestInvalid."""
    if chat is not None and session is None:
        fail("A chat belongs to a session. Next step: name it with --session")
    async with client(data) as api:
        found = await api.chats.search(text, session, chat=chat, limit=limit)
    if as_json:
        machine([dict(it.body) for it in found.messages])
    elif not found.messages:
        say("Nothing found.")
    for it in () if as_json else found.messages:
        say("[bright_black]{} {}[/] [bold]{}[/] {}", _time(it), it.chat, _writer(it), _short(said(it), 200))
    if found.next and not as_json:
        say("… and more: [bold]--limit[/]")
    if not found.complete:
        complain("Older messages are still on their way into the index: look again later.")


async def read(data: Path | None, session: str, chat: str) -> None:
    """Mark a chat as read. Raises UnknownSession, RecipientInvalid, NotConnected."""
    async with client(data) as api:
        told = await api.chats.mark_read(session, chat)
    say("Nothing was unread." if not told else "read: {}", f"{told:,} message{'' if told == 1 else 's'}")


def said(message: Message) -> str:
    """A message in a line: its words, or its kind."""
    words, kind = text_of(message.content), str(message.content.kind)
    return words if kind == "text" else f"({kind}) {words}".strip()


def _writer(message: Message) -> str:
    if message.body.get("from_me"):
        return "me"
    return str(message.body.get("push_name") or message.body.get("sender"))


def _time(message: Message) -> str:
    return "-" if message.at is None else f"{message.at.astimezone():%Y-%m-%d %H:%M}"


def _short(text: str, most: int = 50) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _chat_machine(it: Chat) -> dict[str, object]:
    return {
        "chat": it.chat,
        "phone": it.phone,
        "group": it.group,
        "name": it.name,
        "unread": it.unread,
        "archived": it.archived,
        "labels": [each.name or each.label_id for each in it.labels],
        "muted_until": it.muted_until.isoformat() if it.muted_until else None,
        "last_at": it.last_at.isoformat() if it.last_at else None,
        "last_message": None if it.last_message is None else dict(it.last_message.body),
    }
