"""A rotated master key: nothing is ever closed to the key's file, wherever a rotation was killed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.model.errors import RequestInvalid, SettingsError
from holdfast.vault import (
    MasterKey,
    SessionKey,
    WrongMasterKey,
    count,
    from_command,
    parse_master_key,
    rewrap,
)
from holdfast.vault.sheet import secret_of, words_of

OLD = MasterKey(b"o" * 32)
KEY = SessionKey("ses_01k", b"k" * 32)
PLACES = ("sessions/1", "snapshots/1/x", "quarantine/1-x", "quarantine/1-x/snapshots/y")


def folder(data: Path, wrapped: bytes) -> None:
    for place in PLACES:
        (data / place).mkdir(parents=True)
        (data / place / "session.key").write_bytes(wrapped)


def test_while_it_is_rotated_either_key_opens(tmp_path: Path) -> None:
    both = parse_master_key(OLD.followed_by_a_new_one().file_content.decode(), "it")
    assert both.unwrap(OLD.wrap(KEY)) == KEY
    assert both.knows(OLD.check_value)
    assert both.check_value != OLD.check_value
    assert both.alone.unwrap(both.wrap(KEY)) == KEY
    with pytest.raises(WrongMasterKey):
        both.alone.unwrap(OLD.wrap(KEY))
    sealed = OLD.seal_for("mail").close(b"password", "channel")
    assert both.seal_for("mail").open(sealed, "channel") == b"password"
    again = both.seal_for("mail").close(b"password", "channel")
    assert both.alone.seal_for("mail").open(again, "channel") == b"password"


def test_every_wrapped_key_is_wrapped_again(tmp_path: Path) -> None:
    folder(tmp_path, OLD.wrap(KEY))
    (tmp_path / "sessions/other").mkdir()
    (tmp_path / "sessions/other/session.key").write_bytes(MasterKey(b"x" * 32).wrap(KEY))
    (tmp_path / "sessions/torn").mkdir()
    (tmp_path / "sessions/torn/session.key").write_bytes(b"HFK1")
    both = OLD.followed_by_a_new_one()
    found = rewrap(tmp_path, both)
    assert (found.opened, found.by_the_one_before) == (4, 4)
    assert (found.foreign, found.damaged) == (["sessions/other/session.key"], ["sessions/torn/session.key"])
    assert rewrap(tmp_path, both).by_the_one_before == 0
    seen = count(tmp_path, both.alone)
    assert (seen.opened, len(seen.foreign), len(seen.damaged)) == (4, 1, 1)


@given(st.binary(min_size=32, max_size=32))
def test_the_words_of_a_sheet_give_the_key_back(secret: bytes) -> None:
    words = words_of(secret)
    assert secret_of(" ".join(words)) == secret
    assert secret_of("-".join(words).upper()) == secret


def test_a_mistake_in_the_words_is_found() -> None:
    words = words_of(bytes(range(32)))
    for wrong, said in (
        (words[:-1], "has 18 words"),
        ([words[1], words[0], *words[2:]], "do not fit together"),
        (["hello", *words[1:]], "Word 1 cannot be"),
        (["babu", *words[1:]], "Word 1 has 4 letters"),
    ):
        with pytest.raises(RequestInvalid, match=said):
            secret_of(" ".join(wrong))


def test_a_command_gives_the_key_and_its_failures_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(OLD.file_content)
    assert from_command(f"cat {tmp_path / 'key'}").check_value == OLD.check_value
    for command, said in (
        ("false", "exit code 1"),
        ("echo hello", "does not hold"),
        ("/no/such", "No such file"),
    ):
        with pytest.raises(SettingsError, match=said) as caught:
            from_command(command)
        assert "\n" not in str(caught.value)
