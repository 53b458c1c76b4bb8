"""`holdfast connect`, `disconnect`, `rename`, `logout` and `delete`."""

import sys
from pathlib import Path
from typing import Final

from holdfast.cli import ask
from holdfast.cli.run import client
from holdfast.cli.screen import Exit, complain, fail, number, say
from holdfast.client import Session
from holdfast.model import words
from holdfast.model.states import State

#: Where an attempt to connect comes to an end.
_ENDS: Final = (
    *(State.CONNECTED, State.STOPPED, State.REPLACED, State.LOGGED_OUT),
    *(State.BANNED, State.FAILED, State.PAIRING, State.NEW),
)
_CONNECTED_WITHIN_S: Final = 45.0


async def connect(data: Path | None, ref: str) -> int:
    """Connect a session and wait for what comes of it. Raises what the gateway refuses."""
    async with client(data) as api:
        found: Session = await api.sessions.connect(ref)
        found = await api.sessions.wait_for(found.id, *_ENDS, timeout_s=_CONNECTED_WITHIN_S)
    if found.connected:
        say("{} is [bold green]connected as {}[/]", found.name, number(found.phone))
        return int(Exit.OK)
    why = found.sentence or f"it is {found.state}"
    complain(f"{found.name} is not connected: {words.line(why, found.next_step)}")
    return int(Exit.FAILED)


async def disconnect(data: Path | None, ref: str) -> None:
    """Disconnect a session. Raises what the gateway refuses."""
    async with client(data) as api:
        found: Session = await api.sessions.disconnect(ref)
    say("{} is disconnected and stays linked; `holdfast connect` brings it back", found.name)


async def rename(data: Path | None, ref: str, name: str) -> None:
    """Give a session another name. Raises what the gateway refuses."""
    async with client(data) as api:
        found = await api.sessions.get(ref)
        renamed = await api.sessions.rename(found.id, name)
    say("{} is called [bold]{}[/] now", found.name, renamed.name)


async def logout(data: Path | None, ref: str, *, yes: bool) -> int:
    """Unlink a session from its phone. Raises what the gateway refuses."""
    async with client(data) as api:
        found: Session = await api.sessions.get(ref)
        if not await _sure(
            f"Unlink {found.name} ({number(found.phone)})? Only a new QR code brings it back", yes
        ):
            return int(Exit.FAILED)
        await api.sessions.logout(found.id)
    say("{} is logged out. `holdfast pair` links it again.", found.name)
    return int(Exit.OK)


async def delete(data: Path | None, ref: str, *, yes: bool) -> int:
    """Unlink a session and remove it. Raises what the gateway refuses."""
    async with client(data) as api:
        found: Session = await api.sessions.get(ref)
        if not await _sure(f"Unlink {found.name} ({number(found.phone)}) and remove its session", yes):
            return int(Exit.FAILED)
        await api.sessions.delete(found.id)
    say("{} is deleted; its credentials lie in quarantine for 30 days", found.name)
    return int(Exit.OK)


async def _sure(question: str, yes: bool) -> bool:
    """Ask on a terminal; a program has to say it beforehand."""
    if yes:
        return True
    if not sys.stdin.isatty():
        fail("This needs a yes, and nobody is here to give it. Next step: add --yes.", Exit.SETTINGS)
    say("{}? [bold]y[/]es or [bold]n[/]o", question.rstrip("?"))
    if ask.means_yes(await ask.line()):
        return True
    say("nothing was changed")
    return False
