"""One unit of work per batch: dedupe, message rows, events, receipts. Then the batch may be confirmed."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import assert_never

from holdfast.inbox import reading, statements
from holdfast.inbox.reading import StoredMessage
from holdfast.inbox.twins import Stored, Twin, find_twin
from holdfast.journal import Draft, Journal
from holdfast.kit import killpoint, logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.kit.ids import new_id
from holdfast.model.address import phone_of
from holdfast.model.content import Untranslatable, content_to_json, text_of
from holdfast.model.errors import StoreUnavailable, UnknownSession
from holdfast.model.events import MessageReceived, NoticeReceived
from holdfast.model.messages import Delivery, InboundMessage, InboundReceipt
from holdfast.model.notices import InboundNotice
from holdfast.store import Store, WriteUnit, aliases

_log = logging.get("inbox")

#: Applies receipts inside the inbox's unit of work: the outbox's part, wired from outside.
ApplyReceipts = Callable[[WriteUnit, Sequence[InboundReceipt]], None]


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A message with what only the database knows: canonical names, tenant, the event that it becomes."""

    message: InboundMessage
    chat: str
    sender: str
    draft: Draft


class Inbox:
    """Receives for every session of this gateway."""

    def __init__(
        self, store: Store, journal: Journal, apply_receipts: ApplyReceipts, clock: Clock = now_ms
    ) -> None:
        self._store = store
        self._journal = journal
        self._apply_receipts = apply_receipts
        self._clock = clock

    async def receive(self, deliveries: Sequence[Delivery]) -> list[int]:
        """Store a batch exactly once and return the delivery ids that are durable now: confirm these alone.

        Idempotent on (session, chat, sender, message id), the last three under any known name; safe to
        redeliver, in any order. Duplicates count as durable. A delivery that cannot be stored at all is
        left out and logged; the others of the batch are not held up.

        Raises StoreUnavailable: nothing of the batch may be confirmed; repeat.
        """
        if not deliveries:
            return []
        try:
            await self._store.write(lambda unit: self._keep(unit, deliveries))
        except StoreUnavailable:
            raise
        except Exception as exc:
            if len(deliveries) > 1:
                _log.warning("inbox.batch_split", deliveries=len(deliveries), error=type(exc).__name__)
            durable = [await self._receive_alone(delivery) for delivery in deliveries]
            return [delivery_id for delivery_id in durable if delivery_id is not None]
        killpoint.pass_("inbox_committed")
        return [delivery.delivery_id for delivery in deliveries]

    async def get(self, session_id: str, message_id: str) -> StoredMessage:
        """One received message. Raises UnknownMessage, StoreUnavailable."""
        return await self._store.read(lambda unit: reading.get(unit, session_id, message_id))

    async def page(
        self, session_id: str, chat: str | None, after: tuple[int, str], limit: int
    ) -> list[StoredMessage]:
        """Received messages after (time of reception, message id), oldest first. Raises StoreUnavailable."""
        return await self._store.read(lambda unit: reading.page(unit, session_id, chat, after, limit))

    async def _receive_alone(self, delivery: Delivery) -> int | None:
        """Store one of a batch that failed together. A message that breaks us is kept by its bytes alone."""
        attempts = [delivery]
        if isinstance(delivery, InboundMessage):
            attempts.append(_by_bytes_alone(delivery))
        for attempt in attempts:
            try:
                await self._store.write(partial(self._keep, deliveries=[attempt]))
            except StoreUnavailable:
                raise
            except UnknownSession:
                _log.error("inbox.session_unknown", session_id=delivery.session_id)
                return None
            except Exception as exc:
                _log.error("inbox.unstorable", session_id=delivery.session_id, exc_info=exc)
            else:
                return delivery.delivery_id
        return None

    def _keep(self, unit: WriteUnit, deliveries: Sequence[Delivery]) -> None:
        messages: list[InboundMessage] = []
        receipts: list[InboundReceipt] = []
        notices: list[InboundNotice] = []
        for delivery in deliveries:
            match delivery:
                case InboundMessage():
                    messages.append(delivery)
                case InboundReceipt():
                    receipts.append(delivery)
                case InboundNotice():
                    notices.append(delivery)
                case _:  # it would be confirmed and lost
                    assert_never(delivery)
        self._keep_messages(unit, messages)
        self._keep_notices(unit, notices)
        if receipts:
            for receipt in receipts:
                _learn(unit, receipt)
            self._apply_receipts(unit, receipts)

    def _keep_notices(self, unit: WriteUnit, notices: Sequence[InboundNotice]) -> None:
        drafts: dict[str, Draft] = {}
        for notice in notices:
            _learn(unit, notice)
            draft = _notice_draft(unit, notice)
            if not unit.first(statements.EVENT_HERE, event_id=draft.event_id):
                drafts.setdefault(draft.event_id, draft)
        self._journal.append_many(unit, list(drafts.values()))

    def _keep_messages(self, unit: WriteUnit, messages: Sequence[InboundMessage]) -> None:
        arrivals: list[_Arrival] = []
        here = _look_up(unit, messages)
        for message in messages:
            _learn(unit, message)
            twins = here.setdefault((message.session_id, message.message_id), [])
            chat = aliases.canonical(unit, message.session_id, message.chat)
            sender = aliases.canonical(unit, message.session_id, message.sender)
            other_name = partial(aliases.other_name, unit, message.session_id)
            arriving = Stored(chat, sender, message.content.kind, new_id("evt"), message.raw)
            verdict, twin = find_twin(arriving, twins, other_name)
            if verdict is Twin.DUPLICATE:
                continue
            replaced: str | None = None
            if twin is not None:
                replaced = _make_room(unit, arrivals, message, twin)
                twins.remove(twin)
            twins.append(arriving)
            arrivals.append(_arrival(unit, message, arriving, replaced))
        if arrivals:
            received_at_ms = self._clock()
            unit.run_many(statements.ADD, [_row(arrival, received_at_ms) for arrival in arrivals])
            self._journal.append_many(unit, [arrival.draft for arrival in arrivals])


def _learn(unit: WriteUnit, delivery: Delivery) -> None:
    aliases.learn(unit, delivery.session_id, delivery.chat, delivery.chat_alt)
    aliases.learn(unit, delivery.session_id, delivery.sender, delivery.sender_alt)


def _notice_draft(unit: WriteUnit, notice: InboundNotice) -> Draft:
    """A notice's event. Its id is made of the notice's, so that a twin is known by it."""
    session_id = notice.session_id
    chat = aliases.canonical(unit, session_id, notice.chat)
    sender = aliases.canonical(unit, session_id, notice.sender)
    phones = [phone_of(aliases.phone_jid(unit, session_id, jid)) for jid in (chat, sender)]
    data = NoticeReceived(chat, sender, notice.notice, notice.timestamp_ms, phones[0], phones[1])
    event_id = f"evt_{sha256(f'{session_id}/{notice.notice_id}'.encode()).hexdigest()[:32]}"
    return Draft(session_id, _tenant(unit, session_id), data, event_id)


def _look_up(unit: WriteUnit, messages: Sequence[InboundMessage]) -> dict[tuple[str, str], list[Stored]]:
    here: dict[tuple[str, str], list[Stored]] = {}
    keys = [(message.session_id, message.message_id) for message in messages]
    for row in unit.keyed(statements.HERE, keys):
        here.setdefault((row[0], row[1]), []).append(Stored(*row[2:]))
    return here


def _tenant(unit: WriteUnit, session_id: str) -> str:
    known, key = unit.sole_writer_cache, ("tenant", session_id)
    if key not in known:
        known[key] = unit.scalar(statements.TENANT, session_id=session_id)
    if known[key] is None:
        raise UnknownSession
    return str(known[key])


def _arrival(unit: WriteUnit, message: InboundMessage, arriving: Stored, replaced: str | None) -> _Arrival:
    chat, sender = arriving.chat, arriving.sender
    phones = [phone_of(aliases.phone_jid(unit, message.session_id, jid)) for jid in (chat, sender)]
    data = MessageReceived(
        message_id=message.message_id,
        chat=chat,
        sender=sender,
        content=message.content,
        timestamp_ms=message.timestamp_ms,
        chat_phone=phones[0],
        sender_phone=phones[1],
        from_me=message.from_me,
        group=message.group,
        push_name=message.push_name,
        offline=message.offline,
        quoted_id=message.quoted_id or None,
        replaces=replaced,
    )
    tenant = _tenant(unit, message.session_id)
    draft = Draft(message.session_id, tenant, data, arriving.event_id)
    return _Arrival(message, chat, sender, draft)


def _make_room(
    unit: WriteUnit, arrivals: list[_Arrival], message: InboundMessage, twin: Stored
) -> str | None:
    """Take away a row that stood here undecryptable. The event that told of it, None if nobody saw it."""
    for arrival in arrivals:
        if arrival.draft.event_id == twin.event_id:
            arrivals.remove(arrival)  # both came in one batch
            return None
    unit.run(
        statements.REMOVE,
        session_id=message.session_id,
        message_id=message.message_id,
        chat=twin.chat,
        sender=twin.sender,
    )
    return twin.event_id


def _row(arrival: _Arrival, received_at_ms: int) -> Mapping[str, object]:
    message = arrival.message
    body = {
        "offline": message.offline,
        "quoted_id": message.quoted_id or None,
        "content": content_to_json(message.content),
    }
    return {
        "session_id": message.session_id,
        "message_id": message.message_id,
        "chat": arrival.chat,
        "sender": arrival.sender,
        "from_me": int(message.from_me),
        "is_group": int(message.group),
        "kind": message.content.kind.value,
        "text": text_of(message.content),
        "body_json": json.dumps(body, ensure_ascii=False, allow_nan=False),
        "raw": message.raw,
        "timestamp_ms": message.timestamp_ms,
        "push_name": message.push_name,
        "event_id": arrival.draft.event_id,
        "received_at_ms": received_at_ms,
    }


def _by_bytes_alone(message: InboundMessage) -> InboundMessage:
    return replace(
        message,
        content=Untranslatable("The gateway could not store its translation"),
        push_name="",
        quoted_id="",
    )
