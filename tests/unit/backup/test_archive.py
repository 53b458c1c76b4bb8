"""The archive's file: what goes in comes out, and whatever is changed is seen."""

import os
import random
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest

from holdfast.backup import Key, Lock
from holdfast.backup.archive import Part, describe, extract, write
from holdfast.backup.manifest import Content, Description, Manifest, may_lie_inside
from holdfast.model.errors import BackupLocked, BackupNewer, BackupTorn, RequestInvalid

ABOUT = Description(
    "bak_0123456789", 1, "0.1.0", "0013", 1_800_000_000_000, "passphrase", "lab", 1, True, True
)
BASE = Manifest(ABOUT, "m", "/data", (), (), {"messages": 3}, ())
BIG = random.Random(1).randbytes(700_000)
SHA = "a" * 64


ME = pyrage.x25519.Identity.generate()
MINE = Lock(recipients=[str(ME.to_public())])


def put(path: Path, lock: Lock, parts: Sequence[Part], about: Description = ABOUT) -> Manifest:
    base = replace(BASE, description=about)
    return write(path, lock, parts, lambda files: replace(base, files=files), lambda count: None)


def get(path: Path, key: Key, folder: Path) -> Manifest:
    folder.mkdir()
    return extract(path, key, folder, lambda count: None)


@pytest.fixture
def source(tmp_path: Path) -> Sequence[Part]:
    (tmp_path / "big").write_bytes(BIG)
    return [Part("master.key", b"key\n"), Part(f"media/{SHA}", tmp_path / "big"), Part("registry.json", b"")]


@pytest.mark.long
def test_what_goes_in_comes_out(tmp_path: Path, source: Sequence[Part]) -> None:
    made = put(tmp_path / "a", Lock("a passphrase"), source)
    assert describe(tmp_path / "a") == ABOUT
    found = get(tmp_path / "a", Key("a passphrase"), tmp_path / "out")
    assert found.files == [Content(it.name, it.size_bytes, it.sha256) for it in made.files]
    assert (tmp_path / "out" / "media" / SHA).read_bytes() == BIG
    assert (tmp_path / "out" / "master.key").read_bytes() == b"key\n"
    assert b"key\n" not in (tmp_path / "a").read_bytes()
    assert (tmp_path / "a").stat().st_mode & 0o077 == 0
    with pytest.raises(BackupLocked, match="passphrase"):
        get(tmp_path / "a", Key("another passphrase"), tmp_path / "not")
    # Where no Holdfast is left, tar and age open it.
    listed = subprocess.run(["tar", "tf", tmp_path / "a"], capture_output=True, text=True, check=True)
    assert listed.stdout.split() == ["holdfast-backup.json", "identity.age", "content.tar.age"]


def test_recipients_open_it_and_nobody_else(tmp_path: Path, source: Sequence[Part]) -> None:
    other = pyrage.x25519.Identity.generate()
    put(tmp_path / "a", MINE, source)
    get(tmp_path / "a", Key(identities=[f"# created: today\n{ME}\n"]), tmp_path / "out")
    for key in (Key(identities=[str(other)]), Key("a passphrase"), Key()):
        with pytest.raises(BackupLocked):
            get(tmp_path / "a", key, tmp_path / os.urandom(4).hex())
    with pytest.raises(RequestInvalid):
        put(tmp_path / "b", Lock(recipients=["age1nobody"]), source)


@pytest.mark.parametrize("place", [0.2, 0.5, 0.9, 0.999])
def test_what_is_cut_or_changed_is_never_taken_for_whole(
    tmp_path: Path, source: Sequence[Part], place: float
) -> None:
    put(tmp_path / "a", MINE, source)
    whole = (tmp_path / "a").read_bytes()
    at = int(len(whole.rstrip(b"\0")) * place)
    cut, changed = tmp_path / "cut", tmp_path / "changed"
    cut.write_bytes(whole[:at])
    changed.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    for each in (cut, changed):
        with pytest.raises(BackupTorn):
            get(each, Key(identities=[str(ME)]), tmp_path / f"out of {each.name}")


def test_a_newer_one_and_something_else_are_told_apart(tmp_path: Path, source: Sequence[Part]) -> None:
    put(tmp_path / "a", MINE, source, replace(ABOUT, format=2, version="9.0"))
    with pytest.raises(BackupNewer, match=r"9\.0"):
        describe(tmp_path / "a")
    for content in (b"", b"something else", bytes(10_000)):
        (tmp_path / "b").write_bytes(content)
        with pytest.raises(BackupTorn):
            describe(tmp_path / "b")


def test_a_part_that_shrinks_meanwhile_is_seen(tmp_path: Path, source: Sequence[Part]) -> None:
    class Shrinking(Part):
        @property
        def size_bytes(self) -> int:
            return super().size_bytes + 1

    with pytest.raises(BackupTorn, match="changed"):
        put(tmp_path / "a", MINE, [Shrinking("registry.json", b"x")])


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/etc/passwd",
        "snapshots/../../x/session.db",
        "media/x",
        "holdfast.db-wal",
        "snapshots/1/2/other",
    ],
)
def test_nothing_leaves_the_folder(name: str) -> None:
    assert not may_lie_inside(name)
    assert may_lie_inside("snapshots/4915112345678/20261129T001500123Z-changed/session.db")
