"""Places in lists of messages and chats: opaque to clients. Pure."""

import base64
import binascii

from holdfast.chats import ChatPlace
from holdfast.messages import Place
from holdfast.model.errors import CursorInvalid


def write_place(order_no: int) -> str:
    """The place after this message, as clients see it."""
    return base64.urlsafe_b64encode(f"2 {order_no}".encode()).decode()


def read_place(text: str | None) -> int:
    """The order number in what a client gives back; 0, the beginning, without. Raises CursorInvalid."""
    return _number(*_parts(text, "2", 1)) if text else 0


def write_window_place(place: Place) -> str:
    """A place in a chat, as clients see it."""
    return base64.urlsafe_b64encode(
        f"said {place.order_no} {place.at_ms} {place.history_no}".encode()
    ).decode()


def read_window_place(text: str) -> Place:
    """The place in what a client gives back. Raises CursorInvalid."""
    return Place(*map(_number, _parts(text, "said", 3)))


def write_chat_place(place: ChatPlace) -> str:
    """The place after this chat, as clients see it."""
    return base64.urlsafe_b64encode(f"chat {place.last_at_ms} {place.chat}".encode()).decode()


def read_chat_place(text: str | None) -> ChatPlace | None:
    """The place in what a client gives back; None, the beginning, without. Raises CursorInvalid."""
    if not text:
        return None
    last_at_ms, chat = _parts(text, "chat", 2)
    return ChatPlace(_number(last_at_ms), chat)


def _parts(text: str, kind: str, count: int) -> list[str]:
    try:
        found = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True).decode().split(" ")
    except (binascii.Error, ValueError):
        raise CursorInvalid from None
    if found[0] != kind or len(found) != count + 1:
        raise CursorInvalid
    return found[1:]


def _number(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or int(text) >= 1 << 62:
        raise CursorInvalid
    return int(text)
