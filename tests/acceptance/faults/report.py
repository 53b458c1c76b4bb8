"""The matrix as people read it: tables on the screen, and a page. Pure, except for the printing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from faults.crowd import AT_ONCE, PER_S, Crowd
from faults.held import HELD_S, MOST_CPU, Held
from faults.matrix import OPEN
from faults.memory import MOST_MIB, Memory
from faults.pains import PAINS, Pain
from faults.row import Deed, Named, Row, Seen
from faults.run import Outcome
from holdfast.model import words

_TEXTS = Path(__file__).parent
_SCREEN = ("fault", "states passed", "told", "dials", "credentials", "QR", "in", "out", "s")
_PAGE = ("fault", "states passed", "its owner is told", "dials", "credentials", "QR", "lost", "doubled", "÷")


@dataclass
class Run:
    """Everything that was run; what was not is empty."""

    outcomes: Sequence[Outcome] = ()
    held: Sequence[Held] = ()
    memory: Memory | None = None
    crowd: Crowd | None = None

    @property
    def red(self) -> Sequence[str]:
        """Everything that is wrong, one line each."""
        found = [f"{it.row.name}: {line}" for it in self.outcomes for line in it.wrong]
        found += [f"{it.name}, held: {line}" for it in self.held for line in it.wrong]
        found += [f"memory: {line}" for line in (self.memory.wrong if self.memory else ())]
        return found + [f"crowd: {line}" for line in (self.crowd.wrong if self.crowd else ())]


# ---- the screen --------------------------------------------------------------------------------------


def show(run: Run) -> None:
    """Tables on the screen, and below them what is wrong."""
    console = Console()
    if run.outcomes:
        console.print(_table(("", *_SCREEN), ((_mark(it.wrong), *_cells(it)) for it in run.outcomes)))
    if run.held:
        columns = ("", f"held for {HELD_S:g} s", "reasons", "dials", "of a core")
        console.print(_table(columns, ((_mark(it.wrong), *_held_cells(it)) for it in run.held)))
    if run.memory:
        console.print(
            f"memory: gateway {run.memory.gateway_mib:+.1f} MiB, engine {run.memory.engine_mib:+.1f}"
        )
    if run.crowd:
        it = run.crowd
        console.print(
            f"crowd: {it.numbers} numbers back in {it.seconds:.1f} s, {it.worst:.0%} of the rate allowed"
        )
    for line in run.red:
        console.print(Text(line, "red"))
    console.print(f"{len(run.outcomes)} rows, {len(run.held)} held, {len(run.red)} wrong")


def _table(columns: Iterable[str], rows: Iterable[Sequence[str | Text]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    return table


def _mark(wrong: Sequence[str]) -> Text:
    return Text("red", "bold red") if wrong else Text("ok", "green")


def _cells(outcome: Outcome) -> Sequence[str]:
    row, seen = outcome.row, outcome.seen
    if seen is None:
        return [row.name, *([""] * (len(_SCREEN) - 1))]
    allowed = "" if row.come.attempts is None else f" of {row.come.attempts}"
    return [
        row.name,
        _states(row, seen),
        "" if seen.told is None else seen.told.value + ("!" if seen.alerts else ""),
        f"{seen.attempts}{allowed}",
        _credentials(row, seen),
        "shown" if seen.codes else "no",
        str(seen.received),
        str(seen.sent),
        f"{seen.seconds:.1f}",
    ]


def _held_cells(held: Held) -> Sequence[str]:
    reasons = ", ".join(reason.value for reason in held.reasons)
    return [held.name, reasons, f"{held.dials} of {held.allowed}", f"{held.cpu:.1%}"]


# ---- the page ----------------------------------------------------------------------------------------


def page(run: Run) -> str:
    """docs/faults.md, of a run in which everything holds; what differs from run to run stays out of it."""
    parts = [
        (_TEXTS / "introduction.md").read_text(),
        _markdown(_PAGE, map(_page_cells, run.outcomes)),
        _besides(run),
        "## What users of other programs suffer from\n",
        _markdown(
            ("", "pain", "rows that show that Holdfast does not have it", "tests"), map(_pain_cells, PAINS)
        ),
    ]
    if OPEN:
        parts += [
            "## Open\n",
            _markdown(("fault", "what happens, and should not"), map(_open_cells, OPEN.items())),
        ]
    return "\n".join(parts)


def _markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def _page_cells(outcome: Outcome) -> Sequence[str]:
    row, seen = outcome.row, outcome.seen
    assert seen is not None
    told = "" if seen.told is None else words.of_reason(seen.told).sentence
    return [
        _titled(row),
        _states(row, seen),
        told + (" **(alert)**" if seen.alerts else ""),
        "" if row.come.attempts is None else f"≤ {row.come.attempts}",
        _credentials(row, seen),
        "shown" if seen.codes else "no",
        str(seen.lost),
        str(seen.doubled),
        f"{row.pace:g}",
    ]


def _besides(run: Run) -> str:
    named = {it.row.fault.name for it in run.outcomes if isinstance(it.row.fault, Named)}
    text = (_TEXTS / "besides.md").read_text()
    return text.format(
        held=len(named), held_s=HELD_S, cpu=MOST_CPU, mib=MOST_MIB, at_once=AT_ONCE, per_s=PER_S
    )


def _pain_cells(pain: Pain) -> Sequence[str]:
    rows = ", ".join(f"`{row}`" for row in pain.rows)
    tests = ", ".join(f"`{test}`" for test in pain.tests)
    return [str(pain.number), pain.what, rows, tests]


def _open_cells(item: tuple[str, str]) -> Sequence[str]:
    return [f"`{item[0]}`", item[1]]


# ---- both --------------------------------------------------------------------------------------------


def _states(row: Row, seen: Seen) -> str:
    way_out = f", then {row.come.way_out}" if row.come.way_out else ""
    return (seen.states.replace(" ", " → ") or "stays connected") + way_out


def _credentials(row: Row, seen: Seen) -> str:
    if seen.credentials_kept:
        return "kept"
    return "none yet" if row.linking else "quarantined"


def _titled(row: Row) -> str:
    return row.name if isinstance(row.fault, Deed) else f"`{row.name}`"
