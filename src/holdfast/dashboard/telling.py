"""What a message says to a person who reads the chat: its own words, or what kind of thing it is. Pure."""

from datetime import UTC, datetime
from typing import Final

from babel.dates import format_datetime

from holdfast.dashboard.language import N_, _, lookup, spoken
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
    (Image, N_("Picture")),
    (Video, N_("Video")),
    (Voice, N_("Voice note")),
    (Audio, N_("Sound")),
    (Sticker, N_("Sticker")),
    (Document, N_("Document")),
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
            return _listed(_("Location"), content.name, content.address) or _spot(_("Location"), content)
        case LiveLocation():
            return _spot(_("Live location"), content)
        case Contact():
            return _listed(_("Contact"), content.display_name) or _("Contact")
        case Poll():
            return _listed(_("Poll"), *content.options) or _("Poll")
        case PollVote():
            return _vote(content)
        case Reaction():
            return _reaction(content)
        case Edit():
            return _("Corrected a message: %(text)s", text=content.text)
        case Revoke():
            return _("Deleted a message")
        case GroupInvite():
            return _listed(_("Invitation to a group"), content.name) or _("Invitation to a group")
        case CalendarEvent():
            return _event(content)
        case Undecryptable():
            return _("A message that no key fits yet")
        case Untranslatable():
            return _("A message that could not be read; it is kept")
        case _:
            return _file(content)


def _file(content: Content) -> str:
    named = next((named for kind, named in _FILES if isinstance(content, kind)), None)
    if named is None:
        return _("Something that this version cannot show")
    word = lookup(named)
    name = content.file_name if isinstance(content, Document) else ""
    return f"{word}: {name}" if name else word


def _listed(what: str, *parts: str) -> str:
    said = ", ".join(part for part in parts if part)
    return f"{what}: {said}" if said else ""


def _spot(what: str, content: Location | LiveLocation) -> str:
    return f"{what}: {content.latitude:.5f}, {content.longitude:.5f}"


def _vote(content: PollVote) -> str:
    if content.sealed:
        return _("Voted in a poll")
    return _listed(_("Voted"), *content.options) or (_("Voted") if content.hashes else _("Took a vote back"))


def _reaction(content: Reaction) -> str:
    if not content.emoji:
        return _("Took a reaction back")
    return _("Reacted with %(emoji)s", emoji=content.emoji)


def _event(content: CalendarEvent) -> str:
    begin = datetime.fromtimestamp(content.start_ms / 1000, UTC)
    at = f"{format_datetime(begin, 'medium', locale=spoken().locale)} UTC"
    if content.canceled:
        return _("Event (called off): %(name)s, %(at)s", name=content.name, at=at)
    return _("Event: %(name)s, %(at)s", name=content.name, at=at)
