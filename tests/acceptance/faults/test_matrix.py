"""The rows of the matrix that are quick enough for every test run; `make faults` runs all of them."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from faults.crowd import Sample, worst
from faults.matrix import OPEN, ROWS
from faults.pains import PAINS, Pain
from faults.row import Come, Named, Row, Seen
from faults.run import run
from faults.verdict import wrong
from holdfast.lab import Simulator
from holdfast.model.reasons import Reason

ROOT = Path(__file__).parents[3]

FAST = [row for row in ROWS if row.fast]


@pytest.mark.parametrize("row", FAST, ids=lambda row: row.name.replace(" ", "-"))
async def test_it_breaks_and_comes_back(row: Row, tmp_path: Path) -> None:
    # Beside other tests the machine is busy: probes and dials get more time than when the matrix runs alone.
    outcome = await run(replace(row, pace=4.0), tmp_path)
    assert outcome.wrong == []


def test_every_row_has_a_name_of_its_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_at_most_fifteen_rows_are_in_every_test_run() -> None:
    assert 0 < len(FAST) <= 15


async def test_every_fault_that_the_simulator_knows_has_a_row(simulator: Simulator) -> None:
    known = {kind.name for kind in await simulator.fault_kinds()}
    covered = {row.fault.name for row in ROWS if isinstance(row.fault, Named)}
    assert covered | OPEN.keys() == known
    assert not covered & OPEN.keys()


def test_the_page_shows_every_row() -> None:
    """Written by `make faults`."""
    lines = (ROOT / "docs" / "faults.md").read_text().splitlines()
    for row in ROWS:
        assert any(line.startswith((f"| {row.name}", f"| `{row.name}`")) for line in lines), row.name


@pytest.mark.parametrize("pain", PAINS, ids=lambda pain: str(pain.number))
def test_every_pain_names_what_shows_that_holdfast_does_not_have_it(pain: Pain) -> None:
    assert pain.rows or pain.tests
    assert set(pain.rows) <= {row.name for row in ROWS}
    for test in pain.tests:
        file, _, name = test.partition("::")
        assert not name or re.search(rf"(def|func) {name}\(", (ROOT / file).read_text()), test
        assert (ROOT / file).is_file(), test


def test_the_pains_are_numbered_as_they_were_collected() -> None:
    assert [pain.number for pain in PAINS] == list(range(1, 20))


GOOD = Seen("reconnecting connected", Reason.NETWORK, 1, credentials_kept=True, back=True)


@pytest.mark.parametrize(
    "seen",
    [
        replace(GOOD, states="reconnecting failed connected"),
        replace(GOOD, told=Reason.SILENT),
        replace(GOOD, attempts=2),
        replace(GOOD, credentials_kept=False),
        replace(GOOD, codes=1),
        replace(GOOD, back=False),
        replace(GOOD, lost=1),
        replace(GOOD, doubled=1),
        replace(GOOD, refused=1),
        replace(GOOD, alerts=frozenset({"banned"})),
        replace(GOOD, trouble="it did not strike"),
    ],
)
def test_whatever_differs_makes_a_row_red(seen: Seen) -> None:
    come = Come("reconnecting connected", Reason.NETWORK)
    assert wrong(come, GOOD) == []
    assert len(wrong(come, seen)) == 1


def test_a_rate_is_judged_by_the_narrowest_window() -> None:
    steady = [Sample(at, at, 10 * at) for at in range(10)]
    assert worst(steady, at_once=10, per_s=10) <= 1
    burst = [*steady, Sample(9.1, 9.2, 200)]
    assert worst(burst, at_once=10, per_s=10) > 1
