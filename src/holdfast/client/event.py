"""One entry of the journal, as a program gets it. Unknown fields of newer gateways are ignored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from holdfast.client.guesses import no_such
from holdfast.client.times import moment
from holdfast.model.content import text_of
from holdfast.model.events import (
    EventData,
    MessageReceived,
    UnknownEvent,
    event_from_json,
)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the journal.

    `event_id` is stable: seen again means delivered again, not happened again.
    """

    event_id: str
    cursor: str
    session_id: str
    session: str
    seq: int
    type: str
    at: datetime | None
    #: What happened, as a type of `holdfast.model.events`; UnknownEvent when this program is older than it.
    data: EventData | UnknownEvent = field(repr=False)
    #: The same as the gateway wrote it.
    raw: Json = field(repr=False)

    @classmethod
    def read(cls, body: Json) -> "Event":
        """From the API's JSON."""
        type_, raw = str(body.get("type") or ""), body.get("data") or {}
        return cls(
            event_id=str(body["event_id"]),
            cursor=str(body["cursor"]),
            session_id=str(body.get("session_id") or ""),
            session=str(body.get("session") or ""),
            seq=int(body.get("seq") or 0),
            type=type_,
            at=moment(body.get("at")),
            data=event_from_json(type_, raw),
            raw=raw,
        )

    if not TYPE_CHECKING:  # a type checker knows what there is

        def __getattr__(self, name: str) -> NoReturn:
            """Say where it is instead: most of an event is in its `data`."""
            within = {} if name in self.__slots__ else {"data": self.data}
            raise no_such(self, name, within)

    @property
    def text(self) -> str:
        """The message's text, empty when it has none."""
        return text_of(self.data.content) if isinstance(self.data, MessageReceived) else ""

    @property
    def chat(self) -> str:
        """The chat as it may be given to `send`; empty for an event that is about none."""
        return str(getattr(self.data, "chat", ""))
