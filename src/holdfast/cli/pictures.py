"""What a person scans or types to link a number, drawn in the terminal."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.text import Text

from holdfast.cli.qr import Drawn, blocks, half_blocks
from holdfast.cli.screen import draw, say
from holdfast.cli.terminal import can_draw, console
from holdfast.client import Qr, TypedCode

_HOW: Final = "On the phone: WhatsApp, Linked devices, Link a device, then scan this."


class TypedCharacters:
    """The characters to type, with what to do and how long they last."""

    def __init__(self, typed: TypedCode) -> None:
        self.code = typed.code
        self._typed = typed

    def __rich__(self) -> RenderableType:
        typed = self._typed
        how = Text(f"On the phone of {typed.phone}: WhatsApp, Linked devices, Link a device,", style="bold")
        how.append("\nLink with phone number instead; then type")
        code = Text(f"\n    {'  '.join(typed.code)}\n", style="bold green")
        return Group(how, code, _lasts("valid", typed.valid_until, typed.expires_in_s))


class ScannedCode:
    """The QR code, below it what to do and how long it lasts; where it does not fit, the other ways to link.

    A code that is cut off, or that scrolls out of the window, cannot be scanned.
    """

    def __init__(self, qr: Qr, ways: Sequence[str] = ()) -> None:
        self.code = qr.code
        self._qr = qr
        self._ways = ways

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        qr = self._qr
        if not console.is_terminal or fits(qr.code, console):
            yield Drawn(_lines_of(qr.code))
            yield Text(_HOW, style="bold")
        else:
            yield Text(_too_small(qr.code, console), style="yellow")
            yield from (Text(f"  {way}") for way in self._ways)
        yield _lasts(f"code {qr.index} of {qr.of}, valid", qr.valid_until, qr.expires_in_s)


def show_code(link: str) -> None:
    """Draw a link for a phone's camera, below its line; nothing where nobody looks or it does not fit."""
    if console().is_terminal and fits(link):
        draw(Drawn(_lines_of(link)))
        say("[bright_black]or scan it with the phone's camera[/]")


def fits(code: str, into: Console | None = None) -> bool:
    """True when the window takes the whole picture: the code and two lines below it."""
    width, height = _size(code)
    window = (into or console()).size
    return width <= window.width and height <= window.height


def _too_small(code: str, console: Console) -> str:
    width, height = _size(code)
    has = f"this window has {console.size.width} by {console.size.height}"
    return f"The QR code needs {width} by {height} characters, {has}. Make it larger, or:"


def _size(code: str) -> tuple[int, int]:
    lines = _lines_of(code)
    return max(len(lines[0]), len(_HOW)), len(lines) + 2


def _lines_of(code: str) -> Sequence[str]:
    return half_blocks(code) if can_draw("█▀▄") else blocks(code)


def _lasts(text: str, until: datetime | None, left_s: float) -> Text:
    if until is not None:
        left_s = (until - datetime.now(UTC)).total_seconds()
    return Text(f"{text} {max(0, left_s):.0f} s more", style="bright_black")
