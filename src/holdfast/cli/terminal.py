"""The way to the terminal: one console, which lets nothing through that would act on a terminal."""

import codecs
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from holdfast.kit import foreign

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderResult
    from rich.measure import Measurement

#: What is drawn where the terminal has no such character.
_PLAINER: Final = {"●": "*", "·": "-", "…": "...", "✓": "+", "✗": "x", "→": "->", "⏎": "\\n", "–": "-"}


def prepare() -> None:
    """Make every character printable: what the terminal's encoding lacks is drawn plainer, never refused."""
    codecs.register_error("plainer", _plainer)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="plainer")


def _plainer(failure: UnicodeError) -> tuple[str, int]:
    if not isinstance(failure, UnicodeEncodeError):
        raise failure
    lacking = failure.object[failure.start : failure.end]
    return "".join(_PLAINER.get(character, "?") for character in lacking), failure.end


def can_draw(characters: str) -> bool:
    """True when the terminal's encoding has all of them."""
    try:
        characters.encode(console().encoding)
    except UnicodeEncodeError:
        return False
    return True


@cache
def console() -> "Console":
    """Standard output. Wide enough for one line per fact where there is no terminal."""
    from rich.console import Console

    plain = partial(Console, markup=False, emoji=False, highlight=False)
    if os.environ.get("HOLDFAST_PICTURE"):  # what is shown is also kept, to be saved as a picture
        return _guarded(plain(record=True, width=112, force_terminal=False))
    out = plain()
    return _guarded(out if out.is_terminal else plain(width=160, soft_wrap=True))


@cache
def errors() -> "Console":
    """Standard error."""
    from rich.console import Console

    return _guarded(Console(stderr=True, markup=False, emoji=False, highlight=False, soft_wrap=True))


@contextmanager
def lasting() -> Iterator[None]:
    """A line that cannot be written, because a disk is full, ends no command. A reader that left does."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError:
        return


def _guarded(made: "Console") -> "Console":
    from rich.console import RenderHook

    class Door(RenderHook):
        def process_renderables(self, renderables: "list[ConsoleRenderable]") -> "list[ConsoleRenderable]":
            return [_Harmless(each) for each in renderables]

    made.push_render_hook(Door())
    return made


class _Harmless:
    """Draws something of ours; characters in its text that a terminal would obey become visible."""

    def __init__(self, drawn: "ConsoleRenderable") -> None:
        self._drawn = drawn

    def __rich_console__(self, made: "Console", options: "ConsoleOptions") -> "RenderResult":
        from rich.segment import Segment

        parts: Iterable[Segment] = made.render(self._drawn, options)
        for part in parts:
            yield part if part.control else Segment(foreign.lines(part.text), part.style)

    def __rich_measure__(self, made: "Console", options: "ConsoleOptions") -> "Measurement":
        from rich.measure import Measurement

        return Measurement.get(made, options, self._drawn)
