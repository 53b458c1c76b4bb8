"""The SQL of sessions and timeline. Every function belongs into a unit of work or a read."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from holdfast.model.ids import SessionId, TenantId
from holdfast.model.reasons import Reason
from holdfast.model.states import Desired, State
from holdfast.model.warnings import WarningCode
from holdfast.sessions import statements
from holdfast.sessions.facts import Credentials, Session
from holdfast.sessions.runtime import Runtime
from holdfast.store import ReadUnit, WriteUnit
from holdfast.vault import Record

_NEWEST: Final = 2**31 - 1

#: A row that is to be written, column by column.
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One change of one session."""

    seq: int
    at_ms: int
    state: State
    reason: Reason | None
    detail: str
    #: WhatsApp's code for the reason, where it gave one.
    code: int | None
    epoch: int
    #: When the next change came; None for the newest one.
    ended_ms: int | None = None


def load(unit: ReadUnit) -> list[Runtime]:
    """Every session that was not deleted, as it was last recorded."""
    return [_runtime(row) for row in unit.all(statements.LOAD)]


def records(unit: ReadUnit) -> list[Record]:
    """The record of every session that was not deleted."""
    return [runtime.record for runtime in load(unit)]


def gone(unit: ReadUnit) -> frozenset[SessionId]:
    """The ids of deleted sessions."""
    return frozenset(session_id for (session_id,) in unit.all(statements.GONE))


def owners(unit: ReadUnit, session_ids: Iterable[SessionId]) -> Mapping[SessionId, tuple[TenantId, str]]:
    """Tenant and name of these sessions, deleted ones included; those that nobody remembers are left out."""
    wanted = set(session_ids)
    return {id_: (tenant_id, name) for id_, tenant_id, name in unit.all(statements.OWNERS) if id_ in wanted}


def _runtime(row: tuple[Any, ...]) -> Runtime:
    (id_, tenant_id, name, wish, created, folder, phone, jid, lid, push_name, *rest) = row
    (state, reason, detail, code, since, epoch, attempt, retry_at, banned, connected, heartbeat, *ends) = rest
    revision, warnings, conflicts, replace_number, seq = ends
    gone = state == State.DELETED.value
    record = Record(id_, tenant_id, name, wish, created, folder, phone, jid, lid, push_name, revision, gone)
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
        conflicts=conflicts,
        detail=detail or "",
        code=code,
        replace_number=bool(replace_number),
    )
    runtime = Runtime(record, session, seq)
    runtime.last_connected_ms = connected
    runtime.last_heartbeat_ms = runtime.heartbeat_saved_ms = heartbeat
    runtime.warnings = _warnings(warnings)
    return runtime


_REASONS: Final = frozenset(Reason)
_KNOWN: Final = frozenset(code.value for code in WarningCode)


def _reason(stored: str | None) -> Reason | None:
    """None for a reason that this version does not know."""
    return Reason(stored) if stored in _REASONS else None


def credentials(state: State, record: Record) -> Credentials:
    """What there is to log in with.

    A logged-out or deleted session has lost them, also while its folder waits to be moved.
    """
    if state in {State.LOGGED_OUT, State.DELETED}:
        return Credentials.LOST
    if record.folder is not None:
        return Credentials.VALID
    return Credentials.LOST if record.phone is not None else Credentials.NONE


def _warnings_text(warnings: Mapping[WarningCode, int]) -> str | None:
    """As the database holds them: since when each stands."""
    return json.dumps({code.value: since_ms for code, since_ms in warnings.items()}) if warnings else None


def _warnings(text: str | None) -> dict[WarningCode, int]:
    """The other way. What a newer version warned of is over."""
    stored = json.loads(text) if text else {}
    return {WarningCode(code): int(since_ms) for code, since_ms in stored.items() if code in _KNOWN}


def insert(unit: WriteUnit, runtime: Runtime, shown: Session) -> None:
    """A new session; `shown` is what it is, in the wall clock's time.

    Raises ConstraintViolated when its name or number is taken.
    """
    record = runtime.record
    unit.run(
        statements.ADD,
        **row_of(runtime, shown),
        tenant_id=record.tenant_id,
        created_at_ms=record.created_at_ms,
    )


def row_of(runtime: Runtime, session: Session) -> Row:
    """The session as it is now, for `update`."""
    record = runtime.record
    return {
        "id": record.id,
        "name": record.name,
        "folder": record.folder,
        "phone": record.phone,
        "jid": record.jid,
        "lid": record.lid,
        "push_name": record.push_name,
        "wish": session.desired.value,
        "state": session.state.value,
        "reason": session.reason.value,
        "detail": session.detail,
        "code": session.code,
        "since_ms": session.since_ms,
        "epoch": session.epoch,
        "attempt": session.attempt,
        "retry_at_ms": session.retry_at_ms,
        "banned_until_ms": session.banned_until_ms,
        "conflicts": session.conflicts,
        "last_connected_ms": runtime.last_connected_ms,
        "revision": record.revision,
        "warnings": _warnings_text(runtime.warnings),
        "replace_number": int(session.replace_number),
    }


def update(unit: WriteUnit, rows: Sequence[Row]) -> None:
    """Bring rows up to date."""
    unit.run_many(statements.UPDATE, rows)


def rewrite(unit: WriteUnit, rows: Sequence[Row]) -> None:
    """Bring the rows of sessions up to date whose numbers may have passed from one to the other."""
    unit.run_many(statements.GIVE_UP_NUMBER, [{"id": row["id"]} for row in rows])
    unit.run_many(statements.UPDATE, rows)


def update_state(unit: WriteUnit, rows: Sequence[Row]) -> None:
    """Bring up to date what sessions are, and leave who they are as it was."""
    unit.run_many(statements.UPDATE_STATE, rows)


def timeline_row(runtime: Runtime, session: Session, at_ms: int) -> Row:
    """The newest change, for `add_timeline`."""
    return {
        "session_id": runtime.record.id,
        "seq": runtime.timeline_seq,
        "at_ms": at_ms,
        "state": session.state.value,
        "reason": session.reason.value,
        "detail": session.detail,
        "code": session.code,
        "epoch": session.epoch,
    }


def add_timeline(unit: WriteUnit, rows: Sequence[Row]) -> None:
    """Note changes."""
    unit.run_many(statements.ADD_CHANGE, rows)


def save_heartbeats(unit: WriteUnit, heartbeats: Iterable[tuple[str, int]]) -> None:
    """Note (session id, time): when each was last heard."""
    unit.run_many(statements.HEARTBEAT, [{"id": id_, "at_ms": at_ms} for id_, at_ms in heartbeats])


def delete(unit: WriteUnit, session_id: SessionId, now_ms: int) -> None:
    """Mark a session as deleted."""
    unit.run(statements.DELETE, id=session_id, now=now_ms)


def read_timeline(
    unit: ReadUnit, session_id: SessionId, limit: int, before: int | None = None
) -> list[TimelineEntry]:
    """The newest changes, newest first; those before the change with the number `before`."""
    most = _NEWEST if before is None else before
    return [
        replace(_entry(row[:-1]), ended_ms=row[-1])
        for row in unit.all(statements.CHANGES, session_id=session_id, most=limit, before=most)
    ]


def read_history(unit: ReadUnit, session_id: SessionId, since_ms: int) -> list[TimelineEntry]:
    """Changes since then, oldest first, and the last one before. Of very many the newest 100,000."""
    before = unit.all(statements.CHANGE_BEFORE, session_id=session_id, since=since_ms)
    newest_first = unit.all(statements.HISTORY, session_id=session_id, since=since_ms)
    return [_entry(row) for row in [*before, *reversed(newest_first)]]


def read_changes_since(unit: ReadUnit, since_ms: int) -> list[tuple[SessionId, TimelineEntry]]:
    """Every session's changes since then, session by session, oldest first."""
    return [(row[0], _entry(row[1:])) for row in unit.all(statements.CHANGES_SINCE, since=since_ms)]


def _entry(row: tuple[Any, ...]) -> TimelineEntry:
    seq, at_ms, state, reason, detail, code, epoch = row
    return TimelineEntry(seq, at_ms, State(state), _reason(reason), detail or "", code, epoch)
