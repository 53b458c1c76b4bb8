"""Which events of one stream are in work. Pure.

Handlers finish in any order; a cursor acknowledges everything before it. So the cursor moves only over the
unbroken run of finished events at the front, and an event that comes again (after a reconnect) is
recognised by its id.
"""

from collections import OrderedDict, deque

from holdfast.client.event import Event

# Finished ids kept for recognition: as many as can be on the way when a connection breaks.
_REMEMBERED = 4096


class Ledger:
    """Admits each event once, and tells how far the cursor may move."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, str] = OrderedDict()  # event id -> cursor, in stream order
        self._finished: set[str] = set()
        self._remembered: set[str] = set()
        self._order: deque[str] = deque()

    def __len__(self) -> int:
        """Events admitted and not yet acknowledged."""
        return len(self._open)

    def admit(self, event: Event) -> bool:
        """True for an event to work on, False for one that is in work or finished already."""
        if event.event_id in self._open or event.event_id in self._remembered:
            return False
        self._open[event.event_id] = event.cursor
        return True

    def done(self, event_id: str) -> str | None:
        """Mark one event finished. The cursor to acknowledge, or None while an earlier event is open."""
        if event_id not in self._open or event_id in self._finished:
            return None
        self._finished.add(event_id)
        cursor: str | None = None
        while self._open and (first := next(iter(self._open))) in self._finished:
            cursor = self._open.pop(first)
            self._finished.discard(first)
            self._remember(first)
        return cursor

    def _remember(self, event_id: str) -> None:
        self._remembered.add(event_id)
        self._order.append(event_id)
        if len(self._order) > _REMEMBERED:
            self._remembered.discard(self._order.popleft())
