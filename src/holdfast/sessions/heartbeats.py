"""Heartbeats: a session is connected. Kept every 30 s, told every five minutes by one line and one event."""

from typing import Final

from holdfast.journal import Draft
from holdfast.kit import logging
from holdfast.model.events import SessionHeartbeat
from holdfast.model.states import State
from holdfast.sessions.facts import Session
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Runtime
from holdfast.sessions.view import phone_text

log = logging.get("sessions")

TOLD_EVERY_MS: Final = 300_000
_KEPT_EVERY_MS: Final = 30_000


def due_ms(session: Session, told_ms: int) -> int | None:
    """When the next heartbeat is told, by the clock that decides; None while there is nothing to tell. Pure.

    A session that is up and unanswered for the moment is told of when it answers again.
    """
    if session.state is not State.CONNECTED or session.up_since_ms is None:
        return None
    return max(session.up_since_ms, told_ms) + TOLD_EVERY_MS


class Heartbeats:
    """Keeps and tells the heartbeats of every session of a roster."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._kept_ms = roster.now

    def look(self) -> None:
        """Keep and tell what is due. All of it becomes durable in one transaction."""
        now = self._roster.now
        keeping = now - self._kept_ms >= _KEPT_EVERY_MS
        if keeping:
            self._kept_ms = now
        for runtime in self._roster.index:
            if keeping:
                self._keep(runtime)
            due = due_ms(runtime.session, runtime.heartbeat_told_ms)
            if due is not None and due <= now:
                # From the moment that it was due: a look comes late, the next heartbeat must not.
                runtime.heartbeat_told_ms = due if now - due < TOLD_EVERY_MS else now
                self._tell(runtime)

    def _keep(self, runtime: Runtime) -> None:
        heard_ms = runtime.last_heartbeat_ms
        if heard_ms is not None and heard_ms != runtime.heartbeat_saved_ms:
            runtime.heartbeat_saved_ms = heard_ms
            self._roster.recorder.note_heartbeat(runtime.id, heard_ms)

    def _tell(self, runtime: Runtime) -> None:
        session, phone = runtime.session, phone_text(runtime.record.phone)
        assert session.up_since_ms is not None
        since_ms = session.up_since_ms + self._roster.clock.shift_ms
        heard_ms = runtime.last_heartbeat_ms or since_ms
        told = SessionHeartbeat(session.state, phone, heard_ms, since_ms)
        draft = Draft(runtime.id, runtime.record.tenant_id, told, supersedes=runtime.heartbeat_event)
        runtime.heartbeat_event = draft.event_id
        self._roster.recorder.add(draft)
        line = f"heartbeat {session.state.value} {phone}"
        log.info("session.heartbeat", session=runtime.name, line=line)
