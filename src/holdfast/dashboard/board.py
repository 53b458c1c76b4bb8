"""What is known of the gateway and its numbers at this moment. Pure.

Calling contract: before a list of sessions is asked for, `mark()`; hand its answer to `replace` with that
mark. Events that arrived in between win over the list, which may be older than they are.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from holdfast.client import Event, Session, System, Unlinking
from holdfast.model.events import SessionStateChanged
from holdfast.model.states import State


class Board:
    """The newest truth, and since when there is none."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        #: Devices that nobody uses any more and that still count as linked.
        self.unlinkings: Sequence[Unlinking] = ()
        self.system: System | None = None
        #: Since when the gateway does not answer; None while it does.
        self.silent_since: datetime | None = None
        #: True once a list of sessions has been read from the gateway that answers now.
        self.listed = False
        self._ticks = 0
        self._touched: dict[str, int] = {}

    @property
    def reachable(self) -> bool:
        """True while the gateway answers and what is known came from it."""
        return self.silent_since is None and self.listed

    def mark(self) -> int:
        """A point in the order of what arrives."""
        return self._ticks

    def replace(self, sessions: Iterable[Session], mark: int, unlinkings: Sequence[Unlinking] = ()) -> bool:
        """A whole list, asked for at `mark`. True when something is different now."""
        fresh = {
            session.id: self.sessions[session.id]
            if session.id in self.sessions and self._touched.get(session.id, -1) > mark
            else session
            for session in sessions
        }
        changed = fresh != self.sessions or not self.listed
        self.sessions, self.listed, self.unlinkings = fresh, True, unlinkings
        self._touched = {id_: tick for id_, tick in self._touched.items() if id_ in fresh}
        return changed

    def put(self, session: Session) -> bool:
        """One session as an answer of the gateway has it. True when something is different now."""
        self._touch(session.id)
        changed = self.sessions.get(session.id) != session
        self.sessions[session.id] = session
        return changed

    def remove(self, session_id: str) -> bool:
        """It is gone. True when it was there."""
        return self.sessions.pop(session_id, None) is not None

    def apply(self, event: Event) -> bool:
        """One event. False when the session is not known, or gone: a list is due then."""
        session = self.sessions.get(event.session_id)
        if session is None:
            return False
        if isinstance(event.data, SessionStateChanged) and event.data.state is State.DELETED:
            self.remove(session.id)
            return False
        self._touch(session.id)
        self.sessions[session.id] = session.after(event)
        return True

    def answered(self, system: System) -> bool:
        """The gateway answered. True when it was silent or is another process: a list is due then."""
        before = self.system
        another = before is None or (before.gateway_pid, before.started_at) != (
            system.gateway_pid,
            system.started_at,
        )
        news = another or self.silent_since is not None
        self.system, self.silent_since = system, None
        if news:
            self.listed = False
        return news

    def silent(self, now: datetime) -> bool:
        """The gateway did not answer. True when that is news."""
        if self.silent_since is not None:
            return False
        self.silent_since = now
        return True

    def _touch(self, session_id: str) -> None:
        self._ticks += 1
        self._touched[session_id] = self._ticks
