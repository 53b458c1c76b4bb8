"""The newest events in memory, so that a consumer that keeps up costs no query. Pure."""

from collections import deque
from collections.abc import Sequence

from holdfast.journal.event import Event, Filter

_EVENTS = 8192
_CHARS = 32_000_000


class Tail:
    """Complete for every position after `floor`; older events are in the database alone."""

    def __init__(self, floor: int, *, events: int = _EVENTS, chars: int = _CHARS) -> None:
        self.floor = floor
        self.head = floor
        self._limit, self._chars_limit = events, chars
        self._events: deque[Event] = deque()
        self._chars = 0

    def extend(self, events: Sequence[Event]) -> None:
        """Add committed events, in the order of their positions."""
        for event in events:
            self._events.append(event)
            self._chars += len(event.wire)
            self.head = event.position
        while self._events and (len(self._events) > self._limit or self._chars > self._chars_limit):
            gone = self._events.popleft()
            self._chars -= len(gone.wire)
            self.floor = gone.position

    def after(self, position: int, limit: int, wanted: Filter) -> tuple[list[Event], int]:
        """Up to `limit` wanted events after `position` (>= floor), and how far the search came."""
        newest: list[Event] = []
        for event in reversed(self._events):
            if event.position <= position:
                break
            newest.append(event)
        found: list[Event] = []
        for event in reversed(newest):
            if wanted.admits(event):
                found.append(event)
                if len(found) == limit:
                    return found, event.position
        return found, max(position, self.head)
