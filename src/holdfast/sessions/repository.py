"""The SQL of sessions and timeline. Every function belongs into a unit of work or a read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from holdfast.model.reasons import Reason
from holdfast.model.states import Desired, State
from holdfast.sessions.facts import Credentials, Session
from holdfast.sessions.runtime import Runtime
from holdfast.vault import Record

_LOAD: Final = """
SELECT s.id, s.tenant_id, s.name, s.wish, s.created_at_ms, s.folder, s.phone, s.jid, s.lid, s.push_name,
  s.state, s.reason, s.detail, s.since_ms, s.epoch, s.attempt, s.retry_at_ms, s.banned_until_ms,
  s.last_connected_ms, s.last_heartbeat_ms,
  (SELECT coalesce(max(seq), 0) FROM timeline t WHERE t.session_id = s.id)
FROM sessions s WHERE s.deleted_at_ms IS NULL ORDER BY s.id
"""
_GONE: Final = "SELECT id FROM sessions WHERE deleted_at_ms IS NOT NULL"
_INSERT: Final = """
INSERT INTO sessions (id, tenant_id, name, folder, phone, jid, lid, push_name, wish, state, reason, since_ms,
  created_at_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_UPDATE: Final = """
UPDATE sessions SET folder = ?, phone = ?, jid = ?, lid = ?, push_name = ?, wish = ?, state = ?, reason = ?,
  detail = ?, since_ms = ?, epoch = ?, attempt = ?, retry_at_ms = ?, banned_until_ms = ?, last_connected_ms =
  ? WHERE id = ?
"""
_TIMELINE: Final = """
INSERT INTO timeline (session_id, seq, at_ms, state, reason, detail, epoch) VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_HEARTBEAT: Final = "UPDATE sessions SET last_heartbeat_ms = ? WHERE id = ?"
# The name becomes free again; rows of messages and events keep their session.
_DELETE: Final = """
UPDATE sessions SET deleted_at_ms = ?, name = name || ' (deleted ' || id || ')', phone = NULL, folder = NULL
WHERE id = ?
"""
_READ_TIMELINE: Final = """
SELECT seq, at_ms, state, reason, detail, epoch FROM timeline WHERE session_id = ? ORDER BY seq DESC LIMIT ?
"""

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One change of one session."""

    seq: int
    at_ms: int
    state: State
    reason: Reason | None
    detail: str
    epoch: int


def load(conn: Connection) -> list[Runtime]:
    """Every session that was not deleted, as it was last recorded."""
    return [_runtime(tuple(row)) for row in conn.exec_driver_sql(_LOAD)]


def gone(conn: Connection) -> frozenset[str]:
    """The ids of deleted sessions."""
    return frozenset(conn.exec_driver_sql(_GONE).scalars())


def _runtime(row: Row) -> Runtime:
    (id_, tenant_id, name, wish, created, folder, phone, jid, lid, push_name, *rest) = row
    (state, reason, detail, since, epoch, attempt, retry_at, banned, connected, heartbeat, seq) = rest
    record = Record(id_, tenant_id, name, wish, created, folder, phone, jid, lid, push_name)
    session = Session(
        state=State(state),
        reason=Reason(reason) if reason in _REASONS else Reason.RESTORING,
        desired=Desired(wish),
        credentials=credentials(State(state), record),
        epoch=epoch,
        attempt=attempt,
        since_ms=since,
        retry_at_ms=retry_at,
        banned_until_ms=banned,
        detail=detail or "",
    )
    runtime = Runtime(record, session, seq)
    runtime.last_connected_ms = connected
    runtime.last_heartbeat_ms = runtime.heartbeat_saved_ms = heartbeat
    return runtime


_REASONS: Final = frozenset(Reason)


def credentials(state: State, record: Record) -> Credentials:
    """What there is to log in with.

    A logged-out session has lost them, also while its folder waits to be moved.
    """
    if state is State.LOGGED_OUT:
        return Credentials.LOST
    if record.folder is not None:
        return Credentials.VALID
    return Credentials.LOST if record.phone is not None else Credentials.NONE


def insert(conn: Connection, runtime: Runtime) -> None:
    """A new session. Raises IntegrityError when its name or number is taken."""
    record, session = runtime.record, runtime.session
    conn.exec_driver_sql(
        _INSERT,
        (
            *(record.id, record.tenant_id, record.name, record.folder, record.phone, record.jid, record.lid),
            *(record.push_name, session.desired.value, session.state.value, session.reason.value),
            *(session.since_ms, record.created_at_ms),
        ),
    )


def row_of(runtime: Runtime) -> Row:
    """The session as it is now, for `update`."""
    record, session = runtime.record, runtime.session
    return (
        *(record.folder, record.phone, record.jid, record.lid, record.push_name, session.desired.value),
        *(session.state.value, session.reason.value, session.detail, session.since_ms, session.epoch),
        *(
            session.attempt,
            session.retry_at_ms,
            session.banned_until_ms,
            runtime.last_connected_ms,
            record.id,
        ),
    )


def update(conn: Connection, rows: Sequence[Row]) -> None:
    """Bring rows up to date."""
    conn.exec_driver_sql(_UPDATE, list(rows))


def timeline_row(runtime: Runtime, at_ms: int) -> Row:
    """The newest change, for `add_timeline`."""
    session = runtime.session
    state, reason = session.state.value, session.reason.value
    return runtime.record.id, runtime.timeline_seq, at_ms, state, reason, session.detail, session.epoch


def add_timeline(conn: Connection, rows: Sequence[Row]) -> None:
    """Note changes."""
    conn.exec_driver_sql(_TIMELINE, list(rows))


def save_heartbeats(conn: Connection, rows: Iterable[tuple[int, str]]) -> None:
    """Note (time, session id) of last heartbeats."""
    conn.exec_driver_sql(_HEARTBEAT, list(rows))


def delete(conn: Connection, session_id: str, now_ms: int) -> None:
    """Mark a session as deleted."""
    conn.exec_driver_sql(_DELETE, (now_ms, session_id))


def read_timeline(conn: Connection, session_id: str, limit: int) -> list[TimelineEntry]:
    """The newest changes, newest first."""
    rows = conn.exec_driver_sql(_READ_TIMELINE, (session_id, limit))
    return [
        TimelineEntry(
            seq, at, State(state), Reason(reason) if reason in _REASONS else None, detail or "", epoch
        )
        for seq, at, state, reason, detail, epoch in rows
    ]
