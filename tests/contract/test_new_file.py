"""A new database file is what all revisions would have made of an empty one."""

import importlib.util
from pathlib import Path
from types import ModuleType

from holdfast.store.migrate import NEW_FILE
from holdfast.store.sqlite import SqliteDatabase

ROOT = Path(__file__).resolve().parents[2]


def tool() -> ModuleType:
    """tools/new_file.py."""
    spec = importlib.util.spec_from_file_location("new_file", ROOT / "tools" / "new_file.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_what_a_new_file_begins_with_is_what_the_revisions_make(tmp_path: Path) -> None:
    made = tool()
    by_revisions = made.by_all_revisions(tmp_path / "by_revisions.db")
    assert NEW_FILE.read_text() == by_revisions, "a migration was added or changed: run `make new-file`"
    connection = SqliteDatabase(tmp_path / "new.db").open_writer()
    try:
        assert made.written(connection.raw) == by_revisions
    finally:
        connection.close()
