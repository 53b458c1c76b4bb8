"""`holdfast pair`: the code in the terminal, until the phone has scanned it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from holdfast.cli.qr import blocks, half_blocks
from holdfast.cli.run import client
from holdfast.cli.screen import NO_ENGINE, Exit, complain, draw, fail, lab_banner, number, say
from holdfast.cli.terminal import can_draw, console
from holdfast.client import Client, NoQr, Qr, Session
from holdfast.model import words
from holdfast.model.states import ACTIVE

_GIVE_UP_S = 200.0
_SCANNED = Text("scanned, connecting …", style="yellow")


async def pair(data: Path | None, name: str, *, replace_number: bool = False) -> int:
    """Create the session if needed, show codes until it is linked and connected.

    Exit code 1 when it was not.
    """
    async with client(data) as api:
        system = await api.system()
        if system.lab:
            lab_banner()
        if not system.engine_attached:
            fail(NO_ENGINE, Exit.NO_ENGINE)
        session = await api.sessions.create(name)
        if session.state in ACTIVE and session.phone:
            say(
                "{} is linked as [bold]{}[/] ({}). Nothing to scan.",
                name,
                number(session.phone),
                session.state,
            )
            return 0
        first = await api.sessions.first_qr(name, replace_number=replace_number)
        try:
            return await (_live(api, name) if _fits(first) else _lines(api, name))
        except asyncio.CancelledError:
            await api.sessions.cancel_pair(name)
            raise


def _fits(qr: Qr) -> bool:
    # A picture taller than the window would be cut off when it is redrawn, and a cut code cannot be scanned.
    lines, size = _lines_of(qr.code), console().size
    if not console().is_terminal:
        return False
    fits = len(lines) + 3 <= size.height and len(lines[0]) <= size.width
    if not fits:
        need = f"{len(lines[0])} columns and {len(lines) + 3} lines"
        say("[yellow]The code needs {}: enlarge the window if it cannot be scanned.[/]", need)
    return fits


def _lines_of(code: str) -> Sequence[str]:
    return half_blocks(code) if can_draw("█▀▄") else blocks(code)


async def _live(api: Client, name: str) -> int:
    with Live(console=console(), refresh_per_second=4, transient=True) as live:
        session = await _follow(api, name, live.update)
    return _verdict(name, session)


async def _lines(api: Client, name: str) -> int:
    drawn: set[str] = set()

    def show_once(picture: RenderableType) -> None:
        # Without a terminal nothing can be overdrawn: each code once, without the countdown's repaints.
        if isinstance(picture, _CodePicture) and picture.code not in drawn:
            drawn.add(picture.code)
            draw(picture)

    return _verdict(name, await _follow(api, name, show_once))


async def _follow(api: Client, name: str, show: Callable[[RenderableType], None]) -> Session:
    deadline = time.monotonic() + _GIVE_UP_S
    while True:
        session = await api.sessions.get(name)
        if session.state == "pairing":
            try:
                show(_CodePicture(await api.sessions.qr(name)))
            except NoQr:
                show(_SCANNED)
        elif session.state in ACTIVE and not session.connected:
            show(_SCANNED)
        else:
            return session
        if time.monotonic() > deadline:
            return session
        await asyncio.sleep(0.2)


class _CodePicture:
    """The code with what to do and how long it lasts."""

    def __init__(self, qr: Qr) -> None:
        self.code = qr.code
        self._qr = qr

    def __rich__(self) -> RenderableType:
        qr, left = self._qr, self._qr.expires_in_s
        if qr.valid_until is not None:
            left = (qr.valid_until - datetime.now(UTC)).total_seconds()
        code = Text("\n".join(_lines_of(qr.code)), style="black on white", no_wrap=True)
        how = Text("On the phone: WhatsApp, Linked devices, Link a device, then scan this.", style="bold")
        count = Text(f"code {qr.index} of {qr.of}, valid {max(0, left):.0f} s more", style="bright_black")
        return Group(how, code, count)


def _verdict(name: str, session: Session) -> int:
    if session.connected:
        say("[bold green]connected as {}[/]", number(session.phone))
        return 0
    why = session.sentence or f"it is {session.state}"
    step = session.next_step or f"`holdfast pair {name}` shows a fresh code."
    complain(f"{name} was not linked: {words.line(why, step)}")
    return int(Exit.FAILED)
