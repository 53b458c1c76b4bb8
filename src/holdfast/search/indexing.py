"""Puts the words of messages into the index, and takes out what was edited or deleted for everyone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from holdfast import messages
from holdfast.messages import Message, followed, in_chat
from holdfast.model.content import Content, Edit, Revoke, content_from_json
from holdfast.model.ids import SessionId
from holdfast.search import statements
from holdfast.search.query import fts5, scope, tsquery, tsvector
from holdfast.search.words import readable, words
from holdfast.store import ReadUnit, Row, WriteUnit, aliases


@dataclass(frozen=True, slots=True)
class _Said:
    """A message on its way into the index."""

    order_no: int
    session_id: SessionId
    chat: str
    message_id: str
    sender: str
    group: bool
    body_json: str
    tenant_id: str

    @property
    def content(self) -> Content:
        """What it holds."""
        return content_from_json(json.loads(self.body_json).get("content") or {})


class Index:
    """What one message after the other makes of the index. See messages.Follower."""

    name: Final = "search"
    at_once: Final = 100

    def read(self, unit: ReadUnit, after: int) -> Sequence[Row]:
        """The next messages after a place in the order."""
        if messages.newest_order(unit) <= after:
            return []
        return unit.all(statements.NEXT_MESSAGES, after=after, limit=self.at_once)

    def keep(self, unit: WriteUnit, new: Sequence[Row]) -> None:
        """Index them. An edit stands for what it edits from then on; what was deleted is found no more."""
        for row in new:
            said = _Said(*row)
            content = said.content
            about = None
            if isinstance(content, Edit | Revoke):
                about = _target(unit, said, content)
                if about is None:
                    continue
                forget(unit, about.order_no)
            found = words(readable(content))
            if found:
                _add(unit, said, found, about)

    def again(self, unit: WriteUnit, order_no: int) -> None:
        """Index a message that holds something else now. One that is still to be indexed will be."""
        if order_no <= followed(unit, self.name):
            unit.run(statements.REMOVE, order_no=order_no)
            self.keep(unit, unit.all(statements.MESSAGE, order_no=order_no))


def forget(unit: WriteUnit, order_no: int) -> None:
    """Take a message out of the index, and its edits."""
    unit.run(statements.REMOVE, order_no=order_no)
    edits = [[scope("a", str(order_no))]]
    unit.run(statements.REMOVE_SCOPE, match=fts5([], edits), tsquery=tsquery([], edits))


def _target(unit: ReadUnit, said: _Said, content: Edit | Revoke) -> Message | None:
    """The message that is edited or deleted; None when it is not here, or not theirs to change."""
    message_id = content.edited if isinstance(content, Edit) else content.revoked
    found = in_chat(unit, said.session_id, aliases.names(unit, said.session_id, said.chat), message_id)
    if found is None:
        return None
    # A group's admin deletes what others wrote.
    if said.group and isinstance(content, Revoke):
        return found
    senders = {aliases.canonical(unit, said.session_id, it) for it in (found.sender, said.sender)}
    return found if len(senders) == 1 else None


def _add(unit: WriteUnit, said: _Said, found: Sequence[str], about: Message | None) -> None:
    scopes = [scope("t", said.tenant_id), scope("s", said.session_id), scope("c", said.chat)]
    if about is not None:
        scopes.append(scope("a", str(about.order_no)))
    unit.run(
        statements.ADD,
        order_no=said.order_no,
        words=" ".join(found),
        scope=" ".join(scopes),
        vector=tsvector(found, scopes),
    )
