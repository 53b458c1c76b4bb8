"""Pages of lists, in one manner everywhere: `next` of one page is `after` of the next. Pure.

A piece of a chat, which goes on at both ends, has `previous` beside it, which is `before` of what is older.
Places are opaque to clients.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from holdfast.chats import ChatPlace
from holdfast.messages import Place
from holdfast.model.errors import CursorInvalid

Row = TypeVar("Row")


class PageQuery(BaseModel):
    """Which page. What it does not know is refused: a misspelt place would be the first page again."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(None, description="`next` of the page before", max_length=512)
    limit: int = Field(100, ge=1, le=500)


class PageOut(BaseModel):
    """One page."""

    next: str | None = Field(description="give it as `after` for the next page; null when this was the last")


def cut(found: Sequence[Row], limit: int) -> tuple[Sequence[Row], Row | None]:
    """The page, and its last row where another page follows. `found` was asked for with one row more."""
    page = found[:limit]
    return page, page[-1] if len(found) > limit else None


def write_place(order_no: int) -> str:
    """The place after this message, as clients see it."""
    return base64.urlsafe_b64encode(f"2 {order_no}".encode()).decode()


def read_place(text: str | None) -> int:
    """The order number in what a client gives back; 0, the beginning, without. Raises CursorInvalid."""
    return _number(*_parts(text, "2", 1)) if text else 0


def write_change_place(seq: int) -> str:
    """The place after this change of a session, as clients see it."""
    return base64.urlsafe_b64encode(f"change {seq}".encode()).decode()


def read_change_place(text: str | None) -> int | None:
    """The change's number in what a client gives back; None, the newest, without. Raises CursorInvalid."""
    return _number(*_parts(text, "change", 1)) if text else None


def write_id_place(row_id: str) -> str:
    """The place after the row with this id, in a list that is ordered by ids, as clients see it."""
    return base64.urlsafe_b64encode(f"id {row_id}".encode()).decode()


def read_id_place(text: str | None) -> str | None:
    """The id in what a client gives back; None, the newest, without. Raises CursorInvalid."""
    return _parts(text, "id", 1)[0] if text else None


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
        said = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise CursorInvalid from None
    found = said.split(" ")
    # What is not printable no list has written, and no database has to be asked about.
    if found[0] != kind or len(found) != count + 1 or not said.isprintable():
        raise CursorInvalid
    return found[1:]


def _number(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or int(text) >= 1 << 62:
        raise CursorInvalid
    return int(text)
