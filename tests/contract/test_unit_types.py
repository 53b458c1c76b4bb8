"""Who only reads cannot write: the type checker refuses it before anything runs."""

from pathlib import Path

import pytest
from mypy import api

pytestmark = pytest.mark.long

PROGRAM = """
from holdfast.journal import Draft, Journal
from holdfast.store import ReadUnit, Store, WriteUnit

def looks(unit: ReadUnit) -> None: ...
def writes(unit: WriteUnit) -> None: ...

async def use(store: Store, journal: Journal, drafts: list[Draft]) -> None:
    await store.read(looks)
    await store.write(looks)
    await store.write(writes)
    await store.write(lambda unit: journal.append_many(unit, drafts))
    await store.read(writes)  # refused
    await store.read(lambda unit: journal.append_many(unit, drafts))  # refused
"""


def test_a_read_unit_is_not_taken_by_who_writes(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    said, trouble, _ = api.run(["--strict", "--no-error-summary", str(program)])
    assert trouble == ""
    refused = [number for number, line in enumerate(PROGRAM.splitlines(), 1) if line.endswith("# refused")]
    errors = [line for line in said.splitlines() if ": error:" in line]
    assert [int(line.split(":")[1]) for line in errors] == refused, said
    assert all("WriteUnit" in line for line in errors)
