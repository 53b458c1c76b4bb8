"""The messages of one batch on their way into the store: which are new, and what each becomes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from holdfast import messages
from holdfast.inbox import statements
from holdfast.inbox.tenants import tenant_of
from holdfast.inbox.twins import Stored, Twin, find_twin
from holdfast.inbox.votes import named
from holdfast.journal import Draft, Journal, encode_data
from holdfast.kit.ids import new_id
from holdfast.media import Expecting, Named
from holdfast.messages import Direction, NewMessage
from holdfast.model.address import phone_of
from holdfast.model.content import MEDIA_TYPES, Content, PollVote
from holdfast.model.events import EventType, MessageReceived, event_from_json
from holdfast.model.messages import InboundMessage
from holdfast.store import WriteUnit, aliases


@dataclass(frozen=True, slots=True)
class _Arrival:
    row: NewMessage
    draft: Draft


class Arrivals:
    """One batch in one unit of work."""

    def __init__(self, unit: WriteUnit, batch: Sequence[InboundMessage], now_ms: int) -> None:
        self._unit, self._batch, self._now_ms = unit, batch, now_ms
        self._files: dict[int, Named] = {}
        self._here: dict[tuple[str, str], list[Stored]] = {}
        self._new: list[_Arrival] = []
        self._replacing: list[_Arrival] = []

    def keep(self, journal: Journal, expecting: Expecting) -> list[int]:
        """Add what is new, each with its event, and note the files that it names. Raises UnknownSession.

        The order numbers of those that stood here undecryptable.
        """
        # Each key once: a row that is found twice would be two twins.
        keys = list(dict.fromkeys((message.session_id, message.message_id) for message in self._batch))
        for session_id, message_id, *rest in self._unit.keyed(statements.HERE, keys):
            self._here.setdefault((session_id, message_id), []).append(Stored(*rest))
        for message in self._batch:
            self._look_at(message)
        messages.add(self._unit, [each.row for each in self._new])
        for each in self._replacing:
            messages.replace(self._unit, each.row)
        expecting.expect(self._unit, list(self._files.values()), self._now_ms)
        # The events stand in the order in which the messages came.
        arrivals = sorted([*self._new, *self._replacing], key=lambda each: each.draft.event_id)
        journal.append_many(self._unit, [each.draft for each in arrivals])
        return [each.row.order_no for each in self._replacing]

    def _look_at(self, message: InboundMessage) -> None:
        session_id = message.session_id
        arriving = Stored(
            order_no=0,
            chat=aliases.canonical(self._unit, session_id, message.chat),
            sender=aliases.canonical(self._unit, session_id, message.sender),
            kind=message.content.kind,
            event_id=new_id("evt"),
            raw=message.raw,
            body_json="",
        )
        here = self._here.setdefault((session_id, message.message_id), [])
        verdict, twin = find_twin(arriving, here, partial(aliases.other_name, self._unit, session_id))
        if verdict is Twin.DUPLICATE:
            return
        if twin is None:
            arrival = self._arrival(message, arriving, None, messages.next_order(self._unit))
            self._new.append(arrival)
        else:
            here.remove(twin)
            arrival = self._take_the_place_of(twin, message, arriving)
        here.append(
            Stored(
                arrival.row.order_no,
                arriving.chat,
                arriving.sender,
                arriving.kind,
                arriving.event_id,
                arriving.raw,
                body_json=arrival.row.body_json,
            )
        )

    def _take_the_place_of(self, twin: Stored, message: InboundMessage, arriving: Stored) -> _Arrival:
        """The content of a message that stood here undecryptable."""
        both = next((each for each in self._new if each.row.order_no == twin.order_no), None)
        if both is not None:  # both came in one batch: nobody has seen the first
            self._new.remove(both)
            arrival = self._arrival(message, arriving, None, twin.order_no)
            self._new.append(arrival)
            return arrival
        self._unit.run(statements.KEEP_EVENT, event_id=twin.event_id, data_json=twin.body_json)
        arrival = self._arrival(message, arriving, twin.event_id or None, twin.order_no)
        self._replacing.append(arrival)
        return arrival

    def _arrival(
        self, message: InboundMessage, arriving: Stored, replaces: str | None, order_no: int
    ) -> _Arrival:
        session_id, unit = message.session_id, self._unit
        if not message.from_me:
            messages.heard(unit, session_id, arriving.chat, self._now_ms)
        content = self._readable(message)
        if message.file is not None and isinstance(content, MEDIA_TYPES):
            named = Named.by(message.file, content, order_no, session_id, tenant_of(unit, session_id))
            self._files[order_no], content = named, named.content
        data = MessageReceived(
            message_id=message.message_id,
            chat=arriving.chat,
            sender=arriving.sender,
            content=content,
            timestamp_ms=message.timestamp_ms,
            chat_phone=phone_of(aliases.phone_jid(unit, session_id, arriving.chat)),
            sender_phone=phone_of(aliases.phone_jid(unit, session_id, arriving.sender)),
            from_me=message.from_me,
            group=message.group,
            push_name=message.push_name,
            offline=message.offline,
            attributes=message.attributes,
            replaces=replaces,
        )
        body_json = encode_data(data)
        row = NewMessage(
            order_no=order_no,
            direction=Direction.IN,
            session_id=session_id,
            message_id=message.message_id,
            chat=arriving.chat,
            sender=arriving.sender,
            group=message.group,
            kind=arriving.kind,
            body_json=body_json,
            raw=message.raw,
            timestamp_ms=message.timestamp_ms,
            taken_at_ms=self._now_ms,
            event_id=arriving.event_id,
        )
        draft = Draft(session_id, tenant_of(unit, session_id), data, arriving.event_id, body_json, order_no)
        return _Arrival(row, draft)

    def _readable(self, message: InboundMessage) -> Content:
        """What the message holds; a vote with the names of what was chosen."""
        if not isinstance(message.content, PollVote):
            return message.content
        return named(message.content, partial(self._content_of, message.session_id))

    def _content_of(self, session_id: str, message_id: str) -> Content | None:
        """What the newest message of this id holds, of this batch or from before; None if there is none."""
        bodies = [row[-1] for row in self._unit.keyed(statements.HERE, [(session_id, message_id)])]
        for each in (*self._new, *self._replacing):
            if (each.row.session_id, each.row.message_id) == (session_id, message_id):
                bodies.append(each.row.body_json)
        if not bodies:
            return None
        data = event_from_json(EventType.MESSAGE_RECEIVED, json.loads(bodies[-1]))
        return data.content if isinstance(data, MessageReceived) else None
