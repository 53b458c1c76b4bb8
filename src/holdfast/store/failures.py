"""Which database errors mean `StoreUnavailable`, and what to tell a human about each."""

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError

from holdfast.model.errors import StoreUnavailable

# Primary result codes of SQLite (https://www.sqlite.org/rescode.html) that say "not now", with sentence and
# next step.
_SPACE: Final = (
    "The disk of the data folder is full",
    "Free space on it; the gateway goes on by itself.",
)
_READ_ONLY: Final = (
    "The database cannot be written",
    "Make the data folder writable for this user.",
)
_BUSY: Final = ("Another program holds the database", "Close it; the gateway goes on by itself.")
_DISK: Final = (
    "The disk of the data folder reports errors",
    "Check the disk; keep a copy of the folder.",
)
_OPEN: Final = (
    "The database cannot be opened",
    "See that the data folder exists and is writable.",
)
_DAMAGED: Final = (
    "The database is damaged",
    "Stop, keep a copy of the data folder, restore a backup.",
)
_SENTENCES: Final = {
    5: _BUSY,
    6: _BUSY,
    8: _READ_ONLY,
    10: _DISK,
    11: _DAMAGED,
    13: _SPACE,
    14: _OPEN,
    26: _DAMAGED,
}


def unavailable(exc: BaseException) -> StoreUnavailable | None:
    """The `StoreUnavailable` that this error is, or None when it is something else (a bug, a constraint)."""
    if isinstance(exc, StoreUnavailable):
        return exc
    original = exc.orig if isinstance(exc, DBAPIError) else exc
    if not isinstance(original, sqlite3.Error):
        return None
    code = getattr(original, "sqlite_errorcode", None)
    sentence = None if code is None else _SENTENCES.get(code & 0xFF)
    if sentence is None:
        return None
    return StoreUnavailable(sentence[0], next_step=sentence[1])
