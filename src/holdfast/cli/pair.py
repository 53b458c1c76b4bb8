"""`holdfast pair`: the code in the terminal, until the phone has scanned or typed it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from holdfast.cli import passkey
from holdfast.cli.qr import blocks, half_blocks
from holdfast.cli.run import client
from holdfast.cli.screen import NO_ENGINE, Exit, complain, draw, fail, lab_banner, number, say
from holdfast.cli.terminal import can_draw, console
from holdfast.client import Client, NoQr, Qr, Session, TypedCode
from holdfast.model import words
from holdfast.model.pairing import PairingStep
from holdfast.model.states import ACTIVE

_GIVE_UP_S = 200.0
_SCANNED = Text("the phone has linked this number, connecting …", style="yellow")
_ASKED = Text("asking WhatsApp for a code …", style="yellow")
#: What a person has to do that no picture can ask for.
_PERSON = frozenset({PairingStep.USE_PASSKEY, PairingStep.COMPARE_CODES})
_Draws = Callable[[Client, str, bool], Awaitable[Session]]


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
        try:
            if phone is not None:
                await api.sessions.pair(name, replace_number=replace_number, phone=phone)
                fits = console().is_terminal
            else:
                fits = _fits(await api.sessions.first_qr(name, replace_number=replace_number))
            return await _until_linked(api, name, _live if fits else _lines, by_code=phone is not None)
        except asyncio.CancelledError:
            await api.sessions.cancel_pair(name)
            raise


async def _until_linked(api: Client, name: str, draws: _Draws, *, by_code: bool) -> int:
    while True:
        session = await draws(api, name, by_code)
        step = _step(session)
        if step not in _PERSON:
            return _verdict(name, session)
        if not await passkey.relay(api, name, step):
            await api.sessions.cancel_pair(name)
            return int(Exit.FAILED)


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


async def _live(api: Client, name: str, by_code: bool) -> Session:
    with Live(console=console(), refresh_per_second=4, transient=True) as live:
        return await _follow(api, name, live.update, by_code=by_code)


async def _lines(api: Client, name: str, by_code: bool) -> Session:
    drawn: set[str] = set()

    def show_once(picture: RenderableType) -> None:
        # Without a terminal nothing can be overdrawn: each code once, without the countdown's repaints.
        if isinstance(picture, _CodePicture | _TypedCode) and picture.code not in drawn:
            drawn.add(picture.code)
            draw(picture)

    return await _follow(api, name, show_once, by_code=by_code)


async def _follow(
    api: Client, name: str, show: Callable[[RenderableType], None], *, by_code: bool
) -> Session:
    deadline = time.monotonic() + _GIVE_UP_S
    while True:
        session = await api.sessions.get(name)
        if _step(session) in _PERSON:
            return session
        if session.state == "pairing":
            show(await _picture(api, session, by_code=by_code))
        elif session.state in ACTIVE and not session.connected:
            show(_SCANNED)
        else:
            return session
        if time.monotonic() > deadline:
            return session
        await asyncio.sleep(0.2)


async def _picture(api: Client, session: Session, *, by_code: bool) -> RenderableType:
    step = _step(session)
    if step == PairingStep.ACCEPTED:
        return _SCANNED
    if by_code and step != PairingStep.TYPE_CODE:
        return _ASKED
    try:
        return _TypedCode(await api.sessions.typed_code(session.id)) if by_code else await _qr(api, session)
    except NoQr:
        return _SCANNED


async def _qr(api: Client, session: Session) -> RenderableType:
    return _CodePicture(await api.sessions.qr(session.name))


def _step(session: Session) -> str:
    return session.pairing.step if session.pairing is not None else ""


class _TypedCode:
    """The code to type, with what to do and how long it lasts."""

    def __init__(self, code: TypedCode) -> None:
        self.code = code.code
        self._typed = code

    def __rich__(self) -> RenderableType:
        typed = self._typed
        how = Text(f"On the phone of {typed.phone}: WhatsApp, Linked devices, Link a device,", style="bold")
        how.append("\nLink with phone number instead; then type")
        code = Text(f"\n    {'  '.join(typed.code)}\n", style="bold green")
        return Group(how, code, _lasts("valid", typed.valid_until, typed.expires_in_s))


def _lasts(text: str, until: datetime | None, left_s: float) -> Text:
    if until is not None:
        left_s = (until - datetime.now(UTC)).total_seconds()
    return Text(f"{text} {max(0, left_s):.0f} s more", style="bright_black")


class _CodePicture:
    """The code with what to do and how long it lasts."""

    def __init__(self, qr: Qr) -> None:
        self.code = qr.code
        self._qr = qr

    def __rich__(self) -> RenderableType:
        qr = self._qr
        code = Text("\n".join(_lines_of(qr.code)), style="black on white", no_wrap=True)
        how = Text("On the phone: WhatsApp, Linked devices, Link a device, then scan this.", style="bold")
        count = _lasts(f"code {qr.index} of {qr.of}, valid", qr.valid_until, qr.expires_in_s)
        return Group(how, code, count)


def _verdict(name: str, session: Session) -> int:
    if session.connected:
        say("[bold green]connected as {}[/]", number(session.phone))
        return 0
    why = session.sentence or f"it is {session.state}"
    step = session.next_step or f"`holdfast pair {name}` shows a fresh code."
    complain(f"{name} was not linked: {words.line(why, step)}")
    return int(Exit.FAILED)
