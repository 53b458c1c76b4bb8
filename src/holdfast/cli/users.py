"""`holdfast user …`, `holdfast key …` and `holdfast audit`: who may do what, and who did what."""

import dataclasses
import getpass
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from holdfast.cli.run import client
from holdfast.cli.screen import Exit, ago, draw, fail, machine, marked, plain, say, word
from holdfast.client import Key, User
from holdfast.model.errors import UnknownKey

_DAY_S: Final = 86_400
_NOBODY: Final = "No user yet. Next step: [bold]holdfast user add NAME --role owner[/]"


def _table(*titles: str) -> Table:
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="bright_black")
    for title in titles:
        shown.add_column(title, no_wrap=True)
    return shown


def _plain(it: Any) -> dict[str, object]:
    row = dataclasses.asdict(it)
    return {name: each.isoformat() if isinstance(each, datetime) else each for name, each in row.items()}


# ---- users -------------------------------------------------------------------------------------------------


async def list_(data: Path | None, as_json: bool) -> None:
    """Print every user."""
    async with client(data) as api:
        found = await api.access.users()
    if as_json:
        machine([_plain(it) for it in found])
        return
    if not found:
        say(_NOBODY)
        return
    shown = _table("name", "role", "last login", "second step", "")
    for it in found:
        last = "never" if it.last_login_at is None else f"{ago(it.last_login_at)} ago"
        locked = marked("[red]locked[/]") if it.locked else ""
        shown.add_row(word(it.name), it.role, last, "yes" if it.totp else "no", locked)
    draw(shown)


async def add(data: Path | None, name: str, role: str) -> None:
    """Make a user. Raises what the gateway refuses."""
    asked = _ask_password()
    async with client(data) as api:
        made: User = await api.access.add_user(name, role, asked)
    say("[bold]{}[/] may log in as {}", made.name, made.role)


async def role(data: Path | None, name: str, wanted: str) -> None:
    """Another role. Raises what the gateway refuses."""
    async with client(data) as api:
        changed: User = await api.access.set_role(name, wanted)
    say("[bold]{}[/] is {} now, and logs in again", changed.name, changed.role)


async def password(data: Path | None, name: str) -> None:
    """Another password. Raises what the gateway refuses."""
    asked = _ask_password()
    async with client(data) as api:
        changed: User = await api.access.set_password(name, asked)
    say("[bold]{}[/] logs in with the new password now; every login before has ended", changed.name)


async def lock(data: Path | None, name: str, *, locked: bool) -> None:
    """Lock a user, or let it in again. Raises what the gateway refuses."""
    async with client(data) as api:
        changed: User = await api.access.lock_user(name, locked=locked)
    say("[bold]{}[/] is locked" if locked else "[bold]{}[/] may log in again", changed.name)


async def sign_out(data: Path | None, name: str) -> None:
    """End every login of a user. Raises what the gateway refuses."""
    async with client(data) as api:
        await api.access.sign_out_user(name)
    say("[bold]{}[/] is signed out everywhere", name)


async def remove(data: Path | None, name: str) -> None:
    """Remove a user. Raises what the gateway refuses."""
    async with client(data) as api:
        await api.access.remove_user(name)
    say("[bold]{}[/] is removed", name)


def _ask_password() -> str:
    """A new password, twice on a terminal; its first line where standard input is none."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password (not shown): ")
    if getpass.getpass("Once more: ") != first:
        fail("These are two different passwords. Next step: begin again.", Exit.SETTINGS)
    return first


# ---- keys --------------------------------------------------------------------------------------------------


async def keys(data: Path | None, as_json: bool) -> None:
    """Print every key."""
    async with client(data) as api:
        found = await api.access.keys()
    if as_json:
        machine([_plain(it) for it in found])
        return
    _draw_keys(found)


async def show_key(data: Path | None, ref: str, as_json: bool) -> None:
    """Print one key, by id or name. Raises UnknownKey."""
    async with client(data) as api:
        found = _meant(await api.access.keys(), ref)
    if as_json:
        machine(_plain(found))
    else:
        _draw_keys([found])


def _draw_keys(found: Sequence[Key]) -> None:
    shown = _table("name", "for", "may", "ends", "last used", "id")
    now = datetime.now(UTC)
    for it in found:
        until = "when revoked" if it.expires_at is None else f"{it.expires_at:%Y-%m-%d}"
        if it.expires_at is not None and it.expires_at <= now:
            until = "has ended"
        used = "never" if it.last_used_at is None else f"{ago(it.last_used_at)} ago"
        kind = {"local": "this machine", "dashboard": "a login"}.get(it.kind, "a program")
        reach = "" if it.session_ids is None else f" (of {len(it.session_ids)} numbers)"
        shown.add_row(word(it.name), kind, " ".join(it.scopes) + reach, until, used, word(it.key_id))
    draw(shown)


def _meant(known: Sequence[Key], ref: str) -> Key:
    """The key of this id or name; of several with one name none is guessed. Raises UnknownKey."""
    found = [it for it in known if it.key_id == ref] or [it for it in known if it.name == ref]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownKey(f"{len(found)} keys are called {ref}", next_step="Give the id: `holdfast key list`.")
    raise UnknownKey(f"No key has the id or name {ref}", next_step="List the keys: `holdfast key list`.")


async def create_key(
    data: Path | None, name: str, scopes: list[str], days: int | None, sessions: list[str] | None
) -> None:
    """Create a key and print it, this once. Raises what the gateway refuses."""
    async with client(data) as api:
        life = days * _DAY_S if days else None
        made = await api.access.create_key(name, scopes, expires_in_s=life, sessions=sessions)
    plain(made.key)
    until = f"until {made.expires_at:%Y-%m-%d}" if made.expires_at else "until it is revoked"
    say(
        "[bright_black]Shown this once. Scopes: {}; valid {}: holdfast key revoke {}[/]",
        ", ".join(scopes),
        until,
        made.key_id,
    )


async def revoke(data: Path | None, ref: str) -> None:
    """End a key, by id or name. Raises what the gateway refuses."""
    async with client(data) as api:
        found = _meant(await api.access.keys(), ref)
        await api.access.revoke_key(found.key_id)
    say("[bold]{}[/] opens nothing any more", found.name)


# ---- audit -------------------------------------------------------------------------------------------------


async def audit(data: Path | None, last: int, as_json: bool) -> None:
    """Print who did what."""
    async with client(data) as api:
        found, _ = await api.access.audit(limit=last)
    if as_json:
        machine([_plain(it) for it in found])
        return
    if not found:
        say("Nobody has done anything yet.")
        return
    shown = _table("when", "who", "what", "to", "from", "")
    for it in found:
        came = {"done": "", None: "the outcome is not known"}.get(it.outcome, it.outcome or "")
        when = "-" if it.at is None else f"{it.at.astimezone():%Y-%m-%d %H:%M:%S}"
        shown.add_row(
            when, word(it.who), word(it.what), word(it.target), word(it.source), word(came, "yellow")
        )
    draw(shown)
