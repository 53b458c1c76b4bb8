"""Puts an archive back: it is unpacked and looked at beside its place, then all gets its place at once."""

import asyncio
import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from holdfast.backup import archive, placing, restored
from holdfast.backup.copying import look
from holdfast.backup.locks import Key
from holdfast.backup.making import Progress, machine
from holdfast.backup.manifest import Manifest
from holdfast.backup.placing import Plan
from holdfast.engine import running
from holdfast.kit import private
from holdfast.kit.clock import now_ms
from holdfast.kit.files import write_atomically
from holdfast.kit.ids import new_id
from holdfast.model.errors import (
    BackupError,
    BackupNewer,
    BackupTorn,
    HoldfastError,
    RestoreRefused,
    SettingsError,
)
from holdfast.outbox.restored import fail_everything
from holdfast.store import HEAD, SqliteFile, Store
from holdfast.vault import Away, MasterKey, load_or_create, parse_master_key, quarantine_name, registry

#: What makes a data folder one that somebody uses.
_VALUABLES: Final = ("registry.json", "holdfast.db")
_ROOMS: Final = ("sessions", "snapshots", "quarantine")


@dataclass(frozen=True, slots=True)
class Target:
    """Where an archive is put back."""

    data: Path
    master_key_file: Path
    lab: bool
    #: False: messages and settings lie on a PostgreSQL server.
    database: bool = True
    #: The master key that a command gives here.
    given: MasterKey | None = None

    @property
    def master(self) -> MasterKey | None:
        """The master key that is used here. None: there is none yet. Raises SettingsError."""
        if self.given is not None or not self.master_key_file.exists():
            return self.given
        return load_or_create(self.master_key_file, may_create=False)


@dataclass(frozen=True, slots=True)
class Wish:
    """What its owner said."""

    #: Only this one; None: everything.
    number: str | None = None
    #: Take the place of credentials that are here.
    replace: bool = False
    #: Send what waited when the backup was made.
    send_queue: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    manifest: Manifest
    numbers: Sequence[str]
    #: Messages that waited when the backup was made and are not sent any more.
    not_sent: int
    database: bool


def unpack(path: Path, key: Key, folder: Path, told: Callable[[Progress], None]) -> Manifest:
    """Unpack an archive into a folder that is not there yet, and look at everything that needs no engine.

    Raises BackupTorn, BackupLocked, BackupNewer, BackupError for a disk that is full.
    """
    done, size = 0, 0

    def add(count: int) -> None:
        nonlocal done
        done += count
        told(Progress(done, max(done, size)))

    try:
        size = path.stat().st_size
        private.folder(folder)
        manifest = archive.extract(path, key, folder, add)
    except OSError as exc:
        raise BackupError(
            f"The archive cannot be unpacked: {exc.strerror or exc}", next_step="Make room, then try again."
        ) from exc
    _look(folder, manifest)
    return manifest


def _look(folder: Path, manifest: Manifest) -> None:
    """Raises BackupTorn for content that does not belong together, BackupNewer for a newer database."""
    if manifest.description.schema > HEAD:
        raise BackupNewer
    try:
        master = parse_master_key((folder / "master.key").read_text(), "the archive")
        records = registry.load(folder / "registry.json")
        if not master.knows(records.master_check or ""):
            raise BackupTorn("The archive's master key is not the one of its credentials")
        for each in manifest.numbers:
            (snapshot,) = (folder / "snapshots" / each.number).iterdir()
            master.unwrap((snapshot / "session.key").read_bytes())
    except (OSError, ValueError, HoldfastError) as exc:
        raise (
            exc
            if isinstance(exc, BackupTorn)
            else BackupTorn(f"The archive's credentials do not open: {exc}")
        ) from exc
    if (folder / "holdfast.db").exists():
        look(folder / "holdfast.db")
    for content in manifest.files:
        if content.name.startswith("media/") and content.name != f"media/{content.sha256}":
            raise BackupTorn(f"{content.name} is not the file that it is called")


async def restore(
    path: Path, key: Key, target: Target, wish: Wish, told: Callable[[Progress], None]
) -> Restored:
    """Put an archive back. Killed at any point, there is what was before or everything.

    Raises RestoreRefused for what is in the way, BackupError and what `unpack` raises: nothing has changed.
    """
    made = not target.data.exists()
    try:
        with _alone(target):
            placing.finish(target.data)
            _check_used(target, wish)
            try:
                return await _restore(path, key, target, wish, told)
            except BaseException:
                if not (target.data / "restore" / "plan.json").exists():
                    placing.clear(target.data)
                raise
    except BaseException:
        if made:
            _remove_empty(target.data)
        raise


async def _restore(
    path: Path, key: Key, target: Target, wish: Wish, told: Callable[[Progress], None]
) -> Restored:
    placing.clear(target.data)
    folder = placing.scratch(target.data)
    manifest = await asyncio.to_thread(unpack, path, key, folder, told)
    _check_source(manifest, target)
    if not (folder / "holdfast.db").exists():
        _check_world(manifest, target)
    numbers = [it.number for it in manifest.numbers if wish.number in (None, it.number)]
    if wish.number is not None and not numbers:
        raise RestoreRefused(f"{wish.number} is not in this archive", next_step="See holdfast backup verify.")
    not_sent, database = 0, target.database and wish.number is None and (folder / "holdfast.db").exists()
    if database and not wish.send_queue and not manifest.description.moved:
        not_sent = await _forget_queue(folder / "holdfast.db")
    plan = _whole(folder, target, database=database) if wish.number is None else _one(folder, target, wish)
    note = restored.write(folder, path.name, len(numbers))
    placing.commit(target.data, replace(plan, into=[note, *plan.into]))
    return Restored(manifest, numbers, not_sent, database)


async def _forget_queue(database: Path) -> int:
    store = await Store.open(SqliteFile(database))
    try:
        return await fail_everything(store, now_ms())
    finally:
        await store.close()


# ---- what goes where ---------------------------------------------------------------------------------------


def _whole(folder: Path, target: Target, *, database: bool) -> Plan:
    key_file = _key_file(folder, target)
    names = [f"snapshots/{it.name}" for it in _children(folder / "snapshots")]
    names += [f"media/{it.name}" for it in _children(folder / "media")]
    names += ["holdfast.db"] if database else []
    # The registry last: where it lies, everything lies.
    return Plan((), [(name, name) for name in (*names, "registry.json")], key_file)


def _key_file(folder: Path, target: Target) -> str:
    """Where the archive's master key goes; empty when it is there. Raises RestoreRefused, SettingsError."""
    here = target.master
    if here is None:
        return str(target.master_key_file)
    if not here.knows(_master(folder).check_value):
        raise RestoreRefused(
            f"Another master key is used here ({target.master_key_file})",
            next_step="Move it away, or name another file by HOLDFAST_MASTER_KEY_FILE.",
        )
    return ""


def _one(folder: Path, target: Target, wish: Wish) -> Plan:
    """One number beside others: its key is wrapped again, under the master key that is used here."""
    number = wish.number or ""
    if not _used(target.data):
        _keep_only(folder, number)
        return _whole(folder, target, database=False)
    here = target.master or load_or_create(target.master_key_file, may_create=False)
    (snapshot,) = (folder / "snapshots" / number).iterdir()
    wrapped = here.wrap(_master(folder).unwrap((snapshot / "session.key").read_bytes()))
    write_atomically(snapshot / "session.key", wrapped)
    away = _in_the_way(target.data, number, wish)
    into = [(f"snapshots/{number}", f"snapshots/{number}")]
    records = dict(registry.load(target.data / "registry.json").records)
    if not any(record.folder == number for record in records.values()):
        came = registry.load(folder / "registry.json").records
        records |= {id_: record for id_, record in came.items() if record.folder == number}
        registry.save(folder / "registry.json", records.values(), here.check_value)
        into.append(("registry.json", "registry.json"))
    return Plan(away, into)


def _keep_only(folder: Path, number: str) -> None:
    kept = registry.load(folder / "registry.json")
    records = [record for record in kept.records.values() if record.folder == number]
    registry.save(folder / "registry.json", records, kept.master_check or "")
    for each in _children(folder / "snapshots"):
        if each.name != number:
            shutil.rmtree(each)
    shutil.rmtree(folder / "media", ignore_errors=True)


def _in_the_way(data: Path, number: str, wish: Wish) -> Sequence[tuple[str, str]]:
    """What has to go into quarantine. Raises RestoreRefused unless its owner said so."""
    there = [room for room in ("sessions", "snapshots") if (data / room / number).exists()]
    if there and not wish.replace:
        raise RestoreRefused(
            f"{number} has credentials here, which may be newer than those of the archive",
            next_step="Say --replace to put them into quarantine and the archive's in their place.",
        )
    name = quarantine_name(number, Away.DAMAGED, new_id("q").partition("_")[2])
    if there == ["snapshots"]:
        return [(f"snapshots/{number}", f"quarantine/{name}/snapshots")]
    away = [
        (f"sessions/{number}", f"quarantine/{name}"),
        (f"snapshots/{number}", f"quarantine/{name}/snapshots"),
    ]
    return away[: len(there)]


def _master(folder: Path) -> MasterKey:
    return parse_master_key((folder / "master.key").read_text(), "the archive")


def _children(folder: Path) -> Sequence[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else ()


# ---- what is in the way ------------------------------------------------------------------------------------


def _used(data: Path) -> bool:
    return any((data / it).exists() for it in _VALUABLES) or any(_children(data / room) for room in _ROOMS)


def _check_used(target: Target, wish: Wish) -> None:
    if wish.number is None and _used(target.data):
        raise RestoreRefused(
            f"The data folder {target.data} is in use",
            next_step="Name an empty one with --data, move this one away, or bring back one (--number).",
        )


def _check_source(manifest: Manifest, target: Target) -> None:
    """Two of one number would throw each other out: the old one must rest, where that can be known."""
    source = Path(manifest.data)
    if manifest.machine == machine() and source != target.data and (running(source) or _served(source)):
        raise RestoreRefused(
            f"The installation that this backup was made of still runs, in {source}",
            next_step=f"Stop it first: holdfast down --data {source}",
        )


def _check_world(manifest: Manifest, target: Target) -> None:
    """An archive with a database brings its world along, and the start looks at it."""
    if manifest.description.world != ("lab" if target.lab else "whatsapp"):
        raise RestoreRefused("Archives of the lab and of real WhatsApp cannot be restored into each other")


def _served(data: Path) -> bool:
    """True while a gateway holds the folder."""
    try:
        lock = os.open(data / "run" / "gateway.lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


@contextlib.contextmanager
def _alone(target: Target) -> Iterator[None]:
    """Hold the lock that a gateway of this folder would hold. Raises RestoreRefused, SettingsError."""
    try:
        private.folder(target.data)
        private.folder(target.data / "run")
        lock = os.open(target.data / "run" / "gateway.lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as exc:
        raise SettingsError(f"The data folder {target.data} cannot be used: {exc.strerror}") from exc
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if running(target.data):
            raise BlockingIOError
        yield
    except BlockingIOError as exc:
        raise RestoreRefused(
            f"Holdfast runs on {target.data}", next_step=f"Stop it first: holdfast down --data {target.data}"
        ) from exc
    finally:
        os.close(lock)


def _remove_empty(data: Path) -> None:
    """A folder that was made for a restore that came to nothing."""
    with contextlib.suppress(OSError):
        (data / "run" / "gateway.lock").unlink()
        (data / "run").rmdir()
        data.rmdir()
