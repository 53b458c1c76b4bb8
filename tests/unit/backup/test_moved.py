"""An installation that has moved away does not start again, whatever was killed on the way."""

from pathlib import Path

import pytest

from holdfast.app import start
from holdfast.backup import moved
from holdfast.backup.moved import Moved, MovedAway
from holdfast.model.errors import SettingsError


def said(data: Path) -> str:
    with pytest.raises(MovedAway) as caught:
        moved.check(data)
    assert isinstance(caught.value, SettingsError)
    return str(caught.value)


def test_one_that_has_not_moved_starts(tmp_path: Path) -> None:
    moved.check(tmp_path)
    assert not moved.forget(tmp_path)


def test_one_that_has_moved_says_when_and_where_to(tmp_path: Path) -> None:
    moved.mark(tmp_path, Moved(1_800_000_000_000, "/mnt/usb/holdfast-x.backup"))
    assert "2027-01-15 08:00 UTC; its archive is /mnt/usb/holdfast-x.backup" in said(tmp_path)
    assert "move --undo" in said(tmp_path)


def test_a_move_that_was_killed_goes_on_or_is_taken_back(tmp_path: Path) -> None:
    moved.mark(tmp_path, Moved(1_800_000_000_000))
    assert "not finished" in said(tmp_path)
    assert moved.forget(tmp_path)
    moved.check(tmp_path)


@pytest.mark.parametrize("torn", [b"", b"{", b"[]", b'"x"', b'{"at_ms": "x", "archive": ""}'])
def test_a_torn_mark_is_one_all_the_same(tmp_path: Path, torn: bytes) -> None:
    (tmp_path / "moved.json").write_bytes(torn)
    assert "not finished" in said(tmp_path)


def test_a_newer_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "moved.json").write_bytes(b'{"at_ms": 1800000000000, "archive": "a", "by": "x"}')
    assert "its archive is a" in said(tmp_path)


def test_a_start_is_refused_for_good(tmp_path: Path) -> None:
    moved.mark(tmp_path, Moved(1_800_000_000_000, "a"))
    with pytest.raises(MovedAway) as caught:
        moved.check(tmp_path)
    assert start.exit_code(caught.value) == 2  # nobody starts it again and again
