"""What a unit of work may use beside SQL. Both live on the writer's connection."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

_CACHE = "holdfast.cache"
_AFTER = "holdfast.after_commit"


def cache(conn: Connection) -> dict[Any, Any]:
    """Values read from the database that hold until somebody rolls back: counters, names, aliases.

    Sound because one writer owns the database. Emptied at every rollback, of a unit or of a group, so what
    a unit puts here may already include its own writes. Key by room: `("journal", session_id)`.
    """
    found: dict[Any, Any] = conn.info.setdefault(_CACHE, {})
    return found


def after_commit(conn: Connection, act: Callable[[], None]) -> None:
    """Have `act` called on the event loop's thread once this unit is durable. Dropped if the unit rolls back.

    Called in the order of the units, before any of their callers resumes. Must be quick and must not raise.
    """
    conn.info.setdefault(_AFTER, []).append(act)


def take_actions(conn: Connection) -> list[Callable[[], None]]:
    """The actions registered since the last take. For the writer alone."""
    taken: list[Callable[[], None]] = conn.info.get(_AFTER) or []
    if taken:
        conn.info[_AFTER] = []
    return taken
