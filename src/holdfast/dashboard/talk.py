"""A chat as its page shows it: who said what, with which file, and who answers here. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup

from holdfast.client import HeldChat, Message
from holdfast.dashboard.language import N_, _, lookup
from holdfast.dashboard.telling import described, own_words, told
from holdfast.model.content import MEDIA_TYPES, Content
from holdfast.model.media import FileState

#: What became of a message of ours, in words and as the ticks that people know.
_STATUS: Final[Mapping[str, tuple[str, str]]] = {
    "queued": ("◷", N_("waits to be sent")),
    "sent": ("✓", N_("sent")),
    "delivered": ("✓✓", N_("delivered")),
    "read": ("✓✓", N_("read")),
    "failed": ("!", N_("not sent")),
}
#: How a browser shows a file by itself. Everything else is saved.
_SHOWN: Final = (
    (re.compile(r"image/(jpeg|png|webp|gif)(;.*)?"), "image"),
    (re.compile(r"video/.*"), "video"),
    (re.compile(r"audio/.*"), "audio"),
)
_WAITS: Final = frozenset({FileState.WAITING, FileState.WANTED, FileState.ASKED})
_QUOTED: Final = 120


@dataclass(frozen=True, slots=True)
class File:
    """The file of a message."""

    #: image, video, audio, or file
    shown: str
    #: Where this dashboard has it; empty while the gateway does not.
    href: str
    name: str
    size_bytes: int
    #: Why it is not here; empty where it is.
    why: str
    #: The gateway can be asked to fetch it.
    can_fetch: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One message."""

    id: str
    words: str
    #: False: the words are ours, about a thing without any.
    own: bool
    at: datetime | None
    ours: bool
    #: Who said it, in a group.
    sender: str
    #: What it answers.
    quoted: str
    tick: str
    said: str
    file: File | None


def lines(messages: Sequence[Message], names: Mapping[str, str]) -> list[Line]:
    """The messages of a chat as they are drawn; `names` are those of the senders in a group."""
    known = {it.message_id: told(it.content) for it in messages}
    return [_line(it, names, known) for it in messages]


def _line(message: Message, names: Mapping[str, str], known: Mapping[str, str]) -> Line:
    ours = message.from_me or message.direction == "out"
    tick, status = _STATUS.get(message.status, ("", message.status))
    said = lookup(status)
    file = file_of(message)
    words = own_words(message.content)
    return Line(
        id=message.message_id,
        words=words or ("" if file else described(message.content)),
        own=bool(words),
        at=message.at,
        ours=ours,
        sender="" if ours or not message.group else names.get(message.sender, ""),
        quoted=known.get(message.quoted_id, _("An earlier message"))[:_QUOTED] if message.quoted_id else "",
        tick=tick if ours else "",
        said=f"{said}: {message.error}" if message.error else said,
        file=file,
    )


def file_of(message: Message) -> File | None:
    """The file of a message; None where there is none."""
    media, content = message.media, message.content
    if media is None or not isinstance(content, MEDIA_TYPES):
        return None
    waits = media.state in _WAITS
    waiting = _("It is being fetched.") if waits else _("It is not fetched yet.")
    why = "" if media.stored else lookup(media.why) or waiting
    return File(
        shown=_shown(content.mimetype),
        href=f"/files/{media.media_id}" if media.stored else "",
        name=described(content),
        size_bytes=content.size_bytes,
        why=why,
        can_fetch=not media.stored and not waits,
    )


def _shown(mimetype: str) -> str:
    return next((kind for pattern, kind in _SHOWN if pattern.fullmatch(mimetype)), "file")


def strangers(messages: Sequence[Message]) -> list[str]:
    """Senders in a group who did not say how they call themselves, each once."""
    named = {it.sender for it in messages if it.push_name}
    return list(dict.fromkeys(it.sender for it in messages if _foreign(it) and it.sender not in named))


def push_names(messages: Sequence[Message]) -> dict[str, str]:
    """What the senders in a group call themselves, by the newest message of each."""
    return {it.sender: it.push_name for it in messages if _foreign(it) and it.push_name}


def _foreign(message: Message) -> bool:
    return message.group and not message.from_me and bool(message.sender)


def holder(held: HeldChat | None, mine: str) -> str:
    """Who has a chat that the bots are silent in; empty where they answer. `mine`: the id of the own key."""
    if held is None:
        return ""
    if held.by.startswith("bot:"):
        return _("The bot %(name)s has handed this chat to you", name=held.by.removeprefix("bot:"))
    return _("You have this chat") if held.by == mine else _("A colleague has this chat")


def marked(content: Content, wanted: str) -> Markup:
    """The words of what was found, with the parts that were looked for marked."""
    text = told(content)
    words = [re.escape(it) for it in re.findall(r"\w+", wanted)]
    if not words:
        return Markup("{}").format(text)
    parts = re.split(rf"(?<!\w)({'|'.join(sorted(words, key=len, reverse=True))})", text, flags=re.IGNORECASE)
    # What was captured stands at every second place.
    drawn = (Markup("<mark>{}</mark>" if at % 2 else "{}").format(it) for at, it in enumerate(parts))
    return Markup("").join(drawn)
