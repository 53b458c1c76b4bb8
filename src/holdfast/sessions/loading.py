"""A start of the gateway: database and registry give every session back, and its restoration begins."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from holdfast.kit import logging
from holdfast.kit.iso import iso
from holdfast.model.errors import StoreUnavailable
from holdfast.model.ids import SessionId
from holdfast.model.policy import Policy
from holdfast.model.reasons import Reason
from holdfast.model.states import Desired, State
from holdfast.sessions import facts as f
from holdfast.sessions import repository
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Runtime
from holdfast.store import Store
from holdfast.vault import Record, Registry, compare

log = logging.get("sessions")

#: A state that is older is restored just the same, and shown as a session that was last seen then.
STATE_VALIDITY_MS: Final = 6 * 3600 * 1000
#: Heartbeats are kept every 30 s, and frames come every 15 s: what is older was not kept by anybody.
_ABSENT_AFTER_MS: Final = 90_000


async def load(roster: Roster, store: Store, registry: Registry) -> None:
    """Read every session and begin its restoration. What the database lacks comes back from the registry.

    Raises StoreUnavailable.
    """
    known = await store.read(repository.load)
    gone = await store.read(repository.gone)
    missing = compare({runtime.id: runtime.record for runtime in known}, registry.records, gone)
    for runtime in known:
        _into_our_time(runtime, roster)
    newer = {record.id: record for record in missing.newer}
    # Its deletion was begun and has reached one record of both: it is carried out now.
    begun = [runtime for runtime in known if _is_condemned(runtime, newer.get(runtime.id))]
    for runtime in begun:
        del newer[runtime.id]
    await _renew(known, newer, roster, store)
    for runtime in known:
        roster.take(runtime)
    for record in missing.into_database:
        try:
            await roster.add(Runtime(record, _rebuilt(record, roster.now)))
        except StoreUnavailable:
            raise
        except Exception as exc:  # one record that contradicts another one costs nobody else the start
            log.error("session.not_rebuilt", session=record.name, phone=record.phone, error=str(exc))
            continue
        log.warning("session.rebuilt_from_registry", session=record.name, phone=record.phone)
    for runtime in roster.index:
        _note_absence(runtime, roster)
        roster.tell(runtime, f.Restored(_last_seen(runtime, roster.clock.wall_ms)))
        roster.set_timer(runtime)  # also where the machine left a time of before as it was
    for runtime in begun:
        roster.tell(runtime, f.DeleteAsked())
    roster.begin_restoration()
    if missing.registry_stale:
        try:
            await roster.save_registry()
        except OSError as exc:
            # The database has it; the next change writes the second record again.
            log.error("session.registry_not_written", error=str(exc))


async def _renew(
    known: Sequence[Runtime], newer: Mapping[SessionId, Record], roster: Roster, store: Store
) -> None:
    """An older copy of the database was put back: links that were made since are in the registry."""
    renewed = [runtime for runtime in known if runtime.id in newer]
    for runtime in renewed:
        before, runtime.record = runtime.record, newer[runtime.id]
        if not _says_the_same(before, runtime.record) and not _has_ended(runtime):
            runtime.session = replace(_rebuilt(runtime.record, roster.now), epoch=runtime.session.epoch)
        log.warning("session.renewed_from_registry", session=runtime.name, phone=runtime.record.phone)
    rows = [repository.row_of(it, it.session.moved(roster.clock.shift_ms)) for it in renewed]
    try:
        await store.write(partial(repository.rewrite, rows=rows))
    except StoreUnavailable:
        raise
    except Exception as exc:  # what contradicts the others is written one by one as it changes
        log.error("session.not_renewed", error=str(exc))


def _into_our_time(runtime: Runtime, roster: Roster) -> None:
    """What was stored by a clock that has been set since neither lies in the future nor holds anything up."""
    wall_ms = roster.clock.wall_ms
    runtime.session = in_our_time(runtime.session, roster.now, roster.policy)
    if runtime.last_connected_ms is not None:
        runtime.last_connected_ms = min(runtime.last_connected_ms, wall_ms)
    if runtime.last_heartbeat_ms is not None:
        runtime.last_heartbeat_ms = min(runtime.last_heartbeat_ms, wall_ms)


def _note_absence(runtime: Runtime, roster: Roster) -> None:
    """Nobody kept the timeline while this gateway did not run: what was up was up until it was heard last.

    A gateway that is back within moments has missed nothing: the engine kept the connection.
    """
    session, heard_ms = runtime.session, runtime.last_heartbeat_ms
    if not session.state.up or heard_ms is None:
        return
    if roster.clock.wall_ms - heard_ms > _ABSENT_AFTER_MS:
        away = replace(session, state=State.CONNECTING, reason=Reason.GATEWAY_DOWN, since_ms=heard_ms)
        roster.recorder.note(runtime, away, timeline_at_ms=heard_ms)


def in_our_time(session: f.Session, now_ms: int, policy: Policy) -> f.Session:
    """The session with no time that only a clock that was set can explain. Pure."""
    retry_at = session.retry_at_ms
    if retry_at is not None and session.banned_until_ms is None:
        retry_at = min(retry_at, now_ms + round(policy.longest_wait_s(session.reason) * 1000))
    return replace(session, since_ms=min(session.since_ms, now_ms), retry_at_ms=retry_at)


def _is_condemned(runtime: Runtime, newer: Record | None) -> bool:
    return newer is not None and newer.deleted and not runtime.deleted


def _says_the_same(one: Record, other: Record) -> bool:
    """Both tell of the same link and the same wish: what the session was waiting for, it still waits for."""
    return (one.folder, one.jid, one.wish) == (other.folder, other.jid, other.wish)


def _has_ended(runtime: Runtime) -> bool:
    """The database has said that its link is over, and the newer record does not say of another one."""
    logged_out = runtime.session.state is State.LOGGED_OUT
    return runtime.deleted or (logged_out and runtime.record.folder is None)


def _rebuilt(record: Record, now_ms: int) -> f.Session:
    desired = Desired(record.wish)
    if record.deleted:
        return f.Session(State.DELETED, Reason.DELETED_HERE, desired, f.Credentials.LOST, since_ms=now_ms)
    if record.folder is None:
        return f.Session(desired=desired, since_ms=now_ms)
    state, reason = State.CONNECTING, Reason.RESTORING
    if desired is Desired.DOWN:
        state, reason = State.STOPPED, Reason.STOPPED_BY_OWNER
    return f.Session(state, reason, desired, f.Credentials.VALID, since_ms=now_ms)


def _last_seen(runtime: Runtime, now_ms: int) -> str:
    seen = max(runtime.last_connected_ms or 0, runtime.last_heartbeat_ms or 0)
    if not seen or now_ms - seen <= STATE_VALIDITY_MS:
        return ""
    log.info("session.restored_from_old_state", session=runtime.name, age_s=(now_ms - seen) // 1000)
    return f"last seen {iso(seen)}"
