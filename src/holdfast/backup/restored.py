"""Notes of restores: the journal is told of one by the next gateway, because none runs while it is made."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from holdfast.kit.files import write_atomically
from holdfast.kit.ids import new_id
from holdfast.model.events import BackupStatus, BackupStatusChanged

#: In what was unpacked.
_UNPACKED: Final = "restored.json"


def write(unpacked: Path, archive: str, numbers: int) -> tuple[str, str]:
    """Leave a note in what was unpacked; returns its name there, and where it belongs in the data folder."""
    write_atomically(unpacked / _UNPACKED, json.dumps({"archive": archive, "numbers": numbers}).encode())
    return _UNPACKED, f"run/{new_id('restored')}.json"


def notes(data: Path) -> Sequence[Path]:
    """What was not told yet, oldest first."""
    return sorted((data / "run").glob("restored_*.json"))


def read(note: Path) -> BackupStatusChanged:
    """What is to be told. A note that is torn still says that something was restored."""
    try:
        body = json.loads(note.read_bytes())
        return BackupStatusChanged(BackupStatus.RESTORED, str(body["archive"]), int(body["numbers"]))
    except (ValueError, KeyError, TypeError):
        return BackupStatusChanged(BackupStatus.RESTORED)
