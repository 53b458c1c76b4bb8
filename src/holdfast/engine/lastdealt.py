"""Reads which sessions an engine handled last, from the file that a crashed engine leaves.

Only a crash is blamed on a session: a death that the engine's log ends with. An engine that was killed from
outside has no time to write.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from holdfast.model.ids import SessionId

_FILE: Final = "engine.last"
#: How the Go runtime begins the report of a crash.
_FATAL: Final = ("panic: ", "fatal error: ", "unexpected fault address", "SIGSEGV", "SIGBUS", "SIGABRT")
_TAIL_BYTES: Final = 1 << 18
#: What a note says, as the engine writes it.
_FRAME, _DIALLED = "frame", "dial"


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the file. The order of the lines means nothing."""

    at_ms: int
    what: str
    session_id: SessionId


def crashed(log: Path) -> bool:
    """True when the engine's log ends with a crash: nothing was logged after it."""
    try:
        with log.open("rb") as written:
            written.seek(max(0, os.fstat(written.fileno()).st_size - _TAIL_BYTES))
            lines = written.read().decode(errors="replace").splitlines()
    except OSError:
        return False
    for line in reversed(lines):
        if line.startswith(_FATAL):
            return True
        if line.startswith("{"):
            return False
    return False


def last_dealt_with(run: Path) -> Sequence[SessionId]:
    """Return the session with the last frame, then those that had dialled and had none yet, the latest first.

    Empty when the engine was asked to stop, or left nothing readable.
    """
    try:
        text = (run / _FILE).read_text(errors="replace")
    except OSError:
        return []
    return suspects([note for line in text.splitlines() if (note := _read(line)) is not None])


def suspects(notes: Sequence[Note]) -> Sequence[SessionId]:
    """Return the same for these notes. Pure."""
    newest: dict[SessionId, Note] = {}
    for note in sorted(notes, key=lambda it: it.at_ms):
        newest[note.session_id] = note
    latest = sorted(newest.values(), key=lambda it: it.at_ms, reverse=True)
    frames = [note.session_id for note in latest if note.what == _FRAME][:1]
    return [*frames, *(note.session_id for note in latest if note.what == _DIALLED)]


def _read(line: str) -> Note | None:
    words = line.split()
    if len(words) != 3 or not words[0].isdigit():
        return None
    return Note(int(words[0]), words[1], SessionId(words[2]))
