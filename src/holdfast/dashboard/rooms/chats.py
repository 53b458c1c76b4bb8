"""A number's chats: who wrote, what was said, live; a reply; and who answers, the bots or a person."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from holdfast.client import HeldChat, HoldfastError, Message
from holdfast.dashboard.language import N_, _, lookup
from holdfast.dashboard.rooms.room import Form, Room, Values
from holdfast.dashboard.talk import holder, lines, push_names, strangers
from holdfast.dashboard.telling import told
from holdfast.dashboard.visits import Visit
from holdfast.dashboard.words import telephone
from holdfast.model.errors import Forbidden

_MESSAGES: Final = 60
#: A group may be large; so many of those who say no name are looked up.
_STRANGERS: Final = 20
#: For how long a chat is taken over.
_UNTIL: Final[Mapping[str, tuple[str, timedelta | None]]] = {
    "": (N_("until I give it back"), None),
    "hour": (N_("for an hour"), timedelta(hours=1)),
    "day": (N_("for a day"), timedelta(days=1)),
}


async def _list(visit: Visit) -> Values:
    session = await visit.client.sessions.get(visit.ref)
    found, older = await visit.client.chats.page(visit.ref, after=visit.request.query_params.get("after"))
    held = {it.chat for it in await visit.client.handovers.list(visit.ref)}
    chats = [
        {
            "chat": it.chat,
            "name": name_of(it.name, it.phone, it.chat),
            "unread": it.unread,
            "at": it.last_at,
            "words": "" if it.last_message is None else told(it.last_message.content),
            "ours": it.last_message is not None and it.last_message.direction == "out",
            "held": it.chat in held,
        }
        for it in found
    ]
    return {
        "title": _("Chats of %(number)s", number=telephone(session.phone) or session.name),
        "session": session,
        "chats": chats,
        "older": older,
    }


async def _one(visit: Visit) -> Values:
    chat, asked = _chat(visit), visit.request.query_params
    session = await visit.client.sessions.get(visit.ref)
    known = await visit.client.chats.get(visit.ref, chat)
    place = {name: asked[name] for name in ("before", "after", "around") if asked.get(name)}
    name, where = next(iter(place.items()), ("", ""))
    window = await visit.client.chats.messages(
        visit.ref,
        chat,
        before=where if name == "before" else None,
        after=where if name == "after" else None,
        around=where if name == "around" else None,
        limit=_MESSAGES,
    )
    held = await _held(visit, known.chat)
    return {
        "title": name_of(known.name, known.phone, known.chat),
        "session": session,
        "chat": known,
        "messages": lines(window.messages, await _names(visit, window.messages)),
        "older": window.previous,
        "newer": window.next if place else None,
        "newest": not place,
        "around": where if name == "around" else "",
        "held": held,
        "holder": holder(held, visit.me.key_id),
        "until": {key: lookup(said) for key, (said, _span) in _UNTIL.items()},
        # A form that is sent twice sends one message.
        "once": secrets.token_urlsafe(12),
    }


async def _held(visit: Visit, chat: str) -> HeldChat | None:
    return next((it for it in await visit.client.handovers.list(visit.ref) if it.chat == chat), None)


async def _names(visit: Visit, messages: Sequence[Message]) -> Mapping[str, str]:
    """What to call those who write in a group: as they do, as the address book does, or their number."""
    names = push_names(messages)
    for sender in strangers(messages)[:_STRANGERS]:
        known = await visit.client.chats.get(visit.ref, sender)
        nameless = known.name in {"", known.chat} and not known.phone
        names[sender] = _("Somebody") if nameless else name_of(known.name, known.phone, known.chat)
    return names


def name_of(name: str, phone: str | None, chat: str) -> str:
    """A chat's name for people."""
    return telephone(phone) if phone and name in {"", phone} else name or chat


def _chat(visit: Visit) -> str:
    return str(visit.request.path_params["chat"])


async def _reply(visit: Visit, form: Form) -> None:
    if not visit.may("send"):
        # Refused by the gateway it would end the events of the pages that share this login's connection.
        raise Forbidden(N_("This key lacks the scope `send`"))
    text = form.get("text", "").replace("\r\n", "\n").strip()
    if not text:
        raise HoldfastError(N_("There is nothing to send"), next_step=N_("Write something first."))
    key = f"page:{form.get('once') or secrets.token_urlsafe(12)}"
    await visit.client.send(visit.ref, _chat(visit), text, idempotency_key=key)


async def _read(visit: Visit, form: Form) -> None:
    await visit.client.chats.mark_read(visit.ref, _chat(visit))


async def _take(visit: Visit, form: Form) -> None:
    _said, span = _UNTIL.get(form.get("until", ""), _UNTIL[""])
    until = None if span is None else datetime.now(UTC) + span
    await visit.client.handovers.take_over(visit.ref, _chat(visit), note=form.get("note", ""), until=until)


async def _give(visit: Visit, form: Form) -> None:
    await visit.client.handovers.give_back(visit.ref, _chat(visit))


async def _fetch(visit: Visit, form: Form) -> None:
    message = await visit.client.message(visit.ref, form.get("message", ""))
    if message.media is not None:
        await visit.client.media.fetch(message.media)


ROOMS: Final = (
    Room("/numbers/{ref}/chats", "chats", N_("Chats"), _list),
    Room(
        "/numbers/{ref}/chats/{chat}",
        "chat",
        N_("Chat"),
        _one,
        acts={"reply": _reply, "read": _read, "take": _take, "give": _give, "fetch": _fetch},
    ),
)
