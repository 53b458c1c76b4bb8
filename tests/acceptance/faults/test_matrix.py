"""The rows of the matrix that are quick enough for every test run; `make faults` runs all of them."""

from pathlib import Path

import pytest

from faults.matrix import OPEN, ROWS
from faults.row import Named, Row
from faults.run import run
from holdfast.lab import Simulator

FAST = [row for row in ROWS if row.fast]


@pytest.mark.parametrize("row", FAST, ids=lambda row: row.name.replace(" ", "-"))
async def test_it_breaks_and_comes_back(row: Row, tmp_path: Path) -> None:
    outcome = await run(row, tmp_path)
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
