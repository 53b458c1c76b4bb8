"""What a measurement is: a value with its unit, its runs and the goal it is held against. Pure."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be. A missed goal is reported, it is no error."""

    limit: float
    at_least: bool = False

    def met_by(self, value: float) -> bool:
        """Whether the value reaches the goal."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {readable(self.limit)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure: the median of its runs. Warm-up runs are not among them."""

    name: str
    title: str
    unit: str
    runs: Sequence[float]
    goal: Goal | None = None
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def value(self) -> float:
        """The median of the runs."""
        return statistics.median(self.runs)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal."""
        return None if self.goal is None else self.goal.met_by(self.value)

    def as_json(self) -> dict[str, Any]:
        """The figure as it stands in build/bench.json."""
        goal = self.goal and {"limit": self.goal.limit, "at_least": self.goal.at_least}
        return {
            "name": self.name,
            "title": self.title,
            "unit": self.unit,
            "value": rounded(self.value),
            "goal": goal,
            "met": self.met,
            "spread": {
                "min": rounded(min(self.runs)),
                "median": rounded(self.value),
                "max": rounded(max(self.runs)),
                "runs": len(self.runs),
            },
            "note": self.note,
            "details": tidy(self.details),
        }


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def rounded(value: float) -> float:
    """Four significant digits: more would claim a precision that no run has."""
    return float(f"{value:.4g}")


def readable(value: float) -> str:
    """For the table."""
    return f"{rounded(value):,.10g}"


def tidy(value: Any) -> Any:
    """Floats rounded, at any depth."""
    if isinstance(value, float):
        return rounded(value)
    if isinstance(value, Mapping):
        return {key: tidy(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [tidy(inner) for inner in value]
    return value
