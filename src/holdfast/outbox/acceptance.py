"""Taking a message: is it one, was it taken before, which chat's order does it join."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from holdfast import messages
from holdfast.journal import encode_data
from holdfast.kit.entropy import random_bytes
from holdfast.kit.ids import new_message_id
from holdfast.media import attach, described, file_for
from holdfast.messages import Direction, Message, MessageFile, NewMessage, Outgoing
from holdfast.messages.reading import by_order
from holdfast.model.address import PN_SERVER, is_group, parse_recipient, phone_of
from holdfast.model.attributes import NONE, Attributes, attributes_to_json
from holdfast.model.content import MEDIA_TYPES, Content, Json, Text, content_to_json, text_of
from holdfast.model.errors import (
    HoldfastError,
    IdempotencyConflict,
    RequestInvalid,
    UnknownSession,
)
from holdfast.model.events import MessageReceived, SendStatus
from holdfast.model.media import FileState
from holdfast.model.seams import SessionRef
from holdfast.outbox import rules, statements, targets
from holdfast.outbox.compose import IV_BYTES, SECRET_BYTES, Composition, compose
from holdfast.outbox.files import FileFacts
from holdfast.outbox.nobody import nobody
from holdfast.outbox.pacing import pace_of
from holdfast.outbox.policy import typing_ms
from holdfast.outbox.queued import Queued
from holdfast.outbox.targets import Targets
from holdfast.store import WriteUnit, aliases

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
    attributes: Attributes = NONE
    typing: bool = False  #: show "typing…" before it


@dataclass(frozen=True, slots=True)
class Checked:
    """A request that can be taken."""

    request: SendRequest
    jid: str
    hash: str
    #: Final already; empty for one about another message or with a file, which only the database knows.
    message: bytes = field(repr=False)
    refers_to: int | None = None  #: the place of the message that it is about, while that one waits


Answer = Message | HoldfastError
#: Tenant, session, the session's number, idempotency key.
Key = tuple[str, str, str, str]


def check(request: SendRequest, now_ms: int) -> Checked | HoldfastError:
    """Look at a request without the database, and compose its final bytes."""
    key = request.idempotency_key
    if key is not None and (not 0 < len(key) <= _LONGEST_KEY or "\0" in key):
        return RequestInvalid(f"An idempotency key has 1 to {_LONGEST_KEY} characters, none of them NUL")
    if request.expires_at_ms is not None and request.expires_at_ms <= max(now_ms, request.not_before_ms or 0):
        return RequestInvalid("The message would expire before it may be sent")
    jid = parse_recipient(request.to)
    if jid is None:
        return nobody(request.to, request.session.phone)
    refused = rules.refusal(request.content, request.attributes, jid)
    if refused is not None:
        return refused
    try:
        (key or "").encode()
        hashed = _hash(request, jid)
        message = b"" if _needs_the_database(request) else compose(_composition(request, jid, now_ms))
    except UnicodeEncodeError:
        return RequestInvalid("Texts and key must be valid Unicode (there is half a surrogate pair)")
    return Checked(request, jid, hashed, message)


def _needs_the_database(request: SendRequest) -> bool:
    if request.attributes.quoted_id is not None or isinstance(request.content, MEDIA_TYPES):
        return True
    return targets.target_id(request.content) is not None


def _composition(
    request: SendRequest,
    chat: str,
    now_ms: int,
    about: Targets | None = None,
    file: FileFacts | None = None,
) -> Composition:
    session = request.session
    return Composition(
        content=request.content,
        attributes=request.attributes,
        chat=chat,
        own_pn=f"{session.phone}@{PN_SERVER}" if session.phone else "",
        own=session.sender,
        secret=random_bytes(SECRET_BYTES),
        iv=random_bytes(IV_BYTES),
        now_ms=now_ms,
        targets=about or Targets(),
        file=file,
    )


def _finished(unit: WriteUnit, each: Checked, now_ms: int) -> Checked | HoldfastError:
    """The request with its bytes, also where it is about another message, or names a file."""
    if each.message:
        return each
    request, session_id = each.request, each.request.session.session_id
    facts: FileFacts | None = None
    if isinstance(request.content, MEDIA_TYPES):
        file = file_for(unit, request.session.tenant_id, request.content)
        if isinstance(file, HoldfastError):
            return file
        request = replace(request, content=described(request.content, file))
        facts = FileFacts(bytes.fromhex(file.sha256), file.thumbnail, file.waveform)
    chat = aliases.canonical(unit, session_id, each.jid)
    about = targets.find(unit, session_id, chat, request.content, request.attributes.quoted_id)
    if isinstance(about, HoldfastError):
        return about
    refused = targets.refusal(request.content, about, now_ms)
    if refused is not None:
        return refused
    target = about.target
    waits = target is not None and target.outgoing is not None and target.outgoing.sent_at_ms is None
    return replace(
        each,
        request=request,
        message=compose(_composition(request, chat, now_ms, about, facts)),
        refers_to=target.order_no if target is not None and waits else None,
    )


def _hash(request: SendRequest, jid: str) -> str:
    content, times = request.content, (request.not_before_ms, request.expires_at_ms)
    # Text alone is hashed as earlier versions did: their keys are still asked for.
    if (
        isinstance(content, Text)
        and times == (None, None)
        and request.attributes == NONE
        and not request.typing
    ):
        body = content.text.encode()
    else:
        parts: list[Json] = [content_to_json(content), *times]
        if request.typing:
            parts.append("typing")
        if request.attributes != NONE:
            parts.append(attributes_to_json(request.attributes))
        body = json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()
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
            final = _finished(unit, each, now_ms)
            if isinstance(final, HoldfastError):
                orders.append(final)
                continue
            final = replace(final, jid=aliases.address(unit, final.request.session.session_id, final.jid))
            row, shown = _row(unit, final, now_ms)
            rows.append(row)
            if isinstance(final.request.content, MEDIA_TYPES):
                attach(unit, row.order_no, row.session_id, final.request.content, now_ms)
            made[row.order_no] = shown
            fresh.append(_queued(unit, final, row, now_ms))
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
        attributes=request.attributes,
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
        attributes=request.attributes,
        outgoing=outgoing,
        file=_file_shown(request.content),
    )
    return row, shown


def _file_shown(content: Content) -> MessageFile | None:
    return MessageFile(content.media_id, FileState.STORED) if isinstance(content, MEDIA_TYPES) else None


def _queued(unit: WriteUnit, each: Checked, row: NewMessage, now_ms: int) -> Queued:
    request = each.request
    heard_ms = messages.last_heard_ms(unit, row.session_id, row.chat)
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
        pace=pace_of(group=row.group, heard_ms=heard_ms, now_ms=max(now_ms, request.not_before_ms or 0)),
        refers_to=each.refers_to,
        typing_ms=typing_ms(text_of(request.content)) if request.typing else 0,
        needs_file=isinstance(request.content, MEDIA_TYPES),
    )


def _queue_row(it: Queued) -> dict[str, object]:
    return {
        "order_no": it.order_no,
        "session_id": it.session_id,
        "chat": it.chat,
        "phone": it.phone,
        "not_before_ms": it.not_before_ms,
        "expires_at_ms": it.expires_at_ms,
        "pace": it.pace.value,
        "refers_to": it.refers_to,
        "typing_ms": it.typing_ms,
    }
