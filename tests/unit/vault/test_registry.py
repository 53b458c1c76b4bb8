"""The second record: written as a whole, read back, and compared with the first."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from holdfast.kit import files
from holdfast.vault import Record, compare, registry

TAXI = Record(
    "ses_1", "ten_default", "taxi", "up", 5, "4915", "4915", "4915:3@s.whatsapp.net", "77@lid", "Anna"
)
VAN = Record("ses_2", "ten_default", "van", "down", 6)


def test_what_is_saved_is_read(tmp_path: Path) -> None:
    path = tmp_path / "registry.json"
    registry.save(path, [VAN, TAXI], "check")
    read = registry.load(path)
    assert read.records == {"ses_1": TAXI, "ses_2": VAN}
    assert read.master_check == "check"
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_a_file_it_is_empty(tmp_path: Path) -> None:
    assert registry.load(tmp_path / "registry.json").records == {}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"sessions": 3}', '{"sessions": [{"id": 1}]}'])
def test_a_damaged_file_is_kept_aside(tmp_path: Path, content: str) -> None:
    path = tmp_path / "registry.json"
    path.write_text(content)
    assert registry.load(path).records == {}
    (aside,) = tmp_path.iterdir()
    assert aside.name.startswith("registry.json.damaged-")
    assert aside.read_text() == content


def test_fields_of_a_newer_version_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "registry.json"
    registry.save(path, [TAXI], "check")
    content = json.loads(path.read_text())
    content["sessions"][0]["colour_of_the_car"] = "black"
    path.write_text(json.dumps(content))
    assert registry.load(path).records == {"ses_1": TAXI}


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "registry.json"
    registry.save(path, [TAXI], "check")

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        registry.save(path, [TAXI, VAN], "check")
    assert registry.load(path).records == {"ses_1": TAXI}
    assert [it.name for it in tmp_path.iterdir()] == ["registry.json"]


def test_the_database_wins_and_the_registry_gives_what_is_missing() -> None:
    renamed = replace(TAXI, push_name="Berta")
    missing = compare({"ses_1": renamed}, {"ses_1": TAXI, "ses_2": VAN}, frozenset())
    assert missing.into_database == (VAN,)
    assert missing.registry_stale


def test_equal_records_need_nothing() -> None:
    both = {"ses_1": TAXI, "ses_2": VAN}
    assert compare(both, dict(both), frozenset()) == compare(both, both, frozenset())
    assert compare(both, both, frozenset()).into_database == ()
    assert not compare(both, both, frozenset()).registry_stale


def test_a_deleted_session_does_not_come_back() -> None:
    missing = compare({}, {"ses_1": TAXI}, frozenset({"ses_1"}))
    assert missing.into_database == ()
    assert missing.registry_stale


def test_a_name_that_is_taken_gets_a_number_and_a_number_that_is_owned_is_not_given_twice() -> None:
    other = Record("ses_9", "ten_default", "taxi", "up", 7, "4915", "4915")
    (came,) = compare({"ses_9": other}, {"ses_1": TAXI}, frozenset()).into_database
    assert (came.name, came.phone, came.folder) == ("taxi-2", None, None)
