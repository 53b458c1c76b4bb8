"""The work of `holdfast backup`, in this process: beside a running gateway, or on a stopped installation."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from holdfast import __version__
from holdfast.backup import (
    Choice,
    Installation,
    Key,
    Lock,
    Made,
    Manifest,
    Progress,
    Restored,
    Target,
    Wish,
    describe,
    locks,
    make,
    place_at,
    split,
    unpack,
)
from holdfast.backup import restore as put_back
from holdfast.backup.copying import world_of
from holdfast.backup.making import check_choice
from holdfast.backup.moved import Moved, forget, mark
from holdfast.backup.places import access_of
from holdfast.backup.trials import trial
from holdfast.cli.ops.opened import chosen, installation, master_of
from holdfast.kit import private
from holdfast.kit.clock import now_ms
from holdfast.model.errors import BackupError, HoldfastError, SettingsError
from holdfast.settings import Settings
from holdfast.vault import from_command, registry

_STAMP: Final = "%Y%m%dT%H%M%SZ"

KeyOf = Callable[[str], Key]


@dataclass(frozen=True, slots=True)
class Listed:
    """One archive in a list."""

    name: str
    created_at: datetime
    size_bytes: int
    holds: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What a trial restore has shown."""

    manifest: Manifest
    #: Numbers that could not connect with what lies in the archive.
    unusable: Sequence[str]


async def create(
    data: Path | None, choice: Choice, lock: Lock, to: str, told: Callable[[Progress], None], *, running: bool
) -> Made:
    """Make an archive; where no gateway runs, the installation is opened for it. Raises HoldfastError."""
    of = chosen(data)
    if running:
        return await _make(of, choice, lock, to, told)
    async with installation(of) as opened:
        await opened.supervisor.snapshots.look()
        await opened.supervisor.safekeeping.save_all()
        return await _make(of, choice, lock, to, told)


async def check_move(data: Path | None, choice: Choice, lock: Lock, to: str) -> None:
    """Raises HoldfastError for a move that cannot be, while everything still runs."""
    of = chosen(data)
    if not of.data.is_dir():
        raise SettingsError(f"There is no data folder {of.data}", next_step="Name it with --data.")
    locks.check(lock)
    check_choice(installed(of), choice)
    place = place_at(to, access_of(of), of.run / "backup")
    await place.archives()


async def move(
    data: Path | None, choice: Choice, lock: Lock, to: str, told: Callable[[Progress], None]
) -> Made:
    """Make the archive of an installation that is stopped, and have it rest from then on.

    Killed in between, it rests and says how to go on. Raises HoldfastError, and BackupError where a number
    could not be saved: then it may start as before.
    """
    of = chosen(data)
    async with installation(of) as opened:
        mark(of.data, Moved(now_ms()))
        try:
            await opened.supervisor.snapshots.look()
            failed = await opened.supervisor.safekeeping.save_all()
            if failed:
                raise BackupError(f"Not everything can move: {'; '.join(map(': '.join, failed.items()))}")
            made = await _make(of, choice, lock, to, told)
            if made.manifest.left_out:
                raise BackupError(
                    f"Not everything can move: {'; '.join(made.manifest.left_out)}",
                    next_step="See holdfast doctor. The archive is good without it.",
                )
        except BaseException:
            forget(of.data)
            raise
        mark(of.data, Moved(now_ms(), made.where))
    return made


def undo_move(data: Path | None) -> bool:
    """The installation may start again. False: it had not moved. Raises OSError."""
    return forget(chosen(data).data)


async def _make(of: Settings, choice: Choice, lock: Lock, to: str, told: Callable[[Progress], None]) -> Made:
    made_of = installed(of)
    if choice.number is not None:
        choice = Choice(number_of(of, choice.number), messages=False)
    place = place_at(to, access_of(of), of.run / "backup")
    return await make(made_of, choice, lock, place, told)


def installed(of: Settings) -> Installation:
    """What a backup is made of. Raises SettingsError, BackupError."""
    master = master_of(of)
    noted = registry.load(of.data / "registry.json").master_check
    if noted is not None and not master.knows(noted):
        raise HoldfastError(code="wrong_master_key")
    database = None if of.database_url is not None else of.database_file
    lab = of.lab is not None if database is None else world_of(database) == "lab"
    media = None if of.media_bucket else of.media
    return Installation(of.data, master, __version__, lab, database, media)


def number_of(of: Settings, ref: str) -> str:
    """The number of a session that is called by number, name or id. Raises BackupError."""
    for record in (registry.peek(of.data / "registry.json") or {}).values():
        if record.folder and ref in (record.folder, record.name, record.id):
            return record.folder
    raise BackupError(f"No linked session is called {ref}", next_step="See holdfast status.")


async def archives(data: Path | None, at: str) -> Sequence[Listed]:
    """The archives at a place, newest first. Raises BackupPlaceUnusable."""
    of = chosen(data)
    with _scratch(of) as scratch:
        place = place_at(at, access_of(of), scratch)
        found = []
        for stored in await place.archives():
            created = datetime.strptime(stored.name.split("-")[1], _STAMP).replace(tzinfo=UTC)
            holds = await _holds(place_path(at, stored.name))
            found.append(Listed(stored.name, created, stored.size_bytes, holds))
    return found


def place_path(at: str, name: str) -> Path | None:
    """The file of an archive, where it is one of this machine."""
    return None if at.startswith("s3://") else Path(at).expanduser() / name


async def _holds(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        it = describe(path)
    except (HoldfastError, OSError) as exc:
        return exc.message if isinstance(exc, HoldfastError) else str(exc.strerror)
    parts = [f"{it.numbers} number{'' if it.numbers == 1 else 's'}"]
    parts += ["messages"] * it.messages + ["files"] * it.media
    return f"{', '.join(parts)} ({it.locked_by})"


async def verify(data: Path | None, named: str, key_of: KeyOf, told: Callable[[Progress], None]) -> Proof:
    """Restore an archive into a scratch folder, and have the engine look at every number in it.

    Raises HoldfastError.
    """
    of = chosen(data)
    with _scratch(of) as scratch:
        path = await _at_hand(of, named, scratch)
        folder = scratch / "trial"
        manifest = unpack(path, key_of(describe(path).locked_by), folder, told)
        trial = of.model_copy(
            update={
                "data": folder,
                "master_key_file": folder / "master.key",
                "master_key_command": "",
                "database_url": None,
            }
        )
        return Proof(manifest, await _unusable(trial))


async def _unusable(trial: Settings) -> Sequence[str]:
    async with installation(trial) as opened:
        snapshots = opened.supervisor.snapshots
        await snapshots.look()
        records = {it.folder: it for it in registry.load(trial.data / "registry.json").records.values()}
        bad = []
        for number in snapshots.numbers:
            record = records.get(number)
            if record is None or await snapshots.newest_good(record) is None:
                bad.append(number)
        return bad


async def restore(
    data: Path | None, named: str, key_of: KeyOf, wish: Wish, told: Callable[[Progress], None]
) -> Restored:
    """Put an archive back into a data folder that nobody serves. Raises HoldfastError."""
    of = chosen(data)
    here = from_command(of.master_key_command) if of.master_key_command else None
    target = Target(of.data, of.master_key_file, of.lab is not None, of.database_url is None, here)
    with tempfile.TemporaryDirectory(prefix="holdfast-") as brought:  # what is brought here is encrypted
        path = await _at_hand(of, named, Path(brought))
        return await put_back(path, key_of(describe(path).locked_by), target, wish, told)


async def _at_hand(of: Settings, named: str, into: Path) -> Path:
    at, name = split(named)
    return await place_at(at, access_of(of), into).fetch(name, into)


@contextlib.contextmanager
def _scratch(of: Settings) -> Iterator[Path]:
    """A folder of this user: in the data folder where there is one, so that plaintext stays on its disk."""
    within = Path(tempfile.gettempdir())
    if of.data.is_dir():
        private.folder(of.run)
        within = of.run
    with trial(within) as folder:
        yield folder
