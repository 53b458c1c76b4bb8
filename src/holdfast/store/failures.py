"""What a database's refusal means: not now, not these values, or a bug. And what to tell a human about it.

No error of a driver leaves the store: PostgreSQL's quote values, and values are message bodies.
"""

from typing import Final

from holdfast.model.errors import StoreUnavailable


class StatementFailed(Exception):
    """The database refused one statement. Carries its name and the database's word, never a value."""

    def __init__(self, statement: str, word: str) -> None:
        super().__init__(f"{statement}: {word}")
        self.statement = statement


class ConstraintViolated(StatementFailed):
    """A row like this is there already, or breaks another rule of its table."""


_GOES_ON: Final = "the gateway goes on by itself."
_SPACE: Final = (
    "The disk of the data folder is full",
    f"Free space on it; {_GOES_ON}",
)
_READ_ONLY: Final = (
    "The database cannot be written",
    "Make the data folder writable for this user.",
)
_BUSY: Final = ("Another program holds the database", f"Close it; {_GOES_ON}")
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
#: Result codes of SQLite (https://www.sqlite.org/rescode.html), primary or extended, that say "not now". The
#: extended one wins.
SQLITE: Final = {
    5: _BUSY,
    6: _BUSY,
    8: _READ_ONLY,
    10: _DISK,
    11: _DAMAGED,
    13: _SPACE,
    14: _OPEN,
    26: _DAMAGED,
    4874: _SPACE,  # SQLITE_IOERR_SHMSIZE: the file beside the log cannot grow
}

_SERVER_GONE: Final = (
    "The PostgreSQL server cannot be reached",
    f"See that it runs and that HOLDFAST_DATABASE_URL names it; {_GOES_ON}",
)
_SERVER_STOPS: Final = (
    "The PostgreSQL server is stopping or starting",
    f"Wait, if that is planned; {_GOES_ON}",
)
_SERVER_SPACE: Final = (
    "The disk of the PostgreSQL server is full",
    f"Free space on it; {_GOES_ON}",
)
_SERVER_READ_ONLY: Final = (
    "The PostgreSQL server only reads",
    "Name the primary server in HOLDFAST_DATABASE_URL, not a standby.",
)
_SERVER_CROWDED: Final = (
    "The PostgreSQL server has no connection or no memory left",
    f"Raise its max_connections or end other clients; {_GOES_ON}",
)
_SERVER_BUSY: Final = (
    "Another program holds the tables in PostgreSQL",
    f"End its transaction (pg_stat_activity shows it); {_GOES_ON}",
)
_SERVER_REFUSES: Final = (
    "The PostgreSQL server refuses this user",
    "Correct user and database in HOLDFAST_DATABASE_URL; the user must own the database.",
)
_SERVER_DAMAGED: Final = (
    "The PostgreSQL server reports errors of its own",
    "See the server's log.",
)
#: SQLSTATE codes, or their first two characters, that say "not now"
#: (https://www.postgresql.org/docs/15/errcodes-appendix.html). The longer one wins.
POSTGRESQL: Final = {
    "08": _SERVER_GONE,
    "25006": _SERVER_READ_ONLY,
    "28": _SERVER_REFUSES,
    "3D000": _SERVER_REFUSES,
    "42501": _SERVER_REFUSES,
    "40": _SERVER_BUSY,
    "53": _SERVER_CROWDED,
    "53100": _SERVER_SPACE,
    "55P03": _SERVER_BUSY,
    "57": _SERVER_STOPS,
    "58": _SERVER_DAMAGED,
    "XX001": _SERVER_DAMAGED,
    "XX002": _SERVER_DAMAGED,
}


def of_sqlite(code: int | None) -> StoreUnavailable | None:
    """The refusal behind a result code; None when it is something else (a bug, a constraint)."""
    return None if code is None else _refusal(SQLITE.get(code) or SQLITE.get(code & 0xFF))


def of_postgresql(sqlstate: str | None) -> StoreUnavailable | None:
    """The refusal behind an SQLSTATE; without one the server was not there to say it."""
    if sqlstate is None:
        return _refusal(_SERVER_GONE)
    return _refusal(POSTGRESQL.get(sqlstate) or POSTGRESQL.get(sqlstate[:2]))


def _refusal(found: tuple[str, str] | None) -> StoreUnavailable | None:
    return None if found is None else StoreUnavailable(found[0], next_step=found[1])
