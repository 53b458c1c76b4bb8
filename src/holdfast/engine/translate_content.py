"""The content of a message, from the engine's protobuf. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model import content
from holdfast.model.attributes import NONE, Attributes
from holdfast.model.content import Content
from holdfast.model.media import FileOfMessage, RemoteFile

_MEDIA: Final[Mapping[int, type[content.Media]]] = {
    pb.IMAGE: content.Image,
    pb.VIDEO: content.Video,
    pb.AUDIO: content.Audio,
    pb.VOICE: content.Voice,
    pb.DOCUMENT: content.Document,
    pb.STICKER: content.Sticker,
}


def content_of(it: pb.Message) -> Content:
    """What a message holds; `Other` for a kind that is newer than this gateway."""
    name = it.WhichOneof("content")
    return _CONTENT[name](getattr(it, name)) if name in _CONTENT else content.Other()


def attributes_of(it: pb.Message) -> Attributes:
    """What surrounds a message."""
    if not (it.quoted_id or it.mentions or it.forwarded or it.view_once or it.disappearing_s):
        return NONE
    return Attributes(it.quoted_id or None, tuple(it.mentions), it.forwarded, it.view_once, it.disappearing_s)


def file_of(it: pb.Message) -> FileOfMessage | None:
    """The file that a message names; None where it names none that could be fetched."""
    if not it.HasField("media") or not it.media.HasField("remote"):
        return None
    at = it.media.remote
    remote = RemoteFile(at.direct_path, at.media_key, at.file_sha256, at.file_enc_sha256, it.media.size_bytes)
    return FileOfMessage(remote, it.media.thumbnail, it.media.waveform)


def _live_location(it: pb.LiveLocation) -> Content:
    return content.LiveLocation(
        it.latitude,
        it.longitude,
        it.caption,
        it.accuracy_m,
        it.speed_mps,
        it.heading_deg,
        it.sequence,
    )


def _event(it: pb.CalendarEvent) -> Content:
    where = it.HasField("location")
    return content.CalendarEvent(
        it.name,
        it.start_ms,
        it.end_ms or None,
        it.description,
        it.location.name,
        it.location.address,
        it.location.latitude if where else None,
        it.location.longitude if where else None,
        it.join_link,
        it.canceled,
    )


def _media(it: pb.Media) -> Content:
    made = _MEDIA.get(it.kind)
    if made is None:
        return content.Other("media")
    # Every kind of media has the same fields.
    made_of = (it.caption, it.mimetype, it.size_bytes, it.file_name, it.duration_s, "", it.width, it.height)
    return made(*made_of)  # type: ignore[return-value]


_CONTENT: Final[Mapping[str | None, Callable[[Any], Content]]] = {
    "text": lambda it: content.Text(it.body),
    "media": _media,
    "location": lambda it: content.Location(it.latitude, it.longitude, it.name, it.address),
    "live_location": _live_location,
    "contact": lambda it: content.Contact(it.display_name, it.vcard),
    "poll": lambda it: content.Poll(it.question, tuple(it.options), it.selectable),
    "poll_vote": lambda it: content.PollVote(
        it.message_id, (), tuple(each.hex() for each in it.chosen), it.sealed
    ),
    "reaction": lambda it: content.Reaction(it.message_id, it.emoji),
    "edit": lambda it: content.Edit(it.message_id, it.body),
    "revoke": lambda it: content.Revoke(it.message_id),
    "group_invite": lambda it: content.GroupInvite(
        it.group, it.code, it.name, it.caption, it.expires_ms or None
    ),
    "event": _event,
    "undecryptable": lambda it: content.Undecryptable(it.reason),
    "untranslatable": lambda it: content.Untranslatable(it.reason),
    "other": lambda it: content.Other(it.kind),
}
