"""The last step of a restore: everything gets its place, as a whole.

What is to be done is written down first. From then on it is done, whoever is killed: the next restore, or the
next start, goes on with it. Every step may be done twice.
"""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from holdfast.kit.files import sync_folder, write_atomically
from holdfast.model.errors import RestoreRefused
from holdfast.vault import parse_master_key

#: In the data folder: what was unpacked, and the plan.
_FOLDER: Final = "restore"
_PLAN: Final = "plan.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """Which files go where, in this order; paths are relative to the data folder."""

    #: From the data folder, out of the way.
    away: Sequence[tuple[str, str]]
    #: From what was unpacked.
    into: Sequence[tuple[str, str]]
    #: Where the unpacked master key belongs; empty: it is there already.
    master_key_file: str = ""


def scratch(data: Path) -> Path:
    """Where an archive is unpacked."""
    return data / _FOLDER / "content"


def clear(data: Path) -> None:
    """Remove what was unpacked. Nothing of it had a place yet, or everything has."""
    shutil.rmtree(data / _FOLDER, ignore_errors=True)


def commit(data: Path, plan: Plan) -> None:
    """Write the plan down and carry it out.

    Raises OSError: before the plan is written nothing has changed.
    """
    _sync(scratch(data))
    write_atomically(data / _FOLDER / _PLAN, json.dumps(asdict(plan)).encode())
    finish(data)


def finish(data: Path) -> bool:
    """Carry out the plan that was written down. False: there is none; what was unpacked is removed then.

    For whoever holds the folder's lock, so that nobody unpacks there. Raises OSError and RestoreRefused; it
    is gone on with the next time.
    """
    try:
        body = json.loads((data / _FOLDER / _PLAN).read_bytes())
    except FileNotFoundError:
        clear(data)  # of a restore that was killed before its plan, or when all had its place
        return False
    plan = Plan(body["away"], body["into"], body["master_key_file"])
    if plan.master_key_file:
        _place_key(scratch(data) / "master.key", Path(plan.master_key_file))
    for came, goes in plan.away:
        _move(data / came, data / goes)
    for came, goes in plan.into:
        _move(scratch(data) / came, data / goes)
    (data / _FOLDER / _PLAN).unlink()
    sync_folder(data / _FOLDER)
    clear(data)
    return True


def _place_key(unpacked: Path, path: Path) -> None:
    content = unpacked.read_bytes()
    if path.exists():
        if parse_master_key(path.read_text(), str(path)).check_value != _check_value(content):
            raise RestoreRefused(
                f"Another master key lies at {path}",
                next_step="Move it away, then start again: the restore goes on.",
            )
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(path, content)


def _check_value(content: bytes) -> str:
    return parse_master_key(content.decode(), "the archive").check_value


def _move(came: Path, goes: Path) -> None:
    if not came.exists():
        return  # done by whoever was killed
    goes.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.rename(came, goes)
    sync_folder(goes.parent)


def _sync(folder: Path) -> None:
    """Every name below is durable; the files are already."""
    for each in (folder, *(it for it in folder.rglob("*") if it.is_dir())):
        sync_folder(each)
