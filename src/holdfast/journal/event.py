"""One event, as rooms append it and as consumers read it. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from holdfast.journal.cursor import encode_cursor
from holdfast.kit.ids import new_id
from holdfast.kit.iso import iso
from holdfast.model.content import Json
from holdfast.model.events import EventData, EventType, MessageReceived, event_to_json
from holdfast.model.ids import SessionId, TenantId


def _event_id() -> str:
    return new_id("evt")


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is to be appended. Its id is known before its place."""

    session_id: SessionId
    tenant_id: TenantId
    data: EventData = field(repr=False)
    event_id: str = field(default_factory=_event_id)
    #: For an event that tells of a message: its encoded data, which stands in the message's row, and which.
    body_json: str | None = field(default=None, repr=False)
    message_order_no: int | None = None
    #: An earlier event that says nothing any more once this one is there: it leaves the journal.
    supersedes: str | None = None

    @property
    def chat(self) -> str | None:
        """The chat that the event is about, canonical; None where it is about none."""
        return getattr(self.data, "chat", None)

    @property
    def kind(self) -> str | None:
        """The kind of message that came; None for other events."""
        return self.data.content.kind.value if isinstance(self.data, MessageReceived) else None

    @property
    def type(self) -> EventType:
        """What happened."""
        return self.data.type


@dataclass(frozen=True, slots=True)
class Event:
    """An event in its place. `wire` is its final JSON: written once, whoever reads it."""

    position: int
    cursor: str  #: continue here: everything up to this event is done
    event_id: str
    tenant_id: TenantId
    session_id: SessionId
    seq: int
    type: str
    wire: str = field(repr=False)

    @property
    def data(self) -> dict[str, Any]:
        """What happened, parsed again at each call."""
        data: dict[str, Any] = json.loads(self.wire)["data"]
        return data


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events a reader may and wants to see. None means all of the tenant's."""

    tenant_id: TenantId
    session_ids: frozenset[SessionId] | None = None
    types: frozenset[str] | None = None

    def admits(self, event: Event) -> bool:
        """True if the event passes."""
        return (
            event.tenant_id == self.tenant_id
            and (self.session_ids is None or self._is_of(event.session_id))
            and (self.types is None or event.type in self.types)
        )

    def _is_of(self, session_id: SessionId) -> bool:
        """What is about no session passes for who asks for its type."""
        return session_id in (self.session_ids or ()) or (not session_id and self.types is not None)


def encode_data(data: EventData) -> str:
    """The event's data as compact JSON, ready for the wire. Raises ValueError for NaN."""
    return encode_json(event_to_json(data))


def encode_json(body: Mapping[str, Json]) -> str:
    """Compact JSON that no reader of an event stream breaks at. Raises ValueError for NaN."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if text.isascii():
        return text
    # Line ends to some readers of event streams (Python's splitlines is one), though not to the standard.
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


class EventRow(NamedTuple):
    """An event as the database has it, its data among it wherever that stands."""

    position: int
    session_id: SessionId
    seq: int
    event_id: str
    tenant_id: TenantId
    type: str
    at_ms: int
    data_json: str


def make_event(row: EventRow, session: str, generation: bytes) -> Event:
    """The event with its JSON. `session` is the session's name, `generation` the journal's.

    Everything but name and data is made by us and needs no escaping.
    """
    cursor = encode_cursor(row.position, generation)
    wire = (
        f'{{"event_id":"{row.event_id}","cursor":"{cursor}",'
        f'"session_id":"{row.session_id}","session":{json.dumps(session)},"seq":{row.seq},'
        f'"type":"{row.type}","at":"{iso(row.at_ms)}","data":{row.data_json}}}'
    )
    return Event(row.position, cursor, row.event_id, row.tenant_id, row.session_id, row.seq, row.type, wire)
