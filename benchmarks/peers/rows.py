"""The rows of the comparison, and what Holdfast's share of the others' is to be. Pure."""

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.figures import Figure, Goal, readable

#: Whose figures the others' are held beside.
OURS = "holdfast"
#: What must never be anything but 0 of Holdfast: a run in which it is counts as an error.
PROMISED = ("missing", "doubled", "lost_messages", "lost_answers", "doubled_answers", "unlinked")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is measured of everybody."""

    name: str
    title: str
    unit: str
    #: Digits after the point; counts have none, and every run of them is shown.
    digits: int = 0
    #: Goals for Holdfast's value divided by another's.
    ratios: Mapping[str, Goal] = field(default_factory=dict)
    #: Whether it stands in the short table too.
    brief: bool = False


def rows(numbers: Sequence[int], kills: int, messages: int) -> list[Row]:
    """Every row, in the order of the table. The second of the numbers talks, the last is idle."""
    few, many = numbers[1:]
    no_more = {"baileys": Goal(1)}
    most = {"baileys": Goal(4, at_least=True)}
    killed = f"{kills} × kill -9"
    series = f"{messages} messages in a burst, {killed}"
    back = "last login after kill -9"
    return [
        Row("echo20_p50", f"echo at 20/s, {few} numbers, p50", "ms", 1, no_more, brief=True),
        Row("echo20_p99", "echo at 20/s, p99", "ms", 1, brief=True),
        Row("echo100_p50", "echo at 100/s, p50", "ms", 1, no_more, brief=True),
        Row("echo100_p99", "echo at 100/s, p99", "ms", 1, brief=True),
        Row("cpu20", "CPU of one echo with its bot, at 20/s", "ms", 1, no_more, brief=True),
        Row("cpu100", "CPU of one echo with its bot, at 100/s", "ms", 1, no_more),
        Row("cpu_most", "CPU of one echo with its bot, flat out", "ms", 1, no_more),
        Row("most", "most echoes", "/s", 0, most, brief=True),
        Row("missing", "answers missing after 20 s, nothing killed", ""),
        Row("doubled", "answers that came twice, nothing killed", ""),
        *(Row(f"login{n}", f"{back}, {_numbers(n)}", "s", 2, brief=n == many) for n in numbers),
        *(Row(f"login{n}_cpu", f"the same, CPU, {_numbers(n)}", "s", 2) for n in numbers),
        Row("memory_empty", "memory, no number", "MiB", 0),
        Row("memory_many", f"memory, {many} idle numbers", "MiB", 0, brief=True),
        Row("lost_messages", f"{series}: messages lost", "", brief=True),
        Row("lost_answers", "the same: answers lost", "", brief=True),
        Row("doubled_answers", "the same: answers doubled", ""),
        Row("unlinked", f"QR code asked again after {killed} at start, {few} numbers", "", brief=True),
    ]


def _numbers(count: int) -> str:
    return "1 number" if count == 1 else f"{count} numbers"


class Results:
    """Runs by row and peer."""

    def __init__(self) -> None:
        self._runs: defaultdict[str, dict[str, list[float]]] = defaultdict(dict)

    def add(self, row: str, peer: str, value: float) -> None:
        """One more run."""
        self._runs[row].setdefault(peer, []).append(value)

    def runs(self, row: str, peer: str) -> list[float]:
        """Every run so far; empty when the peer has failed before."""
        return self._runs[row].get(peer, [])

    def ratio(self, row: str, peer: str) -> float | None:
        """Holdfast's median divided by the other's; None where one is missing or nothing."""
        ours, theirs = self.runs(row, OURS), self.runs(row, peer)
        if not ours or not theirs or not statistics.median(theirs):
            return None
        return statistics.median(ours) / statistics.median(theirs)


def figures(table: Sequence[Row], results: Results, titles: Mapping[str, str]) -> list[Figure]:
    """Holdfast's figures with the others beside them, and a figure for each ratio that has a goal."""
    found = []
    for row in table:
        ours = results.runs(row.name, OURS)
        if not ours:
            continue
        others = {peer: results.runs(row.name, peer) for peer in titles if peer != OURS}
        beside = {
            peer: {"runs": runs, "ratio": results.ratio(row.name, peer)} for peer, runs in others.items()
        }
        note = " · ".join(_beside(row, results, peer, titles[peer]) for peer, runs in others.items() if runs)
        found.append(Figure(f"peers_{row.name}", row.title, row.unit, ours, None, note, {"peers": beside}))
        for peer, goal in row.ratios.items():
            ratio = results.ratio(row.name, peer)
            if ratio is not None:
                title = f"{row.title}: Holdfast ÷ {titles[peer]}"
                found.append(Figure(f"peers_{row.name}_to_{peer}", title, "", [ratio], goal))
    return found


def markdown(table: Sequence[Row], results: Results, titles: Mapping[str, str]) -> str:
    """The comparison as a table for documents: medians, the runs of what is counted, Holdfast's share."""
    others = [peer for peer in titles if peer != OURS]
    head = ["median of the runs", *titles.values()]
    lines = [
        [*head, *(f"÷ {titles[peer]}" for peer in others)],
        ["---", *["---:"] * (len(titles) + len(others))],
    ]
    for row in table:
        values = [_shown(row, results.runs(row.name, peer)) for peer in titles]
        ratios = [results.ratio(row.name, peer) for peer in others]
        shares = ["" if ratio is None or not row.unit else f"{ratio:.2f}" for ratio in ratios]
        title = f"{row.title}, {row.unit}" if row.unit else row.title
        lines.append([title, *values, *shares])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _beside(row: Row, results: Results, peer: str, title: str) -> str:
    ratio = results.ratio(row.name, peer)
    share = "" if ratio is None or not row.unit else f" (×{readable(round(ratio, 2))})"
    return f"{title} {_shown(row, results.runs(row.name, peer))}{share}"


def _shown(row: Row, runs: Sequence[float]) -> str:
    if not runs:
        return "–"
    if not row.unit:
        return ", ".join(f"{run:.0f}" for run in runs)
    return f"{statistics.median(runs):,.{row.digits}f}"
