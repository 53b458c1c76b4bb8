"""A piece of a chat, from either end or around one message, with what was said before the link."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from holdfast.messages import statements
from holdfast.messages.message import Direction, Message
from holdfast.messages.reading import in_chat, read_row
from holdfast.model.errors import UnknownMessage
from holdfast.model.ids import SessionId
from holdfast.store import ReadUnit, aliases


class Place(NamedTuple):
    """Where a message stands in its chat: by the order in which messages were taken.

    What was said before the link stands after the message that was taken before it, by its time.
    """

    order_no: int
    at_ms: int = 0  #: 0: the message that was taken itself
    #: Among those of one second: rises as their order falls, because phones tell the newest first.
    history_no: int = 0


_LAST: Final = (1 << 62) - 1
_END: Final = Place(_LAST)
_BEGINNING: Final = Place(-1)


@dataclass(frozen=True, slots=True)
class Window:
    """Messages of one chat that stand side by side, oldest first."""

    messages: tuple[Message, ...]
    older: Place | None  #: give it as `before` for what is older; None when nothing is
    newer: Place | None  #: give it as `after` for what is newer; None when nothing is, so far


class ChatWindows:
    """Pieces of one chat in one snapshot. `jid` is either name of a person, or a group."""

    def __init__(self, unit: ReadUnit, session_id: SessionId, jid: str) -> None:
        self._unit, self._names = unit, aliases.names(unit, session_id, jid)
        self._session_id = session_id
        self._chat = {"session_id": session_id, "chat": self._names[0], "other_chat": self._names[-1]}

    def newest(self, limit: int) -> Window:
        """The end of the chat."""
        return self.before(_END, limit)

    def before(self, place: Place, limit: int) -> Window:
        """What stands right before this place."""
        return self._window(self._before(place, limit), newer=place != _END)

    def after(self, place: Place, limit: int) -> Window:
        """What stands right after this place."""
        found = self._after(place, limit)
        return self._window(found, newer=bool(found) and bool(self._after(_place(found[-1]), 1)))

    def oldest(self) -> Message | None:
        """The first message of the chat that is here; None where there is none."""
        found = self._after(_BEGINNING, 1)
        return found[0] if found else None

    def around(self, message_id: str, limit: int) -> Window:
        """This message with what stands before and after it. Raises UnknownMessage."""
        found = in_chat(self._unit, self._session_id, self._names, message_id)
        if found is None:
            raise UnknownMessage
        older = self._before(_place(found), max(limit // 2 - 1, 0))
        shown = [*older, found, *self._after(_place(found), limit - len(older) - 1)]
        return self._window(shown, newer=bool(self._after(_place(shown[-1]), 1)))

    def _window(self, found: list[Message], *, newer: bool) -> Window:
        if not found:
            return Window((), None, None)
        first, last = _place(found[0]), _place(found[-1])
        older = bool(self._before(first, 1))
        return Window(tuple(found), first if older else None, last if newer else None)

    def _before(self, place: Place, limit: int) -> list[Message]:
        """Newest first in the database, oldest first here."""
        # What was taken as `order_no` stands before what was said before the link and follows it.
        taken = {"before": place.order_no + (place.at_ms > 0)}
        found = self._unit.all(statements.CHAT_PAGE_BEFORE, **self._chat, **taken, limit=limit)
        found += self._unit.all(statements.HISTORY_BEFORE, **self._chat, **_values(place), limit=limit)
        ordered = sorted(map(read_row, found), key=_place)
        return ordered[-limit:] if limit else []

    def _after(self, place: Place, limit: int) -> list[Message]:
        both = {"direction": Direction.IN, "other_direction": Direction.OUT, "after": place.order_no}
        found = self._unit.all(statements.CHAT_PAGE, **self._chat, **both, limit=limit)
        found += self._unit.all(statements.HISTORY_AFTER, **self._chat, **_values(place), limit=limit)
        return sorted(map(read_row, found), key=_place)[:limit]


def _place(message: Message) -> Place:
    if message.history_place is None:
        return Place(message.order_no)
    return Place(message.history_place, max(message.timestamp_ms, 1), _LAST - message.order_no)


def _values(place: Place) -> dict[str, int]:
    return {"place": place.order_no, "at_ms": place.at_ms, "minus_order_no": place.history_no - _LAST}
