"""`holdfast pair`: the code in the terminal, until the phone has scanned or typed it."""

import asyncio
import contextlib
import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType
from rich.live import Live
from rich.text import Text

from holdfast.cli import page, passkey
from holdfast.cli.pictures import ScannedCode, TypedCharacters, fits
from holdfast.cli.run import client
from holdfast.cli.screen import NO_ENGINE, Exit, command_name, complain, draw, fail, lab_banner, number, say
from holdfast.cli.terminal import console
from holdfast.client import Client, HoldfastError, NoQr, Session
from holdfast.model import words
from holdfast.model.pairing import PairingStep
from holdfast.model.states import ACTIVE

_GIVE_UP_S = 200.0
_SCANNED = Text("the phone has linked this number, connecting …", style="yellow")
_ASKED = Text("asking WhatsApp for a code …", style="yellow")
#: What a person has to do that no picture can ask for.
_PERSON = frozenset({PairingStep.USE_PASSKEY, PairingStep.COMPARE_CODES})


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is shown, and of which session: the QR code, or with `by_code` the characters to type."""

    name: str
    by_code: bool
    ways: Sequence[str] = ()


async def pair(
    data: Path | None, name: str, *, replace_number: bool = False, phone: str | None = None
) -> int:
    """Create the session if needed, show codes until it is linked and connected.

    With `phone` the code is one to type on the phone with this number. Exit code 1 when it was not linked.
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
        ways: list[str] = []
        if system.lab:
            scan = f"{command_name()} lab scan {shlex.quote(name)}"
            say("No phone is needed here: [bold]{}[/] in another terminal.", scan)
        try:
            if phone is not None:
                await api.sessions.pair(name, replace_number=replace_number, phone=phone)
            else:
                qr = await api.sessions.first_qr(name, replace_number=replace_number)
                if console().is_terminal and not fits(qr.code):
                    ways = await _other_ways(api, data, name)
            return await _until_linked(api, _Asked(name, phone is not None, ways))
        except asyncio.CancelledError:
            await api.sessions.cancel_pair(name)
            raise


async def _until_linked(api: Client, asked: _Asked) -> int:
    while True:
        session = await (_live if console().is_terminal else _lines)(api, asked)
        step = _step(session)
        if step not in _PERSON:
            return _verdict(asked.name, session)
        if not await passkey.relay(api, asked.name, step):
            await api.sessions.cancel_pair(asked.name)
            return int(Exit.FAILED)


async def _live(api: Client, asked: _Asked) -> Session:
    with Live(console=console(), refresh_per_second=4, transient=True) as live:
        return await _follow(api, asked, live.update)


async def _lines(api: Client, asked: _Asked) -> Session:
    drawn: set[str] = set()

    def show_once(picture: RenderableType) -> None:
        # Without a terminal nothing can be overdrawn: each code once, without the countdown's repaints.
        if isinstance(picture, ScannedCode | TypedCharacters) and picture.code not in drawn:
            drawn.add(picture.code)
            draw(picture)

    return await _follow(api, asked, show_once)


async def _follow(api: Client, asked: _Asked, show: Callable[[RenderableType], None]) -> Session:
    deadline = time.monotonic() + _GIVE_UP_S
    while True:
        session = await api.sessions.get(asked.name)
        if _step(session) in _PERSON:
            return session
        if session.state == "pairing":
            show(await _picture(api, session, asked))
        elif session.state in ACTIVE and not session.connected:
            show(_SCANNED)
        else:
            return session
        if time.monotonic() > deadline:
            return session
        await asyncio.sleep(0.2)


async def _picture(api: Client, session: Session, asked: _Asked) -> RenderableType:
    step = _step(session)
    if step == PairingStep.ACCEPTED:
        return _SCANNED
    if asked.by_code and step != PairingStep.TYPE_CODE:
        return _ASKED
    try:
        if asked.by_code:
            return TypedCharacters(await api.sessions.typed_code(session.id))
        return ScannedCode(await api.sessions.qr(session.name), asked.ways)
    except NoQr:
        return _SCANNED


async def _other_ways(api: Client, data: Path | None, name: str) -> list[str]:
    """How to link where the code does not fit into the window."""
    ways = [
        f"`{command_name()} pair {shlex.quote(name)} --code +49…` shows eight characters to type on the phone"
    ]
    with contextlib.suppress(HoldfastError):  # the key may not be allowed to make a link
        link = await api.dashboard_link()
        ways.append(f"the page shows the code, too: {page.address(data)[0]}{link.path}")
    return ways


def _step(session: Session) -> str:
    return session.pairing.step if session.pairing is not None else ""


def _verdict(name: str, session: Session) -> int:
    if session.connected:
        say("[bold green]connected as {}[/]", number(session.phone))
        return 0
    why = session.sentence or f"it is {session.state}"
    step = session.next_step or f"`holdfast pair {name}` shows a fresh code."
    complain(f"{name} was not linked: {words.line(why, step)}")
    return int(Exit.FAILED)
