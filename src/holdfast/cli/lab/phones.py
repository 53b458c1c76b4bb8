"""`holdfast lab phones`, `phone`, `show`, `inbox`, `groups`, `group`, `code`, `kick`: who is there."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.table import Table
from rich.text import Text

from holdfast.cli.lab.attach import attached, somebody
from holdfast.cli.screen import draw, lab_banner, machine, marked, number, plain, say, word
from holdfast.lab import Conversation, Line, Phone, Received, Simulator

_FOLLOW_S = 5.0


def table(*titles: str) -> Table:
    """A table in the house's look."""
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    for title in titles:
        shown.add_column(title)
    return shown


async def phones(data: Path | None, trust: Path | None, as_json: bool) -> None:
    """Every phone with its companions."""
    async with attached(data, trust) as simulator:
        known = [(phone, await phone.account()) for phone in await simulator.phones()]
    if as_json:
        machine([{**asdict(account), "name": phone.name} for phone, account in known])
        return
    lab_banner()
    shown = table("phone", "name", "companions", "connected", "waiting", "scans")
    for phone, account in known:
        companions = account.companions
        counts = (len(companions), sum(c.connected for c in companions), sum(c.queue for c in companions))
        shown.add_row(number(phone.phone), word(phone.name), *map(str, (*counts, account.registrations)))
    draw(shown) if known else say("[bright_black]no phones yet: holdfast lab phone Ann[/]")


async def make_phone(data: Path | None, trust: Path | None, name: str, wanted: str | None) -> None:
    """A new phone, or the one with that number."""
    async with attached(data, trust) as simulator:
        made = await simulator.phone(name, wanted)
    lab_banner()
    plain(f"{number(made.phone)}  {made.name}")


async def show(data: Path | None, trust: Path | None, who: str, chat_with: str | None) -> None:
    """One phone as it is: companions, chats; or one of its chats."""
    async with attached(data, trust) as simulator:
        phone = await somebody(simulator, who)
        lab_banner()
        if chat_with:
            other = chat_with if "@" in chat_with else (await somebody(simulator, chat_with)).phone
            _conversation(await phone.chat(other))
            return
        await _phone(phone)


async def _phone(phone: Phone) -> None:
    account = await phone.account()
    say("[bold]{}[/]  {}", number(phone.phone), phone.name)
    companions = table("companion", "state", "waiting", "logins", "pre-keys")
    for each in account.companions:
        state = marked("[green]connected[/] {}", each.handshake) if each.connected else word("away", "yellow")
        companions.add_row(each.jid, state, str(each.queue), str(each.logins), str(each.prekeys))
    draw(companions) if account.companions else say("[bright_black]no companions[/]")
    chats = table("chat", "name", "unread", "")
    for chat in await phone.chats():
        marks = [word for word in ("archived", "pinned") if getattr(chat, word)]
        marks += ["muted"] if chat.muted_until else []
        chats.add_row(chat.chat, word(chat.name), str(chat.unread or ""), " ".join(marks))
    if chats.row_count:
        draw(chats)


def _conversation(chat: Conversation) -> None:
    say("[bold]{}[/]  {}", chat.chat, chat.name)
    shown = table("id", "from", "", "")
    for line in chat.messages:
        sender = "me" if line.from_me else line.sender
        shown.add_row(line.id, sender, _text(line), word(" ".join([*_marks(line), line.status])))
    draw(shown)


def _text(line: Line) -> Text:
    if line.deleted:
        return word("(deleted)", "bright_black")
    return word(line.text) if line.kind == "text" else marked("[cyan]{}[/] {}", line.kind, line.text)


def _marks(line: Line) -> list[str]:
    marks = [word for word in ("edited", "starred", "pinned") if getattr(line, word)]
    marks += [f"{emoji} {who}" for who, emoji in line.reactions.items()]
    return marks + [f"{who}: {', '.join(options)}" for who, options in line.votes.items()]


async def inbox(data: Path | None, trust: Path | None, who: str, *, follow: bool, as_json: bool) -> None:
    """What a phone received, as it decrypted it."""
    async with attached(data, trust) as simulator:
        phone = await somebody(simulator, who)
        if not as_json:
            lab_banner()
        items, after = await phone.inbox()
        _items(items[-50:], as_json)
        while follow:
            items, after = await phone.inbox(after, _FOLLOW_S)
            _items(items, as_json)


def _items(items: Sequence[Received], as_json: bool) -> None:
    for item in items:
        if as_json:
            machine(item.details)
            continue
        about = f" -> {item.target}" if item.target else ""
        twice = f" (came {item.duplicates + 1} times)" if item.duplicates else ""
        sender = "own companion" if item.from_me else number(item.sender)
        what = f"{item.kind} {item.id}{about}: {item.text}{item.emoji}{twice}"
        plain(f"#{item.seq} {sender} in {item.chat}  {what}")


async def groups(data: Path | None, trust: Path | None) -> None:
    """Every group with its members."""
    async with attached(data, trust) as simulator:
        all_groups = await simulator.groups()
    lab_banner()
    shown = table("group", "subject", "members", "")
    for group in all_groups:
        members = ", ".join(number(m.phone) + (f" ({m.role})" if m.role else "") for m in group.members)
        marks = [word for word in ("announce", "locked") if getattr(group, word)]
        shown.add_row(group.jid, word(group.subject), members, " ".join(marks))
    draw(shown) if all_groups else say("[bright_black]no groups yet: holdfast lab group[/]")


async def make_group(
    data: Path | None, trust: Path | None, subject: str, by: str, members: list[str]
) -> None:
    """A new group."""
    async with attached(data, trust) as simulator:
        owner = await somebody(simulator, by)
        made = await owner.make_group(subject, *[await somebody(simulator, each) for each in members])
    lab_banner()
    plain(f"{made.jid}  {subject}")


async def enter_code(data: Path | None, trust: Path | None, who: str, code: str) -> None:
    """Link a client that shows eight characters."""
    async with attached(data, trust) as simulator:
        linked = await (await somebody(simulator, who)).enter_code(code)
    lab_banner()
    plain(f"linked {linked.jid}")


async def kick(data: Path | None, trust: Path | None, who: str, device: int, reason: str) -> None:
    """End a companion's connection."""
    async with attached(data, trust) as simulator:
        was_connected = await (await somebody(simulator, who)).kick(device, reason)
    lab_banner()
    plain(f"device {device}: {reason}" if was_connected else f"device {device} was not connected")


async def linked_with(simulator: Simulator, code: str, who: str) -> str:
    """Let a phone scan the text of a QR code; makes the phone when there is none of that number."""
    phone = (
        await simulator.phone("Phone", who) if who.lstrip("+").isdigit() else await somebody(simulator, who)
    )
    return (await phone.scan(code)).jid
