"""Every statement of every room: named once, described, and understood by both databases."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import holdfast
from databases import sql
from holdfast.store import ReadUnit, Statement, Store

SOURCE = Path(holdfast.__file__).parent


def collect() -> Iterator[tuple[str, Statement]]:
    """Room and statement."""
    for module in pkgutil.walk_packages(holdfast.__path__, "holdfast."):
        if module.name.endswith(".statements"):
            room = module.name.split(".")[-2]
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, Statement):
                    yield room, value


STATEMENTS = list(collect())


def test_each_is_named_after_its_room_and_says_what_it_does() -> None:
    names = [statement.name for _, statement in STATEMENTS]
    assert len(set(names)) == len(names)
    for room, statement in STATEMENTS:
        assert re.fullmatch(rf"{room}\.[a-z_]+", statement.name)
        assert statement.about[0].isupper()
        assert statement.about[-1] in ".?"


def explain(unit: ReadUnit, statement: Statement) -> None:
    """Have the database look at a statement without running it."""
    other = None if statement.postgresql is None else f"EXPLAIN {statement.postgresql}"
    explained = Statement(statement.name, statement.about, f"EXPLAIN {statement.sql}", other)
    forms = (explained.for_sqlite, explained.for_postgresql)
    values = dict.fromkeys(name for form in forms for part in form.names for name in part)
    if explained.takes_keys:
        width = statement.sql.partition("wanted(")[2].partition(")")[0].count(",") + 1
        unit.keyed(explained, [(None,) * width] * 2, **values)
    else:
        unit.all(explained, **values)


async def test_both_databases_understand_each(store: Store) -> None:
    for _, statement in STATEMENTS:
        await store.read(partial(explain, statement=statement))


def test_no_statement_stands_anywhere_else() -> None:
    begins = re.compile(r'"\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|WITH \w+)\b')
    # rows.py reads what another program has in its own database.
    allowed = {"statements.py", "postgresql.py", "rows.py", "v0001_first.py", "v0002_one_message.py"}
    found = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if path.name not in allowed and "migrations" not in path.parts and begins.search(path.read_text())
    ]
    assert found == []


def test_keys_are_marked_in_both_forms_or_in_none() -> None:
    with pytest.raises(ValueError, match=r"x\.y"):
        Statement("x.y", "Broken.", "SELECT 1", postgresql="VALUES {keys}")
    with pytest.raises(ValueError, match=r"x\.y"):
        Statement("x.y", "Broken.", "VALUES {keys} UNION VALUES {keys}")


async def test_values_are_found_by_name_beside_percent_signs_and_casts(store: Store) -> None:
    statement = sql(
        "SELECT 100 % 7, 'no', CAST(:a AS INTEGER), CAST(:b AS INTEGER), CAST(:a AS INTEGER)",
        postgresql="SELECT 100 % 7, 'no', :a::int, :b::int, CAST(:a AS INTEGER)",
    )
    assert await store.read(lambda unit: unit.all(statement, a=1, b=2)) == [(2, "no", 1, 2, 1)]


async def test_keys_stand_between_other_values_however_many(store: Store) -> None:
    statement = sql(
        "WITH wanted(a, b) AS (VALUES {keys}) SELECT a, b FROM wanted WHERE a <> :not ORDER BY a LIMIT :most"
    )
    keys = [(f"{n:05}", f"b{n}") for n in range(9_000)]
    found = await store.read(lambda unit: unit.keyed(statement, keys, **{"not": "00001", "most": 99_999}))
    assert found == [key for key in keys if key[0] != "00001"]
    assert await store.read(lambda unit: unit.keyed(statement, [], **{"not": "", "most": 1})) == []
