"""What a message holds: one frozen type per kind, the same in both directions and in every room. Pure.

On the wire and in the store a content is one JSON object whose `kind` tells its type and whose other keys
are the type's fields. A kind that this version does not know is read as `Other`; its protobuf stands beside
it.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from typing import ClassVar, Final, get_args

#: A value as JSON holds it.
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


class MessageKind(StrEnum):
    """The kinds of content."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    LIVE_LOCATION = "live_location"
    CONTACT = "contact"
    POLL = "poll"
    POLL_VOTE = "poll_vote"
    REACTION = "reaction"
    EDIT = "edit"
    REVOKE = "revoke"
    GROUP_INVITE = "group_invite"
    EVENT = "event"
    UNDECRYPTABLE = "undecryptable"
    UNTRANSLATABLE = "untranslatable"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Text:
    """Words, and nothing else."""

    kind: ClassVar[MessageKind] = MessageKind.TEXT
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Media:
    """What all files have in common. `text` is the caption, empty when there is none.

    `media_id` names the file for `GET /v1/media/{id}`; empty when the message names none that could be
    fetched. What stands in the other fields is what the sender says of it.
    """

    text: str = field(default="", repr=False)
    mimetype: str = ""
    size_bytes: int = 0
    file_name: str = field(default="", repr=False)
    duration_s: int = 0
    media_id: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Image(Media):
    """A picture."""

    kind: ClassVar[MessageKind] = MessageKind.IMAGE


@dataclass(frozen=True, slots=True)
class Video(Media):
    """A film, with or without sound; a GIF is one too."""

    kind: ClassVar[MessageKind] = MessageKind.VIDEO


@dataclass(frozen=True, slots=True)
class Audio(Media):
    """A sound file."""

    kind: ClassVar[MessageKind] = MessageKind.AUDIO


@dataclass(frozen=True, slots=True)
class Voice(Media):
    """A voice note: recorded in the chat."""

    kind: ClassVar[MessageKind] = MessageKind.VOICE


@dataclass(frozen=True, slots=True)
class Document(Media):
    """Any other file."""

    kind: ClassVar[MessageKind] = MessageKind.DOCUMENT


@dataclass(frozen=True, slots=True)
class Sticker(Media):
    """A sticker."""

    kind: ClassVar[MessageKind] = MessageKind.STICKER


@dataclass(frozen=True, slots=True)
class Location:
    """A place on the map. Degrees, WGS 84."""

    kind: ClassVar[MessageKind] = MessageKind.LOCATION
    latitude: float = field(repr=False)
    longitude: float = field(repr=False)
    name: str = field(default="", repr=False)
    address: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LiveLocation:
    """A place that moves. `text` is the caption; a later one of the series has a higher `sequence`."""

    kind: ClassVar[MessageKind] = MessageKind.LIVE_LOCATION
    latitude: float = field(repr=False)
    longitude: float = field(repr=False)
    text: str = field(default="", repr=False)
    accuracy_m: int = 0
    speed_mps: float = 0.0
    heading_deg: int = 0  #: clockwise from magnetic north
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact card, or several: `vcard` holds them one after the other."""

    kind: ClassVar[MessageKind] = MessageKind.CONTACT
    display_name: str = field(default="", repr=False)
    vcard: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with options. `text` is the question; `selectable` 0 means any number of options."""

    kind: ClassVar[MessageKind] = MessageKind.POLL
    text: str = field(default="", repr=False)
    options: tuple[str, ...] = field(default=(), repr=False)
    selectable: int = 0


@dataclass(frozen=True, slots=True)
class PollVote:
    """What somebody chose in a poll, in full: it replaces the same person's vote from before.

    `options` are the names where the poll is known here, `hashes` the SHA-256 of every name chosen, in hex;
    no hash: the vote was taken back. `sealed`: the poll's secret is not known here, nobody can tell.
    """

    kind: ClassVar[MessageKind] = MessageKind.POLL_VOTE
    poll: str
    options: tuple[str, ...] = field(default=(), repr=False)
    hashes: tuple[str, ...] = field(default=(), repr=False)
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji on an earlier message; empty: the reaction was taken back."""

    kind: ClassVar[MessageKind] = MessageKind.REACTION
    reacted_to: str
    emoji: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Edit:
    """New words for an earlier message."""

    kind: ClassVar[MessageKind] = MessageKind.EDIT
    edited: str
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Revoke:
    """An earlier message was deleted for everybody."""

    kind: ClassVar[MessageKind] = MessageKind.REVOKE
    revoked: str


@dataclass(frozen=True, slots=True)
class GroupInvite:
    """An invitation to a group. `text` is the caption, `name` the group's subject."""

    kind: ClassVar[MessageKind] = MessageKind.GROUP_INVITE
    group: str
    code: str = field(repr=False)
    name: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """An appointment in a chat. Where no place is named, it has no latitude and longitude."""

    kind: ClassVar[MessageKind] = MessageKind.EVENT
    name: str = field(repr=False)
    start_ms: int
    end_ms: int | None = None  #: None: open
    description: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    latitude: float | None = field(default=None, repr=False)
    longitude: float | None = field(default=None, repr=False)
    join_link: str = field(default="", repr=False)
    canceled: bool = False


@dataclass(frozen=True, slots=True)
class Undecryptable:
    """No key fits (yet). If the content comes later, it replaces this."""

    kind: ClassVar[MessageKind] = MessageKind.UNDECRYPTABLE
    why: str = ""


@dataclass(frozen=True, slots=True)
class Untranslatable:
    """Something that could not be read; its bytes are kept."""

    kind: ClassVar[MessageKind] = MessageKind.UNTRANSLATABLE
    why: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """A kind without a type here. `protobuf_field` names it as WhatsApp's protobuf does."""

    kind: ClassVar[MessageKind] = MessageKind.OTHER
    protobuf_field: str = ""


Content = (
    Text
    | Image
    | Video
    | Audio
    | Voice
    | Document
    | Sticker
    | Location
    | LiveLocation
    | Contact
    | Poll
    | PollVote
    | Reaction
    | Edit
    | Revoke
    | GroupInvite
    | CalendarEvent
    | Undecryptable
    | Untranslatable
    | Other
)

#: A content with a file.
MediaContent = Image | Video | Audio | Voice | Document | Sticker
MEDIA_TYPES: Final = (Image, Video, Audio, Voice, Document, Sticker)

#: The type of each kind.
TYPES: Final[Mapping[MessageKind, type[Content]]] = {each.kind: each for each in get_args(Content)}


def text_of(content: Content) -> str:
    """The words a person reads: text, caption, question or new text; empty for kinds without words."""
    found: str = getattr(content, "text", "")
    return found


def content_to_json(content: Content) -> dict[str, Json]:
    """The content as a JSON object: `kind`, then the fields of its type."""
    body: dict[str, Json] = {"kind": content.kind.value}
    for name in _NAMES[type(content)]:
        value = getattr(content, name)
        body[name] = list(value) if isinstance(value, tuple) else value
    return body


def content_from_json(body: Mapping[str, Json]) -> Content:
    """The content in a JSON object. Never raises on what an older or newer version wrote.

    Unknown keys are ignored, missing ones take their defaults, and an unknown kind becomes `Other`.
    """
    made = _MAKERS.get(str(body.get("kind")))
    if made is None:
        return Other(str(body.get("protobuf_field") or body.get("kind") or ""))
    return made(body)


_NAMES: Final = {each: tuple(it.name for it in fields(each)) for each in TYPES.values()}
#: What stands in for a field without default that is missing.
_EMPTY: Final[Mapping[str, Json]] = {"latitude": 0.0, "longitude": 0.0, "start_ms": 0}


def _maker(of: type[Content]) -> Callable[[Mapping[str, Json]], Content]:
    defaults = {
        it.name: _EMPTY.get(it.name, "") if it.default is MISSING else it.default for it in fields(of)
    }

    def make(body: Mapping[str, Json]) -> Content:
        values = {name: body.get(name, default) for name, default in defaults.items()}
        for name, value in values.items():
            if isinstance(value, list):
                values[name] = tuple(value)
        return of(**values)  # type: ignore[arg-type]

    return make


_MAKERS: Final = {kind.value: _maker(of) for kind, of in TYPES.items()}
