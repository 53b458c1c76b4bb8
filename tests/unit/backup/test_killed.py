"""kill -9 at random moments of backup, restore and rotation: the old state or the new one, whole.

So many kills of each as KILLS says; `make test-kills` makes fifty.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pyrage
import pytest

from holdfast.backup import Choice, Installation, Key, Lock, Target, Wish, finish, make, place_at, restore
from holdfast.backup import unpack as unpack_archive
from holdfast.cli.ops.keys import rotate
from holdfast.media import Bucket
from holdfast.store import SqliteFile, Store
from holdfast.vault import MasterKey, Record, SessionKey, count, load_or_create, prove_world, registry
from holdfast.vault.vault import Vault

KILLS = int(os.environ.get("KILLS", "4"))
NUMBERS = [str(491510000000 + n) for n in range(12)]
IDENTITY = pyrage.x25519.Identity.generate()
MINE = Key(identities=[str(IDENTITY)])
ROLL = random.Random(13)


def run(work: Callable[[], Awaitable[object]], *, kill_after_s: float | None = None) -> bool:
    """Do the work in a process of its own, which is killed after that time. True when it was done."""
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(_of(work))
            os._exit(0)
        except BaseException as exc:
            os.write(2, f"{exc!r}\n".encode())
            os._exit(1)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status == 0


async def _of(work: Callable[[], Awaitable[object]]) -> None:
    await work()


def timed(work: Callable[[], Awaitable[object]]) -> float:
    """How long the work takes where nobody kills it."""
    begun = time.monotonic()
    assert run(work)
    return time.monotonic() - begun


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with numbers, a database and files; its master key lies beside it."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    monkeypatch.setenv("HOLDFAST_DATA", str(data))
    monkeypatch.setenv("HOLDFAST_MASTER_KEY_FILE", str(tmp_path / "key"))
    master = load_or_create(tmp_path / "key")
    records = []
    for number in NUMBERS:
        folder = data / "snapshots" / number / "20261129T000000000Z-changed"
        folder.mkdir(parents=True)
        (folder / "session.db").write_bytes(ROLL.randbytes(60_000))
        (folder / "session.digest").write_bytes(ROLL.randbytes(32))
        (folder / "session.key").write_bytes(master.wrap(SessionKey(f"ses_{number}", ROLL.randbytes(32))))
        records.append(Record(f"ses_{number}", "default", number, "up", 0, number, number))
    registry.save(data / "registry.json", records, master.check_value)

    async def database() -> None:
        store = await Store.open(SqliteFile(data / "holdfast.db"))
        await prove_world(store, lab=False)
        await Vault(master, data).prove(store)
        await store.close()

    assert run(database)
    return data


def contents(folder: Path) -> dict[str, bytes]:
    """Everything of an installation but what a start makes and what the database writes by itself."""
    files = [it for room in ("snapshots", "media") for it in (folder / room).rglob("*") if it.is_file()]
    return {str(it.relative_to(folder)): it.read_bytes() for it in [*files, folder / "registry.json"]}


def backup(house: Path, usb: Path) -> Callable[[], Awaitable[object]]:
    master = load_or_create(house.parent / "key")
    of = Installation(house, master, "0.1.0", False, house / "holdfast.db", house / "media")
    lock, place = Lock(recipients=[str(IDENTITY.to_public())]), place_at(str(usb), Bucket(""), house / "run")
    return lambda: make(of, Choice(), lock, place)


def test_a_backup_that_is_killed_leaves_a_whole_archive_or_none(house: Path, tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    takes_s = timed(backup(house, usb))
    for _ in range(KILLS):
        run(backup(house, usb), kill_after_s=ROLL.uniform(0, takes_s * 1.2))
    assert run(backup(house, usb))
    names = os.listdir(usb)
    assert [name for name in names if not name.endswith(".backup")] == []  # nothing half is left over
    for n, name in enumerate(names):
        manifest = unpack_archive(usb / name, MINE, tmp_path / f"out{n}", lambda progress: None)
        assert [it.number for it in manifest.numbers] == NUMBERS


def test_a_restore_that_is_killed_is_finished_or_was_never_there(house: Path, tmp_path: Path) -> None:
    assert run(backup(house, tmp_path / "usb"))
    (archive,) = (tmp_path / "usb").iterdir()
    wanted = contents(house)

    def put_back(n: int) -> Callable[[], Awaitable[object]]:
        target = Target(tmp_path / f"new{n}", tmp_path / f"key{n}", lab=False)
        return lambda: restore(archive, MINE, target, Wish(), lambda progress: None)

    takes_s = timed(put_back(0))
    for n in range(1, KILLS + 1):
        done = run(put_back(n), kill_after_s=ROLL.uniform(0, takes_s * 1.2))
        data = tmp_path / f"new{n}"
        finished = done or finish(data)  # as the next start does
        if not finished and not (data / "registry.json").exists():
            assert not (data / "snapshots").exists()
            assert not (tmp_path / f"key{n}").exists()
            assert run(put_back(n))
        assert contents(data) == wanted
        assert (tmp_path / f"key{n}").read_bytes() == (tmp_path / "key").read_bytes()
        assert not (data / "restore").exists() or not list((data / "restore").iterdir())


def test_a_rotation_that_is_killed_closes_nothing(house: Path, tmp_path: Path) -> None:
    first = load_or_create(tmp_path / "key")
    takes_s = timed(lambda: rotate(None))
    for _ in range(KILLS):
        run(lambda: rotate(None), kill_after_s=ROLL.uniform(0, takes_s * 1.2))
        found = count(house, load_or_create(tmp_path / "key"))
        assert (found.opened, found.foreign, found.damaged) == (len(NUMBERS), [], [])
    assert run(lambda: rotate(None))
    last = load_or_create(tmp_path / "key")
    assert last.before is None or run(lambda: rotate(None))
    last = load_or_create(tmp_path / "key")
    assert last.check_value != first.check_value
    assert count(house, MasterKey(last.recovery_bytes)).by_the_one_before == 0
    kept = registry.load(house / "registry.json")
    assert kept.master_check == last.check_value
