"""Messages by their words: of one chat, of one number, of all."""

from typing import Final

from holdfast.client import Message
from holdfast.dashboard.language import N_
from holdfast.dashboard.meaning import refusal
from holdfast.dashboard.rooms.chats import name_of
from holdfast.dashboard.rooms.room import Room, Values
from holdfast.dashboard.talk import marked
from holdfast.dashboard.visits import Visit
from holdfast.dashboard.words import telephone
from holdfast.model.errors import RequestInvalid

_PAGE: Final = 30


async def _search(visit: Visit) -> Values:
    asked = visit.request.query_params
    words, ref, chat = asked.get("q", "").strip(), asked.get("number", ""), asked.get("chat", "")
    numbers = {it.id: telephone(it.phone) or it.name for it in await visit.client.sessions.list()}
    values: dict[str, object] = {
        "q": words,
        "number": ref,
        "chat": chat,
        "numbers": numbers,
        "found": [],
        "next": None,
        "complete": True,
    }
    if not words:
        return values
    try:
        page = await visit.client.chats.search(
            words, ref or None, chat=(chat or None) if ref else None, after=asked.get("after"), limit=_PAGE
        )
    except RequestInvalid as refused:
        return {**values, "fault": refusal(refused)}
    names: dict[tuple[str, str], str] = {}
    for it in page.messages:
        place = (str(it.body["session_id"]), it.chat)
        if place not in names:
            known = await visit.client.chats.get(*place)
            names[place] = name_of(known.name, known.phone, known.chat)
    found = [_row(it, words, names, numbers) for it in page.messages]
    return {**values, "found": found, "next": page.next, "complete": page.complete}


def _row(message: Message, words: str, names: dict[tuple[str, str], str], numbers: dict[str, str]) -> Values:
    session_id = str(message.body["session_id"])
    return {
        "session": session_id,
        "chat": message.chat,
        "name": names[session_id, message.chat],
        "number": numbers.get(session_id, ""),
        "id": message.message_id,
        "at": message.at,
        "ours": message.direction == "out",
        "words": marked(message.content, words),
    }


ROOMS: Final = (Room("/search", "search", N_("Search"), _search),)
