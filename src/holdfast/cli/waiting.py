"""`holdfast queue` and `holdfast cancel`."""

from datetime import datetime
from pathlib import Path

from rich.table import Table

from holdfast.cli.run import client
from holdfast.cli.screen import draw, machine, say
from holdfast.client import Message, Queue
from holdfast.kit import foreign


async def queue(data: Path | None, session: str, *, as_json: bool) -> None:
    """Show what waits. Raises UnknownSession."""
    async with client(data) as api:
        found: Queue = await api.queue(session)
    if as_json:
        machine(_machine(found))
        return
    if not found.messages:
        say("Nothing waits to be sent.")
        return
    since = f" since {_time(found.since)}" if found.since else ""
    later = f", {found.scheduled:,} of them for a later time" if found.scheduled else ""
    say("{} in {}{}{}", _count(found.messages, "message"), _count(found.chats, "chat"), since, later)
    if found.reachout_locked_until is not None:
        say("[yellow]{} (until {})[/]", found.sentence, _time(found.reachout_locked_until))
    draw(_table(found))
    if found.messages > len(found.waiting):
        say("… and {} more", f"{found.messages - len(found.waiting):,}")


async def cancel(data: Path | None, session: str, message_id: str) -> None:
    """Cancel one message. Raises UnknownMessage, NotCancellable."""
    async with client(data) as api:
        await api.cancel(session, message_id)
    say("cancelled {}", message_id)


def _table(found: Queue) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bright_black")
    for title in ("message", "to", "kind", "waits for"):
        table.add_column(title, no_wrap=title == "message")
    for each in found.waiting:
        sent = each.body.get("sent") or {}
        table.add_row(
            each.message_id,
            foreign.one_line(str(sent.get("to") or each.chat)),
            str(each.content.kind),
            _reason(each),
        )
    return table


def _reason(message: Message) -> str:
    sent = message.body.get("sent") or {}
    at = sent.get("next_attempt_at") or sent.get("not_before")
    when = f" until {_time(datetime.fromisoformat(at))}" if at else ""
    if sent.get("error"):
        return f"{foreign.one_line(message.error)}{when}"
    return f"its time{when}" if at else "its turn"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _time(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def _machine(found: Queue) -> dict[str, object]:
    return {
        "messages": found.messages,
        "chats": found.chats,
        "since": found.since.isoformat() if found.since else None,
        "scheduled": found.scheduled,
        "reachout_locked_until": found.reachout_locked_until.isoformat()
        if found.reachout_locked_until
        else None,
        "waiting": [dict(each.body) for each in found.waiting],
    }
