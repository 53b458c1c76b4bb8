"""The mark of an installation that has moved away: its numbers live elsewhere, and it rests.

It is written before the archive, so that no start falls between the two, and read by every start.
"""

import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from holdfast.kit.files import sync_folder, write_atomically
from holdfast.model.errors import SettingsError

_NAME: Final = "moved.json"
_UNDO: Final = "where the archive was never restored, and will not be: holdfast move --undo"


class MovedAway(SettingsError):
    """This installation has moved to another place. Do not start it again beside that one."""

    code = "moved_away"


@dataclass(frozen=True, slots=True)
class Moved:
    """When it moved, and where its archive lies; empty: the move was not finished."""

    at_ms: int
    archive: str = ""


def mark(data: Path, moved: Moved) -> None:
    """From now on no start connects this installation's numbers. Raises OSError."""
    write_atomically(data / _NAME, json.dumps(asdict(moved)).encode())


def forget(data: Path) -> bool:
    """It may start again. False: it had not moved. Raises OSError."""
    try:
        (data / _NAME).unlink()
    except FileNotFoundError:
        return False
    sync_folder(data)
    return True


def check(data: Path) -> None:
    """Raises MovedAway where it has moved. A mark that cannot be read is one all the same."""
    try:
        raw = (data / _NAME).read_bytes()
    except FileNotFoundError:
        return
    except OSError as exc:
        raise MovedAway(f"{data / _NAME} cannot be read: {exc.strerror}", next_step=_said(_UNDO)) from exc
    moved = _read(raw)
    if not moved.archive:
        raise MovedAway(
            f"A move of {data} was begun and is not finished",
            next_step="Run holdfast move again, or take it back: holdfast move --undo",
        )
    at = datetime.fromtimestamp(moved.at_ms / 1000, UTC)
    raise MovedAway(
        f"{data} moved away at {at:%Y-%m-%d %H:%M} UTC; its archive is {moved.archive}",
        next_step=_said(_UNDO),
    )


def _said(text: str) -> str:
    return f"Start Holdfast where it was restored; {text}"


def _read(raw: bytes) -> Moved:
    known = {it.name for it in fields(Moved)}
    try:
        return Moved(**{key: value for key, value in json.loads(raw).items() if key in known})
    except (ValueError, TypeError, AttributeError):
        return Moved(0)
