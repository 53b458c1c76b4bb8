"""The master key:

made once, for its owner alone; wraps and unwraps; a wrong one is told from a damaged file.
"""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.model.errors import SettingsError
from holdfast.vault import (
    KeyFileDamaged,
    MasterKey,
    MasterKeyMissing,
    SessionKey,
    WrongMasterKey,
    load_or_create,
)
from holdfast.vault.master import new_session_key

MASTER = MasterKey(b"m" * 32)
OTHER = MasterKey(b"o" * 32)
KEY = SessionKey("ses_01k", b"k" * 32)


def test_the_first_start_makes_it_and_later_ones_read_it(tmp_path: Path) -> None:
    path = tmp_path / "config" / "holdfast" / "master.key"
    first = load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0
    assert load_or_create(path).unwrap(first.wrap(KEY)) == KEY
    assert [it.name for it in path.parent.iterdir()] == ["master.key"]


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"holdfast-master-key-1:####", b"holdfast-master-key-1:AAAA", b"\xff\xfe"]
)
def test_what_is_no_master_key_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="master"):
        load_or_create(path)
    assert path.read_bytes() == content


def test_a_missing_key_is_not_made_anew_where_another_one_was_used(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyMissing, match="missing"):
        load_or_create(tmp_path / "master.key", may_create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_its_place_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be used") as caught:
        load_or_create(tmp_path)
    assert "HOLDFAST_MASTER_KEY_FILE" in str(caught.value)


def test_a_wrong_key_is_told_from_a_damaged_file() -> None:
    wrapped = MASTER.wrap(KEY)
    with pytest.raises(WrongMasterKey):
        OTHER.unwrap(wrapped)
    for damaged in (b"", b"HFK1", wrapped[:-1], wrapped + b"x", b"XXXX" + wrapped[4:]):
        with pytest.raises(KeyFileDamaged):
            MASTER.unwrap(damaged)


@given(st.integers(min_value=0))
def test_no_bit_can_be_changed_unseen(seed: int) -> None:
    wrapped = bytearray(MASTER.wrap(KEY))
    wrapped[seed % len(wrapped)] ^= 1 << (seed % 8)
    with pytest.raises((KeyFileDamaged, WrongMasterKey)):
        MASTER.unwrap(bytes(wrapped))


def test_the_key_is_bound_to_its_session() -> None:
    wrapped = MASTER.wrap(KEY).replace(b"ses_01k", b"ses_02k")
    with pytest.raises(KeyFileDamaged):
        MASTER.unwrap(wrapped)


def test_nothing_shows_a_key() -> None:
    key = new_session_key("ses_1")
    assert key.key.hex() not in repr(key)
    assert "key=" not in repr(key)
    assert key.key not in MASTER.wrap(key)
    assert MASTER.wrap(key) != MASTER.wrap(key)
    assert len(MASTER.check_value) == 64
    assert MASTER.check_value != OTHER.check_value
