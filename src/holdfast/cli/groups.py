"""`holdfast group …` and `holdfast check`: what WhatsApp says about groups and numbers."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.table import Table

from holdfast.cli.run import client
from holdfast.cli.screen import Exit, complain, draw, machine, marked, say
from holdfast.client import Group, Member

_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed of a group; None stays as it is."""

    subject: str | None
    description: str | None
    announce: bool | None
    locked: bool | None
    join_approval: bool | None
    members_add: bool | None
    disappearing_days: int | None


async def check(data: Path | None, session: str, numbers: Sequence[str], as_json: bool) -> int:
    """Print which numbers are on WhatsApp. Exit code 1 when one is not. Raises what the gateway refuses."""
    async with client(data) as api:
        found = await api.people.check(session, *numbers)
    if as_json:
        machine([dataclasses.asdict(it) for it in found])
    for it in () if as_json else found:
        if it.on_whatsapp:
            say("[green]+{}[/] is on WhatsApp: {}", it.number, it.jid)
        else:
            say("[red]+{}[/] is not on WhatsApp", it.number)
    return 0 if all(it.on_whatsapp for it in found) else int(Exit.FAILED)


async def listing(data: Path | None, session: str, as_json: bool) -> None:
    """Print the groups that the number is in."""
    async with client(data) as api:
        found = await api.groups.list(session)
    if as_json:
        machine([dataclasses.asdict(it) for it in found])
        return
    if not found:
        say("No group. Next step: [bold]holdfast group create {} SUBJECT NUMBER…[/]", session)
        return
    table = Table("subject", "members", "group", box=None, pad_edge=False, header_style="bright_black")
    for it in sorted(found, key=lambda group: group.subject.casefold()):
        table.add_row(marked("{}", it.subject), str(len(it.members)), marked("{}", it.group))
    draw(table)


async def show(data: Path | None, session: str, group: str, as_json: bool) -> None:
    """Print one group."""
    async with client(data) as api:
        found = await api.groups.get(session, group)
    if as_json:
        machine(dataclasses.asdict(found))
        return
    _print(found)


def _print(it: Group) -> None:
    say("[bold]{}[/]  {}", it.subject, it.group)
    if it.description:
        say("{}", it.description)
    settings = [
        text
        for holds, text in (
            (it.announce, "only admins write"),
            (it.locked, "only admins change subject and picture"),
            (it.join_approval, "an admin lets people in"),
            (it.members_add, "everybody adds members"),
            (it.disappearing_s > 0, f"messages disappear after {it.disappearing_s // _DAY_S} days"),
        )
        if holds
    ]
    if settings:
        say("[bright_black]{}[/]", " · ".join(settings))
    for member in it.members:
        role = "owner" if member.owner else "admin" if member.admin else ""
        say("  {}  [bright_black]{}[/]", member.phone or member.jid, role)


async def create(data: Path | None, session: str, subject: str, members: Sequence[str]) -> int:
    """Make a group."""
    async with client(data) as api:
        made = await api.groups.create(session, subject, members)
    say("made [bold]{}[/]  {}", made.subject, made.group)
    return _refused(made.members)


async def change(data: Path | None, session: str, group: str, wanted: Change) -> None:
    """Change what is named."""
    named = {name: value for name, value in dataclasses.asdict(wanted).items() if value is not None}
    if (days := named.pop("disappearing_days", None)) is not None:
        named["disappearing_s"] = days * _DAY_S
    async with client(data) as api:
        _print(await api.groups.change(session, group, **named))


async def change_members(
    data: Path | None, session: str, group: str, change: str, members: Sequence[str]
) -> int:
    """Add, remove, promote or demote."""
    async with client(data) as api:
        do = {
            "add": api.groups.add,
            "remove": api.groups.remove,
            "promote": api.groups.promote,
            "demote": api.groups.demote,
        }[change]
        return _told(await do(session, group, members))


async def requests(data: Path | None, session: str, group: str, as_json: bool) -> None:
    """Print who waits to be let in. Raises what the gateway refuses."""
    async with client(data) as api:
        found = await api.groups.requests(session, group)
    if as_json:
        machine([dataclasses.asdict(it.member) for it in found])
    elif not found:
        say("Nobody waits.")
    for it in () if as_json else found:
        say("{}", it.member.phone or it.member.jid)


async def decide(
    data: Path | None, session: str, group: str, members: Sequence[str], *, approve: bool
) -> int:
    """Let people in, or turn them away."""
    async with client(data) as api:
        return _told(await api.groups.decide(session, group, members, approve=approve))


async def invite(data: Path | None, session: str, group: str, *, reset: bool) -> None:
    """Print the invitation link."""
    async with client(data) as api:
        say("{}", await api.groups.invite(session, group, reset=reset))


async def join(data: Path | None, session: str, invitation: str) -> None:
    """Join by a link."""
    async with client(data) as api:
        group = await api.groups.join(session, invitation)
    say("{}: a member, or waiting until an admin agrees", group)


async def leave(data: Path | None, session: str, group: str) -> None:
    """Leave a group."""
    async with client(data) as api:
        await api.groups.leave(session, group)
    say("left {}", group)


def _told(members: Sequence[Member]) -> int:
    for it in members:
        if it.whatsapp_code is None:
            say("[green]done[/] {}", it.phone or it.jid)
    return _refused(members)


def _refused(members: Sequence[Member]) -> int:
    refused = [it for it in members if it.whatsapp_code is not None]
    for it in refused:
        complain(f"WhatsApp refused {it.phone or it.jid} ({it.whatsapp_code})")
    return int(Exit.FAILED) if refused else 0
