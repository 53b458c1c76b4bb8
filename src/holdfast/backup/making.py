"""Makes an archive: gathers copies of one moment, encrypts them, and gives the whole file its name.

Credentials go along as snapshots: whole, immutable, and such that what is restored from them begins its
ratchets afresh. The master key goes along too, inside what is encrypted: the archive needs no file of the old
machine.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from holdfast.backup import archive, locks
from holdfast.backup.archive import Part
from holdfast.backup.copying import check_revision, copy_setup, copy_whole, look
from holdfast.backup.locks import Lock
from holdfast.backup.manifest import FORMAT, Description, Manifest, Number
from holdfast.backup.places import Folder, Place
from holdfast.engine import Folder as SessionFolder
from holdfast.kit import private
from holdfast.kit.clock import now_ms
from holdfast.kit.ids import new_id
from holdfast.model.errors import BackupError, RequestInvalid
from holdfast.store import HEAD
from holdfast.vault import (
    KeyFileDamaged,
    MasterKey,
    Record,
    Snapshot,
    WrongMasterKey,
    read_snapshot,
    registry,
)

_SESSION_FILES: Final = ("session.db", "session.key", "session.digest")
#: A snapshot that retention removes while it is copied has a newer one beside it.
_CHOOSES_AGAIN: Final = 3


@dataclass(frozen=True, slots=True)
class Installation:
    """What a backup is made of."""

    data: Path
    master: MasterKey
    version: str
    lab: bool
    #: None: messages and settings lie on a PostgreSQL server.
    database: Path | None
    #: None: files lie in a bucket.
    media: Path | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What goes along beside credentials."""

    #: One number alone; None: all of them, and how the installation is set up.
    number: str | None = None
    messages: bool = True
    media: bool = False
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """An archive that was made."""

    where: str
    size_bytes: int
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is, in bytes of what goes in."""

    done_bytes: int
    all_bytes: int


def _silent(progress: Progress) -> None:
    """Nobody watches."""


async def make(
    of: Installation,
    choice: Choice,
    lock: Lock,
    place: Place,
    told: Callable[[Progress], None] = _silent,
) -> Made:
    """Make one archive at `place`. Killed at any point, there is the whole archive or none.

    Raises RequestInvalid for a choice that cannot be, BackupError, BackupPlaceUnusable.
    """
    locks.check(lock)
    check_choice(of, choice)
    with _alone(of.data), _scratch(of.data) as scratch:
        if isinstance(place, Folder):
            place.clear()
        try:
            return await _make(of, choice, _Way(lock, place, scratch, told))
        except OSError as exc:
            named = f" ({exc.filename})" if exc.filename else ""
            raise BackupError(
                f"The backup could not be written: {exc.strerror or exc}{named}",
                next_step="Make room, then try again.",
            ) from exc


@dataclass(frozen=True, slots=True)
class _Way:
    """How an archive comes to its place."""

    lock: Lock
    place: Place
    scratch: Path
    told: Callable[[Progress], None]


async def _make(of: Installation, choice: Choice, way: _Way) -> Made:
    scratch, place = way.scratch, way.place
    records = _records(of, choice)
    numbers, left_out = await asyncio.to_thread(_gather_snapshots, of, records, choice.number, scratch)
    if choice.number is not None and not numbers:
        raise BackupError(
            f"Nothing can be saved of {choice.number}: {'; '.join(left_out) or 'it is not linked'}"
        )
    registry.save(scratch / "registry.json", records.values(), of.master.check_value)
    counts = await _gather_database(of, choice, scratch)
    if choice.media and of.media is not None:
        await asyncio.to_thread(_gather_media, of.media, scratch / "media")
    parts = [Part("master.key", of.master.file_content), *_parts(scratch)]
    description = _description(of, choice, way.lock, len(numbers))
    manifest = Manifest(description, machine(), str(of.data), numbers, left_out, counts, ())
    name = manifest.description.name
    part = await place.part(name)
    meter = _Meter(sum(it.size_bytes for it in parts), way.told)
    fill = partial(replace, manifest)
    try:
        written = await asyncio.to_thread(
            archive.write, part, way.lock, parts, lambda files: fill(files=files), meter.add
        )
        size = part.stat().st_size
        where = await place.keep(part, name)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Made(where, size, written)


def check_choice(of: Installation, choice: Choice) -> None:
    """Raises RequestInvalid for a choice that this installation cannot fulfil."""
    if choice.number is not None and (choice.messages or choice.media):
        raise RequestInvalid(
            "Messages and files are backed up for the whole installation, not for one number"
        )
    if choice.messages and of.database is None:
        raise RequestInvalid(
            "Messages lie on the PostgreSQL server, which a backup does not copy",
            next_step="Leave them out with --no-messages, and dump the server's database with pg_dump.",
        )
    if choice.media and of.media is None:
        raise RequestInvalid(
            "Files lie in a bucket, which a backup does not copy",
            next_step="Copy the bucket with its own tools.",
        )
    if choice.media and not choice.messages:
        raise RequestInvalid("Files belong to messages", next_step="Leave out --no-messages, or --media.")


def _records(of: Installation, choice: Choice) -> Mapping[str, Record]:
    found = registry.peek(of.data / "registry.json")
    if found is None:
        raise BackupError("registry.json cannot be read", next_step="holdfast doctor --repair")
    return {
        record.folder or record.id: record
        for record in found.values()
        if choice.number is None or record.folder == choice.number
    }


def _gather_snapshots(
    of: Installation, records: Mapping[str, Record], number: str | None, scratch: Path
) -> tuple[Sequence[Number], Sequence[str]]:
    """Copies the newest snapshot of each number that opens; and which numbers have none."""
    linked = {record.folder for record in records.values() if record.folder}
    saved = of.data / "snapshots"
    there = {it.name for it in saved.iterdir() if not it.name.startswith(".")} if saved.is_dir() else set()
    numbers, left_out = [], []
    for each in sorted(linked | there if number is None else linked):
        snapshot = _copy_newest(of, each, scratch)
        if snapshot is None:
            left_out.append(f"{each}: nothing was saved of it that this master key opens")
            continue
        record = records.get(each)
        numbers.append(Number(each, record.name if record else "", snapshot.at_ms))
    return numbers, left_out


def _copy_newest(of: Installation, number: str, scratch: Path) -> Snapshot | None:
    for _ in range(_CHOOSES_AGAIN):
        for snapshot in _snapshots(of, number):
            target = scratch / "snapshots" / snapshot.folder
            try:
                target.mkdir(parents=True)
                for name in _SESSION_FILES:
                    shutil.copyfile(of.data / "snapshots" / snapshot.folder / name, target / name)
            except FileNotFoundError:
                shutil.rmtree(target)
                break  # retention has taken it: look again
            return snapshot
        else:
            return None
    return None


def _snapshots(of: Installation, number: str) -> Sequence[Snapshot]:
    """Those that the master key opens, newest first."""
    found = []
    for folder in (of.data / "snapshots" / number).glob("[0-9]*"):
        with contextlib.suppress(OSError, WrongMasterKey, KeyFileDamaged):
            wrapped = (folder / "session.key").read_bytes()
            of.master.unwrap(wrapped)
            snapshot = read_snapshot(SessionFolder(f"{number}/{folder.name}", wrapped, 1))
            if snapshot is not None:
                found.append(snapshot)
    return sorted(found, key=lambda it: it.at_ms, reverse=True)


async def _gather_database(of: Installation, choice: Choice, scratch: Path) -> Mapping[str, int]:
    if of.database is None or choice.number is not None:
        return {}
    copy = scratch / "holdfast.db"
    await asyncio.to_thread(check_revision, of.database)
    if choice.messages:
        await asyncio.to_thread(copy_whole, of.database, copy)
    else:
        await copy_setup(of.database, copy)
    return await asyncio.to_thread(look, copy)


def _gather_media(media: Path, target: Path) -> None:
    """Links each file, so that retention cannot take it away meanwhile; copies where links cannot be."""
    target.mkdir()
    for file in sorted(media.iterdir()):
        if len(file.name) != 64:
            continue  # a part that arrives
        with contextlib.suppress(FileNotFoundError):
            try:
                os.link(file, target / file.name)
            except FileNotFoundError:
                raise
            except OSError:
                shutil.copyfile(file, target / file.name)


def _parts(scratch: Path) -> Sequence[Part]:
    files = sorted(it for it in scratch.rglob("*") if it.is_file())
    return [Part(str(it.relative_to(scratch)), it) for it in files]


def _description(of: Installation, choice: Choice, lock: Lock, numbers: int) -> Description:
    return Description(
        new_id("bak"),
        FORMAT,
        of.version,
        HEAD,
        now_ms(),
        lock.kind,
        "lab" if of.lab else "whatsapp",
        numbers,
        choice.messages,
        choice.media,
        choice.moved,
    )


def machine() -> str:
    """Tells this machine from others, without giving its name away."""
    try:
        known = Path("/etc/machine-id").read_text()
    except OSError:
        known = socket.gethostname()
    return hashlib.sha256(f"holdfast machine {known} {os.getuid()}".encode()).hexdigest()[:32]


class _Meter:
    def __init__(self, all_bytes: int, told: Callable[[Progress], None]) -> None:
        self._done, self._all, self._told = 0, all_bytes, told

    def add(self, count: int) -> None:
        self._done += count
        self._told(Progress(self._done, self._all))


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One backup at a time. The kernel lets go of a killed one's lock."""
    try:
        private.folder(data / "run")
        lock = os.open(data / "run" / "backup.lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as exc:
        raise BackupError(f"{data / 'run'} cannot be written: {exc.strerror}") from exc
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as exc:
        raise BackupError("Another backup is being made", next_step="Wait until it is done.") from exc
    finally:
        os.close(lock)


@contextlib.contextmanager
def _scratch(data: Path) -> Iterator[Path]:
    """A folder for copies, in the data folder: there they are no more open than what they are copies of."""
    folder = data / "run" / "backup"
    shutil.rmtree(folder, ignore_errors=True)  # what a killed backup has left
    try:
        private.folder(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
