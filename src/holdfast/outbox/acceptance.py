"""Taking a message: is it one, was it taken before, which chat's order does it join."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from holdfast.kit.ids import new_message_id
from holdfast.model.address import is_lid, parse_recipient
from holdfast.model.errors import (
    HoldfastError,
    IdempotencyConflict,
    MessageTooLarge,
    RecipientInvalid,
    RequestInvalid,
)
from holdfast.model.events import SendStatus
from holdfast.model.seams import SessionRef
from holdfast.outbox import rows
from holdfast.outbox.rows import OutboxRow
from holdfast.store import WriteUnit, aliases

#: WhatsApp's limit for a text message.
LONGEST_TEXT: Final = 65_536
_LONGEST_KEY: Final = 256


@dataclass(frozen=True, slots=True)
class SendRequest:
    """What a client asks for."""

    session: SessionRef
    to: str
    text: str = field(repr=False)
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A request that can be taken."""

    request: SendRequest
    jid: str
    hash: str


Answer = OutboxRow | HoldfastError


def check(request: SendRequest) -> Checked | HoldfastError:
    """Look at a request without the database."""
    if not request.text.strip():
        return RequestInvalid("The text is empty", next_step="Give at least one visible character.")
    if len(request.text) > LONGEST_TEXT:
        return MessageTooLarge(
            f"The text has {len(request.text):,} characters, WhatsApp takes {LONGEST_TEXT:,}"
        )
    key = request.idempotency_key
    if key is not None and not 0 < len(key) <= _LONGEST_KEY:
        return RequestInvalid(f"An idempotency key has 1 to {_LONGEST_KEY} characters")
    try:
        text = request.text.encode()
        (key or "").encode()
    except UnicodeEncodeError:
        return RequestInvalid("Text and key must be valid Unicode (there is half a surrogate pair)")
    jid = parse_recipient(request.to)
    if jid is None:
        return RecipientInvalid()
    return Checked(request, jid, hashlib.sha256(jid.encode() + b"\0" + text).hexdigest())


def take(unit: WriteUnit, wanted: Sequence[Checked], now_ms: int) -> tuple[list[Answer], list[OutboxRow]]:
    """Accept requests in this unit of work, in their order: the answer to each, and the rows that are new.

    The same key with the same body is answered by the row it made; with another body by IdempotencyConflict.
    """
    taken = rows.by_keys(unit, [key for each in wanted if (key := _key(each.request)) is not None])
    answers: list[Answer] = []
    fresh: list[OutboxRow] = []
    for each in wanted:
        key = _key(each.request)
        row = taken.get(key) if key is not None else None
        if row is None:
            row = _new_row(unit, each, fresh, now_ms)
            fresh.append(row)
            if key is not None:
                taken[key] = row
        answers.append(row if row.request_hash == each.hash else IdempotencyConflict())
    rows.insert(unit, fresh)
    return answers, fresh


def _key(request: SendRequest) -> tuple[str, str, str] | None:
    if request.idempotency_key is None:
        return None
    return request.session.tenant_id, request.session.session_id, request.idempotency_key


def _new_row(unit: WriteUnit, each: Checked, fresh: Sequence[OutboxRow], now_ms: int) -> OutboxRow:
    session = each.request.session
    return OutboxRow(
        order_no=rows.next_order(unit),
        session_id=session.session_id,
        message_id=new_message_id(),
        tenant_id=session.tenant_id,
        chat=_lane(unit, session.session_id, each.jid, fresh),
        to_jid=each.jid,
        text=each.request.text,
        message=None,
        status=SendStatus.QUEUED,
        attempts=0,
        next_at_ms=None,
        error_code=None,
        error=None,
        idempotency_key=each.request.idempotency_key,
        request_hash=each.hash,
        accepted_at_ms=now_ms,
    )


def _lane(unit: WriteUnit, session_id: str, jid: str, fresh: Sequence[OutboxRow]) -> str:
    """The chat whose order the message joins: the LID, unless messages under the number still wait there.

    Those were accepted before anybody knew the LID; a newer message must not overtake them.
    """
    chat = aliases.canonical(unit, session_id, jid)
    number = aliases.other_name(unit, session_id, chat) if is_lid(chat) else None
    if number is None:
        return chat
    known, key = unit.sole_writer_cache, ("outbox lane is over", session_id, number)
    if key in known:
        return chat
    if rows.lane_is_busy(unit, session_id, number) or any(
        row.session_id == session_id and row.chat == number for row in fresh
    ):
        return number
    known[key] = True
    return chat
