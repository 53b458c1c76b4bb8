"""Tells a story step by step: a spinner while a step runs, a tick and a result when it is done."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from holdfast.cli.screen import say
from holdfast.cli.terminal import console


class StoryFailed(Exception):
    """Something in the story did not come true. The message is one line."""


class Step:
    """One step: `done` says how it ended."""

    def __init__(self) -> None:
        self.result = ""

    def done(self, result: str) -> None:
        """What came of it, one line."""
        self.result = result


class Story:
    """Numbered steps on a terminal, or plain lines elsewhere."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        #: The last line was said.
        self.ended = False

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """One step of the story. An exception inside marks it failed and goes on; a stop is not told."""
        step, began = Step(), time.monotonic()
        spinner = console().status(f"{title} …") if console().is_terminal else None
        if spinner is not None:
            spinner.start()
        mark = ""
        try:
            yield step
            mark = "[bold green]✓[/]"
        except Exception:
            mark = "[bold red]✗[/]"
            raise
        finally:
            if spinner is not None:
                spinner.stop()
            if mark:
                self._line(mark, title, step.result, began)

    def end(self, well: bool, why: str = "") -> None:
        """The last line."""
        self.ended = True
        seconds = time.monotonic() - self._began
        if well:
            say("[bold green]Scanned once, still connected.[/] [bright_black]{} s[/]", f"{seconds:.1f}")
        else:
            say("[bold red]The demo failed:[/] {}", why)

    def _line(self, mark: str, title: str, result: str, began: float) -> None:
        took = time.monotonic() - began
        say(mark + " {} [bright_black]{} s[/]", title, f"{took:.1f}")
        if result:
            say("    [cyan]{}[/]", result)
