"""A QR code in a terminal: in half blocks, or in plain characters where a terminal has none."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.segment import Segment

_QUIET = 2
#: Black on white by number: a theme may paint the terminal's own "black" and "white" as it likes.
_BLACK, _WHITE = "#000000", "#ffffff"
_PLAIN_COLOURS: Final = {"standard": "\x1b[30;47m"}
_COLOURS: Final = "\x1b[38;5;16;48;5;231m"


class Drawn:
    """The lines of a code in black on white, for Rich.

    Also with NO_COLOR, and on light terminals as on dark ones: a code in a terminal's own colours may be
    inverted, and most phones read no inverted one.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "Iterator[Segment]":
        from rich.segment import ControlType, Segment
        from rich.style import Style

        system = console.color_system
        bare = console.no_color and console.is_terminal and system is not None
        on, off = _PLAIN_COLOURS.get(system or "", _COLOURS), "\x1b[0m"
        # Rich takes colours away from text, and leaves control codes as they are.
        raw: Any = [(ControlType.BELL,)]
        for line in self._lines:
            if bare:
                yield from (Segment(on, None, raw), Segment(line), Segment(off, None, raw))
            else:
                yield Segment(line, Style(color=_BLACK, bgcolor=_WHITE))
            yield Segment.line()


def half_blocks(code: str) -> Sequence[str]:
    """The code, two rows of modules per line. Draw it black on white: light modules are spaces."""
    rows = _modules(code)
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    glyphs = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
    return [
        "".join(glyphs[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]


def blocks(code: str) -> Sequence[str]:
    """The code in ASCII, one row of modules per line, twice as wide and as high as in half blocks."""
    return ["".join("##" if dark else "  " for dark in row) for row in _modules(code)]


def _modules(code: str) -> list[list[bool]]:
    """Rows of dark and light, with the quiet border around them."""
    import segno

    matrix = [[bool(cell) for cell in row] for row in segno.make(code, error="l").matrix]
    quiet = [[False] * (len(matrix[0]) + 2 * _QUIET) for _ in range(_QUIET)]
    return [*quiet, *([False] * _QUIET + row + [False] * _QUIET for row in matrix), *quiet]
