"""A start of the gateway: database and registry give every session back, and its restoration begins."""

from typing import Final

from holdfast.kit import logging
from holdfast.kit.iso import iso
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


async def load(roster: Roster, store: Store, registry: Registry) -> None:
    """Read every session and begin its restoration. What the database lacks comes back from the registry.

    Raises StoreUnavailable.
    """
    known = await store.read(repository.load)
    gone = await store.read(repository.gone)
    for runtime in known:
        roster.take(runtime)
    missing = compare({runtime.id: runtime.record for runtime in known}, registry.records, gone)
    for record in missing.into_database:
        await roster.add(Runtime(record, _rebuilt(record, roster.now)))
        log.warning("session.rebuilt_from_registry", session=record.name, phone=record.phone)
    for runtime in roster.index:
        roster.tell(runtime, f.Restored(_last_seen(runtime, roster.now)))
        roster.set_timer(runtime)  # also where the machine left a time of before as it was
    roster.begin_restoration()
    if missing.registry_stale:
        try:
            await roster.save_registry()
        except OSError as exc:
            # The database has it; the next change writes the second record again.
            log.error("session.registry_not_written", error=str(exc))


def _rebuilt(record: Record, now_ms: int) -> f.Session:
    desired = Desired(record.wish)
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
