"""When a chat was heard last: whoever answers it may write more than whoever writes to strangers."""

from typing import Final

from holdfast.messages import statements
from holdfast.model.ids import SessionId
from holdfast.store import ReadUnit, WriteUnit, aliases

#: So many messages back it is looked whether the chat has written.
_LOOK_BACK: Final = 50


def heard(unit: WriteUnit, session_id: SessionId, chat: str, at_ms: int) -> None:
    """This chat, by its canonical name, wrote just now. A note in memory: the database knows by itself."""
    unit.sole_writer_cache["heard", session_id, chat] = at_ms


def last_heard_ms(unit: ReadUnit, session_id: SessionId, chat: str) -> int | None:
    """When the chat wrote last; None when it has not among its newest messages, or never."""
    known, key = unit.memo, ("heard", session_id, chat)
    if key not in known:
        names = aliases.names(unit, session_id, chat)
        known[key] = unit.scalar(
            statements.LAST_HEARD,
            session_id=session_id,
            chat=names[0],
            other_chat=names[-1],
            limit=_LOOK_BACK,
        )
    found: int | None = known[key]
    return found
