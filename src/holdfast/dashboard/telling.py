"""What a message says to a person who reads the chat: its own words, or what kind of thing it is. Pure."""

from datetime import UTC, datetime
from typing import Final

from holdfast.model.content import (
    Audio,
    CalendarEvent,
    Contact,
    Content,
    Document,
    Edit,
    GroupInvite,
    Image,
    LiveLocation,
    Location,
    Poll,
    PollVote,
    Reaction,
    Revoke,
    Sticker,
    Undecryptable,
    Untranslatable,
    Video,
    Voice,
    text_of,
)

#: What a file without a caption is called.
_FILES: Final = (
    (Image, "Picture"),
    (Video, "Video"),
    (Voice, "Voice note"),
    (Audio, "Sound"),
    (Sticker, "Sticker"),
    (Document, "Document"),
)


def told(content: Content) -> str:
    """One line about any content. Never empty."""
    return own_words(content) or described(content)


def own_words(content: Content) -> str:
    """What its sender wrote; empty where the content is no words."""
    return "" if isinstance(content, Edit) else text_of(content)


def described(content: Content) -> str:
    """What kind of thing it is, with what can be said of it in a line."""
    match content:
        case Location():
            return _listed("Location", content.name, content.address) or _spot("Location", content)
        case LiveLocation():
            return _spot("Live location", content)
        case Contact():
            return _listed("Contact", content.display_name) or "Contact"
        case Poll():
            return _listed("Poll", *content.options) or "Poll"
        case PollVote():
            return _vote(content)
        case Reaction():
            return f"Reacted with {content.emoji}" if content.emoji else "Took a reaction back"
        case Edit():
            return f"Corrected a message: {content.text}"
        case Revoke():
            return "Deleted a message"
        case GroupInvite():
            return _listed("Invitation to a group", content.name) or "Invitation to a group"
        case CalendarEvent():
            return _event(content)
        case Undecryptable():
            return "A message that no key fits yet"
        case Untranslatable():
            return "A message that could not be read; it is kept"
        case _:
            return _file(content)


def _file(content: Content) -> str:
    word = next((word for kind, word in _FILES if isinstance(content, kind)), None)
    if word is None:
        return "Something that this version cannot show"
    name = content.file_name if isinstance(content, Document) else ""
    return f"{word}: {name}" if name else word


def _listed(what: str, *parts: str) -> str:
    said = ", ".join(part for part in parts if part)
    return f"{what}: {said}" if said else ""


def _spot(what: str, content: Location | LiveLocation) -> str:
    return f"{what}: {content.latitude:.5f}, {content.longitude:.5f}"


def _vote(content: PollVote) -> str:
    if content.sealed:
        return "Voted in a poll"
    return _listed("Voted", *content.options) or ("Voted" if content.hashes else "Took a vote back")


def _event(content: CalendarEvent) -> str:
    begin = datetime.fromtimestamp(content.start_ms / 1000, UTC)
    ended = " (called off)" if content.canceled else ""
    return f"Event{ended}: {content.name}, {begin:%d %b %Y, %H:%M} UTC"
