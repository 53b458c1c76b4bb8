"""Taking a message: is it one, was it taken before, which chat's order does it join."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from holdfast import messages
from holdfast.journal import encode_data
from holdfast.kit.ids import new_message_id
from holdfast.messages import Direction, Message, NewMessage, Outgoing
from holdfast.messages.reading import by_order
from holdfast.model.address import is_group, parse_recipient, phone_of
from holdfast.model.content import Content, Text, content_to_json, text_of
from holdfast.model.errors import (
    HoldfastError,
    IdempotencyConflict,
    MessageTooLarge,
    RecipientInvalid,
    RequestInvalid,
    UnknownSession,
)
from holdfast.model.events import MessageReceived, SendStatus
from holdfast.model.seams import SessionRef
from holdfast.outbox import statements
from holdfast.outbox.compose import SECRET_BYTES, compose
from holdfast.outbox.queued import Queued
from holdfast.store import WriteUnit, aliases

#: WhatsApp's limit for a text message.
LONGEST_TEXT: Final = 65_536
_LONGEST_KEY: Final = 256


@dataclass(frozen=True, slots=True)
class SendRequest:
    """What a client asks for. Times are milliseconds UTC."""

    session: SessionRef
    to: str
    content: Content = field(repr=False)
    idempotency_key: str | None = None
    not_before_ms: int | None = None
    expires_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A request that can be taken."""

    request: SendRequest
    jid: str
    hash: str
    message: bytes = field(repr=False)


Answer = Message | HoldfastError
#: Tenant, session, the session's number, idempotency key.
Key = tuple[str, str, str, str]


def check(request: SendRequest, now_ms: int) -> Checked | HoldfastError:
    """Look at a request without the database, and compose its final bytes."""
    text = text_of(request.content)
    if isinstance(request.content, Text) and not text.strip():
        return RequestInvalid("The text is empty", next_step="Give at least one visible character.")
    if len(text) > LONGEST_TEXT:
        return MessageTooLarge(f"The text has {len(text):,} characters, WhatsApp takes {LONGEST_TEXT:,}")
    key = request.idempotency_key
    if key is not None and (not 0 < len(key) <= _LONGEST_KEY or "\0" in key):
        return RequestInvalid(f"An idempotency key has 1 to {_LONGEST_KEY} characters, none of them NUL")
    if request.expires_at_ms is not None and request.expires_at_ms <= max(now_ms, request.not_before_ms or 0):
        return RequestInvalid("The message would expire before it may be sent")
    jid = parse_recipient(request.to)
    if jid is None:
        return RecipientInvalid()
    try:
        (key or "").encode()
        hashed = _hash(request, jid)
        message = compose(request.content, secrets.token_bytes(SECRET_BYTES))
    except UnicodeEncodeError:
        return RequestInvalid("Text and key must be valid Unicode (there is half a surrogate pair)")
    except TypeError as exc:
        return RequestInvalid(str(exc))
    return Checked(request, jid, hashed, message)


def _hash(request: SendRequest, jid: str) -> str:
    content, times = request.content, (request.not_before_ms, request.expires_at_ms)
    # Text alone is hashed as earlier versions did: their keys are still asked for.
    if isinstance(content, Text) and times == (None, None):
        body = content.text.encode()
    else:
        body = json.dumps([content_to_json(content), *times], ensure_ascii=False, sort_keys=True).encode()
    return hashlib.sha256(jid.encode() + b"\0" + body).hexdigest()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a list of requests."""

    answers: list[Answer]  #: one per request, in their order
    fresh: list[Queued]  #: what is new in the queue


def take(unit: WriteUnit, wanted: Sequence[Checked], now_ms: int) -> Taken:
    """Accept requests in this unit of work, in their order.

    The same key with the same body returns the message that it made; with another body it is an
    IdempotencyConflict.
    """
    known = _known(unit, wanted, now_ms)
    alive = {
        session_id: bool(unit.all(statements.SESSION_LIVES, session_id=session_id))
        for session_id in {each.request.session.session_id for each in wanted}
    }
    made: dict[int, Message] = {}
    orders: list[int | HoldfastError] = []
    fresh: list[Queued] = []
    rows: list[NewMessage] = []
    keys: list[dict[str, object]] = []
    for each in wanted:
        key = _key(each.request)
        here = None if key is None else known.get(key)
        if here is None and not alive[each.request.session.session_id]:
            orders.append(UnknownSession())  # it was deleted while the request was on its way
            continue
        if here is None:
            row, shown = _row(unit, each, now_ms)
            rows.append(row)
            made[row.order_no] = shown
            fresh.append(_queued(each, row))
            here = (each.hash, row.order_no)
            if key is not None:
                known[key] = here
                keys.append(_key_row(key, here))
        orders.append(here[1] if here[0] == each.hash else IdempotencyConflict())
    messages.add(unit, rows)
    unit.run_many(statements.ADD, [_queue_row(each) for each in fresh])
    unit.run_many(statements.ADD_KEY, keys)
    repeated = [order for order in orders if isinstance(order, int) and order not in made]
    found = made | by_order(unit, repeated)
    return Taken([found[order] if isinstance(order, int) else order for order in orders], fresh)


def _known(unit: WriteUnit, wanted: Sequence[Checked], now_ms: int) -> dict[Key, tuple[str, int]]:
    """What these keys have made before, also under the time before the session was linked."""
    keys = [key for each in wanted if (key := _key(each.request)) is not None]
    asked = list(dict.fromkeys([*keys, *((*key[:2], "", key[3]) for key in keys)]))
    found: dict[Key, tuple[str, int]] = {}
    for tenant, session, phone, key, hashed, order_no in unit.keyed(statements.BY_KEY, asked, now_ms=now_ms):
        found[tenant, session, phone, key] = (hashed, order_no)
    for full in keys:
        before = found.get((full[0], full[1], "", full[3]))
        if full not in found and before is not None:
            found[full] = before
    return found


def _key(request: SendRequest) -> Key | None:
    if request.idempotency_key is None:
        return None
    session = request.session
    return session.tenant_id, session.session_id, session.phone, request.idempotency_key


def _key_row(key: Key, made: tuple[str, int]) -> dict[str, object]:
    tenant, session, phone, word = key
    names = {"tenant_id": tenant, "session_id": session, "phone": phone, "key": word}
    return {**names, "hash": made[0], "order_no": made[1], "expires_at_ms": None}


def _row(unit: WriteUnit, each: Checked, now_ms: int) -> tuple[NewMessage, Message]:
    """The message as it is stored, and as it is shown."""
    request, session_id = each.request, each.request.session.session_id
    chat, message_id = aliases.canonical(unit, session_id, each.jid), new_message_id()
    data = MessageReceived(
        message_id=message_id,
        chat=chat,
        sender=request.session.sender,
        content=request.content,
        timestamp_ms=now_ms,
        chat_phone=phone_of(aliases.phone_jid(unit, session_id, chat)),
        sender_phone=f"+{request.session.phone}" if request.session.phone else None,
        from_me=True,
        group=is_group(each.jid),
    )
    row = NewMessage(
        order_no=messages.next_order(unit),
        direction=Direction.OUT,
        session_id=session_id,
        message_id=message_id,
        chat=chat,
        sender=request.session.sender,
        group=data.group,
        kind=request.content.kind,
        body_json=encode_data(data),
        raw=each.message,
        timestamp_ms=now_ms,
        taken_at_ms=now_ms,
        to_jid=each.jid,
    )
    outgoing = Outgoing(
        each.jid,
        SendStatus.QUEUED,
        now_ms,
        not_before_ms=request.not_before_ms,
        expires_at_ms=request.expires_at_ms,
    )
    shown = Message(
        order_no=row.order_no,
        direction=row.direction,
        session_id=session_id,
        message_id=message_id,
        chat=chat,
        sender=row.sender,
        from_me=True,
        group=row.group,
        content=request.content,
        timestamp_ms=now_ms,
        outgoing=outgoing,
    )
    return row, shown


def _queued(each: Checked, row: NewMessage) -> Queued:
    request = each.request
    return Queued(
        order_no=row.order_no,
        session_id=row.session_id,
        message_id=row.message_id,
        chat=row.chat,
        to_jid=each.jid,
        message=each.message,
        phone=request.session.phone,
        not_before_ms=request.not_before_ms,
        expires_at_ms=request.expires_at_ms,
    )


def _queue_row(it: Queued) -> dict[str, object]:
    return {
        "order_no": it.order_no,
        "session_id": it.session_id,
        "chat": it.chat,
        "phone": it.phone,
        "not_before_ms": it.not_before_ms,
        "expires_at_ms": it.expires_at_ms,
    }
