"""A delivery under names that every database takes. Pure.

PostgreSQL has no NUL in text, and a stranger may put one into an id. A key must be the same in memory as in
the table, so it is made visible here, at the door, and not on the way into the database. Raw bytes stay as
they came.
"""

from dataclasses import replace

from holdfast.model.messages import Delivery, InboundMessage, InboundReceipt
from holdfast.model.notices import InboundNotice


def storable(delivery: Delivery) -> Delivery:
    """The delivery with U+2400 for every NUL in a name or an id; itself where there is none."""
    match delivery:
        case InboundMessage():
            ids: tuple[str, ...] = (delivery.message_id,)
        case InboundReceipt():
            ids = delivery.message_ids
        case InboundNotice():
            ids = (delivery.notice_id,)
    names = (delivery.chat, delivery.chat_alt, delivery.sender, delivery.sender_alt)
    return _shown(delivery) if any("\0" in each for each in (*ids, *names)) else delivery


def _shown(delivery: Delivery) -> Delivery:
    shown = replace(
        delivery,
        chat=_text(delivery.chat),
        chat_alt=_text(delivery.chat_alt),
        sender=_text(delivery.sender),
        sender_alt=_text(delivery.sender_alt),
    )
    match shown:
        case InboundMessage():
            return replace(shown, message_id=_text(shown.message_id))
        case InboundReceipt():
            return replace(shown, message_ids=tuple(map(_text, shown.message_ids)))
        case InboundNotice():
            return replace(shown, notice_id=_text(shown.notice_id))


def _text(text: str) -> str:
    return text.replace("\0", "\u2400")
