"""The matrix as people read it: a table on the screen, and a page. Pure, except for the printing."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from faults.row import Deed, Row, Seen
from faults.run import Outcome
from holdfast.model import words

_COLUMNS = ("fault", "states passed", "its owner is told", "attempts", "credentials", "QR", "in", "out", "s")

_INTRODUCTION = Path(__file__).with_name("introduction.md")


def show(outcomes: Sequence[Outcome]) -> None:
    """One table on the screen, and below it what is wrong."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("", *_COLUMNS):
        table.add_column(column)
    for outcome in outcomes:
        mark = Text("red", "bold red") if outcome.wrong else Text("ok", "green")
        table.add_row(mark, *_cells(outcome))
    console = Console()
    console.print(table)
    for outcome in outcomes:
        for line in outcome.wrong:
            console.print(Text(f"{outcome.row.name}: {line}", "red"))
    red = sum(bool(outcome.wrong) for outcome in outcomes)
    console.print(f"{len(outcomes)} rows, {red} red")


def page(outcomes: Sequence[Outcome]) -> str:
    """docs/faults.md, of a run in which every row holds; what differs from run to run stays out of it."""
    columns = (
        "fault",
        "states passed",
        "its owner is told",
        "dials",
        "credentials",
        "QR",
        "lost",
        "doubled",
        "÷",
    )
    lines = [_INTRODUCTION.read_text(), f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for outcome in outcomes:
        assert outcome.seen is not None
        name, states, told, _, credentials, qr, *_ = _cells(outcome)
        attempts = "" if outcome.row.come.attempts is None else f"≤ {outcome.row.come.attempts}"
        messages = (str(outcome.seen.lost), str(outcome.seen.doubled))
        cells = (name, states, told, attempts, credentials, qr, *messages, f"{outcome.row.pace:g}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cells(outcome: Outcome) -> Sequence[str]:
    row, seen = outcome.row, outcome.seen
    if seen is None:
        return [row.name, *([""] * (len(_COLUMNS) - 1))]
    allowed = "" if row.come.attempts is None else f" of {row.come.attempts}"
    way_out = f", then {row.come.way_out}" if row.come.way_out else ""
    return [
        _titled(row),
        (seen.states.replace(" ", " → ") or "stays connected") + way_out,
        "" if seen.told is None else words.of_reason(seen.told).sentence,
        f"{seen.attempts}{allowed}",
        _credentials(row, seen),
        "shown" if seen.codes else "no",
        str(seen.received),
        str(seen.sent),
        f"{seen.seconds:.1f}",
    ]


def _credentials(row: Row, seen: Seen) -> str:
    if seen.credentials_kept:
        return "kept"
    return "none yet" if row.linking else "quarantined"


def _titled(row: Row) -> str:
    held = f", {row.held_s:g} s" if row.held_s else ""
    return f"{row.name}{held}" if isinstance(row.fault, Deed) else f"`{row.name}`{held}"
