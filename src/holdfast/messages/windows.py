"""A piece of a chat, from either end or around one message."""

from dataclasses import dataclass
from typing import Final

from holdfast.messages import statements
from holdfast.messages.message import Direction, Message
from holdfast.messages.reading import in_chat, read_row
from holdfast.model.errors import UnknownMessage
from holdfast.model.ids import SessionId
from holdfast.store import ReadUnit, aliases

_END: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Window:
    """Messages of one chat that stand side by side, oldest first."""

    messages: tuple[Message, ...]
    older: int | None  #: give it as `before` for what is older; None when nothing is
    newer: int | None  #: give it as `after` for what is newer; None when nothing is, so far


class ChatWindows:
    """Pieces of one chat in one snapshot. `jid` is either name of a person, or a group."""

    def __init__(self, unit: ReadUnit, session_id: SessionId, jid: str) -> None:
        self._unit, self._names = unit, aliases.names(unit, session_id, jid)
        self._session_id = session_id
        self._chat = {"session_id": session_id, "chat": self._names[0], "other_chat": self._names[-1]}

    def newest(self, limit: int) -> Window:
        """The end of the chat."""
        return self.before(_END, limit)

    def before(self, place: int, limit: int) -> Window:
        """What stands right before this place."""
        return self._window(self._before(place, limit), place, place - 1)

    def after(self, place: int, limit: int) -> Window:
        """What stands right after this place."""
        return self._window(self._after(place, limit), place + 1, place)

    def around(self, message_id: str, limit: int) -> Window:
        """This message with what stands before and after it. Raises UnknownMessage."""
        found = in_chat(self._unit, self._session_id, self._names, message_id)
        if found is None:
            raise UnknownMessage
        half = max(limit // 2, 1)
        older = self._before(found.order_no + 1, half)
        return self._window([*older, *self._after(found.order_no, limit - len(older))], 0, 0)

    def _window(self, found: list[Message], first: int, last: int) -> Window:
        """`first` and `last`: where the window is when nothing is in it."""
        if found:
            first, last = found[0].order_no, found[-1].order_no
        older, newer = bool(self._before(first, 1)), bool(self._after(last, 1))
        return Window(tuple(found), first if older else None, last if newer else None)

    def _before(self, place: int, limit: int) -> list[Message]:
        found = self._unit.all(statements.CHAT_PAGE_BEFORE, **self._chat, before=place, limit=limit)
        return [read_row(row) for row in reversed(found)]

    def _after(self, place: int, limit: int) -> list[Message]:
        both = {"direction": Direction.IN, "other_direction": Direction.OUT}
        found = self._unit.all(statements.CHAT_PAGE, **self._chat, **both, after=place, limit=limit)
        return [read_row(row) for row in found]
