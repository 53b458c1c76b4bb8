"""Keeps the list of chats in step with the messages that are stored."""

from collections.abc import Sequence
from typing import Final

from holdfast import messages
from holdfast.chats import rows, statements
from holdfast.chats.chat import ChatRow, is_chat
from holdfast.store import ReadUnit, Row, WriteUnit, aliases


class ListOfChats:
    """What one message after the other makes of the chats. See messages.Follower."""

    name: Final = rows.FOLLOWED_AS
    at_once: Final = 200

    def read(self, unit: ReadUnit, after: int) -> Sequence[Row]:
        """The next messages after a place in the order."""
        if messages.newest_order(unit) <= after:
            return []
        return unit.all(statements.NEXT_MESSAGES, after=after, limit=self.at_once)

    def keep(self, unit: WriteUnit, new: Sequence[Row]) -> None:
        """Move the chats that something was said in."""
        named = [
            (said, (said.session_id, aliases.canonical(unit, said.session_id, said.chat)))
            for said in map(rows.said, new)
            if is_chat(said.chat)
        ]
        known = rows.here(unit, dict.fromkeys(key for _, key in named))
        for said, key in named:
            row = known.get(key) or ChatRow(*key, said.group)
            known[key] = row.after(said)
        rows.put(unit, list(known.values()))
