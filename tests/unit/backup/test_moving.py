"""A whole installation moves: its archive is made, it rests, and what waited goes on elsewhere."""

import base64
import contextlib
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import pyrage
import pytest

from databases import file_of_newest_schema
from holdfast.backup import Choice, Key, Lock, Target, Wish, describe, moved, restore
from holdfast.backup.moved import MovedAway
from holdfast.cli.ops import backup as ops
from holdfast.model.errors import BackupError, BackupPlaceUnusable, RequestInvalid, SettingsError
from holdfast.settings import Settings
from holdfast.store import Store
from holdfast.vault import Record, SessionKey, load_or_create, prove_world, registry

NUMBER = "491510000001"
IDENTITY = pyrage.x25519.Identity.generate()
LOCK, MINE = Lock(recipients=[str(IDENTITY.to_public())]), Key(identities=[str(IDENTITY)])
EVERYTHING = Choice(media=True, moved=True)


@pytest.fixture
async def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with one number, whose engine has nothing left to save."""
    data = tmp_path / "data"
    folder = data / "snapshots" / NUMBER / "20261129T000000000Z-changed"
    folder.mkdir(parents=True)
    (data / "media").mkdir()
    monkeypatch.setenv("HOLDFAST_DATA", str(data))
    monkeypatch.setenv("HOLDFAST_MASTER_KEY_FILE", str(tmp_path / "key"))
    master = load_or_create(tmp_path / "key")
    (folder / "session.db").write_bytes(b"credentials")
    (folder / "session.digest").write_bytes(b"digest")
    (folder / "session.key").write_bytes(master.wrap(SessionKey("ses_1", b"k" * 32)))
    record = Record("ses_1", "default", "taxi", "up", 0, NUMBER, NUMBER)
    registry.save(data / "registry.json", [record], master.check_value)
    store = await Store.open(file_of_newest_schema(data / "holdfast.db"))
    await prove_world(store, lab=False)
    await store.close()
    return data


def opened(monkeypatch: pytest.MonkeyPatch, failed: Mapping[str, str]) -> None:
    """An installation opens without an engine; so much could not be saved."""

    async def look() -> None:
        """There is nothing new."""

    async def save_all() -> Mapping[str, str]:
        return failed

    @contextlib.asynccontextmanager
    async def installation(of: Settings) -> AsyncIterator[SimpleNamespace]:
        room = SimpleNamespace(
            snapshots=SimpleNamespace(look=look), safekeeping=SimpleNamespace(save_all=save_all)
        )
        yield SimpleNamespace(supervisor=room)

    monkeypatch.setattr(ops, "installation", installation)


async def move(usb: Path, choice: Choice = EVERYTHING) -> Path:
    return Path((await ops.move(None, choice, LOCK, str(usb), lambda progress: None)).where)


async def test_it_rests_here_and_what_waited_goes_on_there(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(monkeypatch, {})
    archive = await move(tmp_path / "usb")
    assert describe(archive).moved
    with pytest.raises(MovedAway, match=archive.name):
        moved.check(data)

    there = Target(tmp_path / "new", tmp_path / "new key", lab=False)
    done = await restore(archive, MINE, there, Wish(), lambda progress: None)
    assert (done.numbers, done.not_sent) == ([NUMBER], 0)
    moved.check(there.data)  # the mark stays where it was made
    assert ops.undo_move(None)
    moved.check(data)
    assert not ops.undo_move(None)


@pytest.mark.parametrize("whose", ["engine", "archive"])
async def test_what_cannot_be_saved_moves_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    opened(monkeypatch, {"taxi": "its file is damaged"} if whose == "engine" else {})
    if whose == "archive":
        (data / "snapshots" / NUMBER / "20261129T000000000Z-changed" / "session.key").write_bytes(b"torn")
    with pytest.raises(BackupError, match="Not everything can move"):
        await move(tmp_path / "usb")
    moved.check(data)  # it may start here as before


async def test_a_disk_that_is_full_moves_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(monkeypatch, {})
    (tmp_path / "file").touch()
    with pytest.raises(BackupPlaceUnusable):
        await move(tmp_path / "file" / "below")
    moved.check(data)


async def test_what_cannot_be_is_said_before_anything_stops(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ops.check_move(None, EVERYTHING, LOCK, str(tmp_path))
    with pytest.raises(BackupPlaceUnusable, match="no folder"):
        await ops.check_move(None, EVERYTHING, LOCK, str(tmp_path / "none"))
    with pytest.raises(RequestInvalid):
        await ops.check_move(None, EVERYTHING, Lock(recipients=["nobody"]), str(tmp_path))
    with pytest.raises(RequestInvalid):
        await ops.check_move(None, Choice(messages=False, media=True), LOCK, str(tmp_path))
    with pytest.raises(SettingsError):
        await ops.check_move(tmp_path / "none", EVERYTHING, LOCK, str(tmp_path))


def secrets_of(key_file: Path) -> Sequence[bytes]:
    """The master key in every form in which somebody might write it down."""
    raw = load_or_create(key_file).recovery_bytes
    return [raw, raw.hex().encode(), base64.b64encode(raw), base64.urlsafe_b64encode(raw), raw[:16]]


def holding(secrets: Sequence[bytes], *folders: Path) -> list[Path]:
    """The files under these folders that hold one of the secrets."""
    files = [it for folder in folders for it in folder.rglob("*") if it.is_file()]
    return [it for it in files if any(secret in it.read_bytes() for secret in secrets)]


async def test_no_master_key_lies_in_the_clear_while_an_archive_is_made_or_opened(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(monkeypatch, {})
    temporary, usb = tmp_path / "tmp", tmp_path / "usb"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    secrets, looks, found = secrets_of(tmp_path / "key"), 0, list[Path]()
    assert holding(secrets, tmp_path) == [tmp_path / "key"]  # the scan sees it where it is

    def look(*folders: Path) -> None:
        nonlocal looks, found
        looks, found = looks + 1, [*found, *holding(secrets, *folders)]

    made = await ops.move(None, EVERYTHING, LOCK, str(usb), lambda progress: look(temporary, data, usb))
    while_making = looks
    there = tmp_path / "new"
    monkeypatch.setenv("HOLDFAST_MASTER_KEY_FILE", str(tmp_path / "new key"))
    await ops.restore(there, made.where, lambda locked: MINE, Wish(), lambda progress: look(temporary, usb))
    look(temporary, data, usb, there)  # nothing is left over either
    assert 0 < while_making < looks - 1
    assert found == []
    assert load_or_create(tmp_path / "new key").recovery_bytes == secrets[0]
