"""A number's chats: who wrote, what was said, live, and a reply."""

import secrets
from collections.abc import Mapping
from typing import Final

from holdfast.client import Message
from holdfast.dashboard.rooms.room import Form, Room, Values
from holdfast.dashboard.visits import Visit
from holdfast.dashboard.words import telephone
from holdfast.model.errors import HoldfastError

_MESSAGES: Final = 60
#: What became of a message of ours, in words and as the ticks that people know.
_STATUS: Final[Mapping[str, tuple[str, str]]] = {
    "queued": ("◷", "waits to be sent"),
    "sent": ("✓", "sent"),
    "delivered": ("✓✓", "delivered"),
    "read": ("✓✓", "read"),
    "failed": ("!", "not sent"),
}


async def _list(visit: Visit) -> Values:
    session = await visit.client.sessions.get(visit.ref)
    found, older = await visit.client.chats.page(visit.ref, after=visit.request.query_params.get("after"))
    chats = [
        {
            "chat": it.chat,
            "name": _name(it.name, it.phone, it.chat),
            "unread": it.unread,
            "at": it.last_at,
            "words": "" if it.last_message is None else _words(it.last_message),
            "ours": it.last_message is not None and it.last_message.direction == "out",
        }
        for it in found
    ]
    return {
        "title": f"Chats of {telephone(session.phone) or session.name}",
        "session": session,
        "chats": chats,
        "older": older,
    }


async def _one(visit: Visit) -> Values:
    chat = _chat(visit)
    session = await visit.client.sessions.get(visit.ref)
    known = await visit.client.chats.get(visit.ref, chat)
    before = visit.request.query_params.get("before")
    window = await visit.client.chats.messages(visit.ref, chat, before=before, limit=_MESSAGES)
    return {
        "title": _name(known.name, known.phone, known.chat),
        "session": session,
        "chat": known,
        "messages": [_line(it) for it in window.messages],
        "older": window.previous,
        "newest": before is None,
        # A form that is sent twice sends one message.
        "once": secrets.token_urlsafe(12),
    }


def _line(message: Message) -> Values:
    ours = message.direction == "out"
    tick, said = _STATUS.get(message.status, ("", message.status))
    return {
        "id": message.message_id,
        "words": _words(message),
        "plain": bool(message.text),
        "at": message.at,
        "ours": ours,
        "tick": tick if ours else "",
        "said": f"{said}: {message.error}" if message.error else said,
    }


def _words(message: Message) -> str:
    """What a person reads; a kind without words is named."""
    kind = message.content.kind.value.replace("_", " ")
    return message.text or kind


def _name(name: str, phone: str | None, chat: str) -> str:
    return name or telephone(phone) or chat


def _chat(visit: Visit) -> str:
    return str(visit.request.path_params["chat"])


async def _reply(visit: Visit, form: Form) -> None:
    text = form.get("text", "").replace("\r\n", "\n").strip()
    if not text:
        raise HoldfastError("There is nothing to send", next_step="Write something first.")
    key = f"page:{form.get('once') or secrets.token_urlsafe(12)}"
    await visit.client.send(visit.ref, _chat(visit), text, idempotency_key=key)


async def _read(visit: Visit, form: Form) -> None:
    await visit.client.chats.mark_read(visit.ref, _chat(visit))


ROOMS: Final = (
    Room("/numbers/{ref}/chats", "chats", "Chats", _list),
    Room("/numbers/{ref}/chats/{chat}", "chat", "Chat", _one, acts={"reply": _reply, "read": _read}),
)
