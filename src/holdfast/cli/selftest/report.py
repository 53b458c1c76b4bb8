"""What a person sees of a selftest: progress while it runs, a table at its end."""

import time
from collections.abc import Sequence
from typing import Any, Self

from rich.table import Table
from rich.text import Text

from holdfast.cli.screen import draw, lab_banner, say
from holdfast.cli.selftest.plan import Kill
from holdfast.cli.selftest.tally import Result, percentile
from holdfast.cli.terminal import console


class Progress:
    """A bar on a terminal, one line per kill elsewhere, silence for machines."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._task: Any = None
        self._linked = 0
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        """Draw it."""
        if not self._quiet:
            lab_banner()
        if not self._quiet and console().is_terminal:
            from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description:<44}"), BarColumn(), TimeElapsedColumn())
            self._bar = Bar(*columns, console=console(), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("linking", total=1)
        return self

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        if self._bar is not None:
            self._bar.stop()

    def linked(self, _index: int, count: int) -> None:
        """One more number is connected."""
        self._linked += 1
        self._show(f"linking numbers: {self._linked} of {count}", self._linked, count, each=count)

    def killing(self, kill: Kill, count: int) -> None:
        """The next kill."""
        what = f"at {kill.point}" if kill.named else f"of {kill.victim}, at random"
        self._show(f"kill {kill.number} of {count} {what}", kill.number - 1, count, each=1)

    def say(self, line: str) -> None:
        """Something else that takes time."""
        self._show(line, 1, 1, each=1)

    def _show(self, line: str, done: int, total: int, *, each: int) -> None:
        if self._quiet:
            return
        if self._bar is not None:
            self._bar.update(self._task, description=line, completed=done, total=total)
        elif done % each == 0:
            say("[bright_black]{} s[/] {}", f"{time.monotonic() - self._began:6.1f}", line)


def show(result: Result, notes: Sequence[str]) -> None:
    """The verdict with every figure."""
    table = Table(box=None, padding=(0, 3, 0, 0), show_header=False)
    table.add_column(style="bright_black")
    table.add_column(justify="right")
    table.add_column(style="bright_black")
    table.add_row("numbers", str(result.sessions), "; ".join(notes))
    table.add_row("kill -9", str(result.kills), _points(result))
    _count(table, "received", len(result.inbound.sent), result.inbound.lost, result.inbound.duplicates)
    _count(table, "sent", len(result.outbound.sent), result.outbound.lost, result.outbound.duplicates)
    table.add_row("QR codes asked again", _judged(result.extra_qr), "")
    spread = f"median, {max(result.restore_s, default=0):.2f} s the longest"
    table.add_row("all connected again", f"{percentile(result.restore_s, 0.5):.2f} s", spread)
    draw(table)
    if result.missed_points:
        say("[bold red]points not passed:[/] {}", ", ".join(result.missed_points))
    say("[bold green]Nothing lost, nothing doubled, no QR.[/]" if result.ok else "[bold red]Failed.[/]")


def _count(table: Table, title: str, total: int, lost: int, doubled: int) -> None:
    table.add_row(
        f"messages {title}", str(total), Text.assemble(_judged(lost), " lost, ", _judged(doubled), " doubled")
    )


def _judged(count: int) -> Text:
    return Text(str(count), "bold green" if count == 0 else "bold red")


def _points(result: Result) -> str:
    return ", ".join(f"{point} {count}" for point, count in result.kills_by_point.items())
