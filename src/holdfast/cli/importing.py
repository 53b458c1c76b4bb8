"""`holdfast import …`: what comes along is shown first, then it is taken in. `holdfast export`: out."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from holdfast.cli import secrets
from holdfast.cli.run import client
from holdfast.cli.screen import complain, machine, number, say
from holdfast.model.errors import HoldfastError, RequestInvalid

if TYPE_CHECKING:
    from holdfast.vault import Source

#: So lately changed, a folder probably belongs to a program that runs.
_LATELY_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asked for."""

    source: str
    device: str
    session: str
    dry_run: bool
    password_file: str | None = None


async def import_(data: Path | None, wanted: Wanted, *, as_json: bool) -> None:
    """Take a number in. Raises HoldfastError: nothing has changed then."""
    source = _found(wanted)
    if not as_json:
        _show(source)
    if wanted.dry_run:
        if as_json:
            machine(_plain(source))
        return
    async with client(data) as api:
        known = {it.id for it in await api.sessions.list()}
        session = await api.sessions.create(wanted.session)
        try:
            session = await api.sessions.take_in(session.id, source.place, wanted.device)
        except HoldfastError:
            if session.id not in known:
                await api.sessions.delete(session.id)  # it was made for this alone
            raise
    if as_json:
        machine({**_plain(source), "session": session.name, "state": session.state})
        return
    say(
        "[bold green]imported[/] {} as [bold]{}[/], which is {}",
        number(source.number),
        session.name,
        session.state,
    )
    say("Do not start the other program with this number again: two of one number throw each other out.")
    say("Next step: [bold]holdfast status[/]")


def _found(wanted: Wanted) -> "Source":
    """What lies at the source. Raises SourceUnusable, RequestInvalid for a password that others see."""
    from holdfast.vault import PasswordWanted, look_at_source  # half of the gateway: only where it is needed
    from holdfast.vault.sources import SERVERS

    if not wanted.source.startswith(SERVERS):
        return look_at_source(str(Path(wanted.source).resolve()), wanted.device)
    if urlsplit(wanted.source).password is not None or "password=" in wanted.source:
        raise RequestInvalid(
            "A password in a command line is seen by every program of this machine",
            next_step="Leave it out: it is asked for, or taken from --password-file or ~/.pgpass.",
        )
    if wanted.password_file is not None:
        address = _with_password(wanted.source, secrets.server_password(wanted.password_file))
        return look_at_source(address, wanted.device)
    try:
        return look_at_source(wanted.source, wanted.device)
    except PasswordWanted:
        if not sys.stdin.isatty():
            raise
    return look_at_source(_with_password(wanted.source, secrets.server_password(None)), wanted.device)


def _with_password(address: str, password: str) -> str:
    asks = "&" if urlsplit(address).query else "?"
    return f"{address}{asks}password={quote(password, safe='')}"


async def export(data: Path | None, ref: str, file: Path, *, keep_connected: bool, as_json: bool) -> None:
    """Write a number into a database of stock whatsmeow. Raises HoldfastError: nothing is written then."""
    async with client(data) as api:
        session = await api.sessions.export(ref, str(file), keep_connected=keep_connected)
    if as_json:
        machine({"session": session.name, "phone": session.phone, "state": session.state, "file": str(file)})
        return
    say("[bold green]exported[/] {} to {}", number(session.phone or ""), file)
    say("It is not encrypted: whoever reads it has the number, and connects it without a code.")
    if keep_connected:
        say("[bold]{}[/] connects again here, so no other program may use this file.", session.name)
        return
    say("[bold]{}[/] is stopped here, and must stay so while the other program uses the file:", session.name)
    say("two of one number throw each other out, and each makes the other's keys for contacts stale.")
    say(
        "Next step: start the other program with it. To come back, end that one, then: holdfast connect {}",
        session.name,
    )


def _show(source: "Source") -> None:
    say("[bold]{}[/] {} [bright_black]{}[/]", number(source.number), source.push_name, source.kind.value)
    for noun, count in source.carried.items():
        say("  comes along    {} {}", count, noun)
    for noun, count in source.left.items():
        say("  begins afresh  {} {}", count, noun)
    if any(source.left.values()):
        say("  The first message of each contact is asked for again by itself; none is lost.")
    if source.used_by:
        complain(f"{source.used_by} still uses it. Next step: stop that program.")
    elif source.left and source.changed_s_ago < _LATELY_S:
        say(
            "[yellow]Its files changed {} s ago. Make sure that its program does not run.[/]",
            f"{source.changed_s_ago:.0f}",
        )


def _plain(source: "Source") -> dict[str, object]:
    return {
        "kind": source.kind.value,
        "phone": source.number,
        "jid": source.jid,
        "carried": dict(source.carried),
        "left": dict(source.left),
        "used_by": source.used_by,
    }
