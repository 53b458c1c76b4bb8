"""Labels of a business account, and the chats that have them, inside a unit of work.

They belong to the number: another one that takes a session over inherits none.
"""

from collections.abc import Iterable

from holdfast.chats import statements
from holdfast.chats.chat import Label, is_chat
from holdfast.model.ids import SessionId
from holdfast.model.notices import LabelChanged
from holdfast.store import ReadUnit, WriteUnit


def change(unit: WriteUnit, session_id: SessionId, label: LabelChanged) -> None:
    """Write a label as it is now; one that is deleted is taken away from every chat."""
    row = {"session_id": session_id, "label_id": label.label_id}
    if label.deleted:
        unit.run(statements.LABEL_DROP, **row)
        unit.run(statements.LABEL_TAKEN_AWAY, **row)
    else:
        unit.run(statements.LABEL_PUT, **row, name=label.name, color=label.color)


def apply(unit: WriteUnit, session_id: SessionId, chat: str, label_id: str, *, applied: bool) -> None:
    """Give a chat a label, or take it away. Idempotent. `chat` is canonical."""
    if is_chat(chat):
        statement = statements.CHAT_LABEL_PUT if applied else statements.CHAT_LABEL_DROP
        unit.run(statement, session_id=session_id, chat=chat, label_id=label_id)


def move(unit: WriteUnit, session_id: SessionId, chat: str, into: str) -> None:
    """Two names are one chat: `into` has the labels of both."""
    unit.run(statements.CHAT_LABELS_MOVED, session_id=session_id, chat=chat, into=into)
    unit.run(statements.CHAT_LABELS_FORGOTTEN, session_id=session_id, chat=chat)


def forget(unit: WriteUnit, session_id: SessionId) -> None:
    """Forget everything of a session that is deleted."""
    unit.run(statements.LABELS_GONE, session_id=session_id)
    unit.run(statements.CHAT_LABELS_GONE, session_id=session_id)


def every(unit: ReadUnit, session_id: SessionId) -> list[Label]:
    """Return the labels of the session's number, by name."""
    return [Label(*row) for row in unit.all(statements.LABELS, session_id=session_id)]


def of_chats(unit: ReadUnit, session_id: SessionId, chats: Iterable[str]) -> dict[str, list[Label]]:
    """Return the labels of these chats, each by name; a chat without any is left out."""
    found: dict[str, list[Label]] = {}
    for chat, *label in unit.keyed(statements.LABELS_OF, [(session_id, chat) for chat in chats]):
        found.setdefault(chat, []).append(Label(*label))
    return found
