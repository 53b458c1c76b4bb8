"""Messages with a file: written before the file lies on WhatsApp's servers, finished when it does. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from holdfast.model import content as c
from holdfast.model.content import MediaContent, MessageKind
from holdfast.model.media import RemoteFile
from holdfast.outbox.stored import inside, read
from holdfast.outbox.v1 import whatsapp_pb2 as wa
from holdfast.outbox.v1.whatsapp_pb2 import Message


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What of a file stands in the message that names it, beside what its content says."""

    sha256: bytes
    thumbnail: bytes | None = field(default=None, repr=False)
    waveform: bytes | None = field(default=None, repr=False)


def write(content: MediaContent, file: FileFacts) -> Message:
    """The message without where its file lies."""
    return _WRITERS[content.kind](content, file)


def finish(raw: bytes, remote: RemoteFile, now_ms: int) -> bytes:
    """The final bytes: the message names where its file lies, and what opens it. Nothing else changes."""
    message = read(raw)
    inner = inside(message)
    part = next(getattr(inner, name) for name in _PARTS if inner.HasField(name))
    part.url, part.direct_path = remote.url, remote.direct_path
    part.media_key, part.file_enc_sha256 = remote.media_key, remote.file_enc_sha256
    part.media_key_timestamp = now_ms // 1000
    return message.SerializeToString(deterministic=True)


def once(message: Message) -> Message:
    """The message as one that can be seen once. Source: what phones send, 2026-09."""
    for name in ("image_message", "video_message", "audio_message"):
        if message.HasField(name):
            getattr(message, name).view_once = True
            return _wrapped(message, _ONCE_SOUND if name == "audio_message" else _ONCE)
    return message


def captioned(message: Message) -> Message:
    """A document with words, in the wrapper in which phones look for them."""
    if not message.document_message.caption:
        return message
    return _wrapped(message, "document_with_caption_message")


_ONCE: Final = "view_once_message_v2"
_ONCE_SOUND: Final = "view_once_message_v2_extension"


def _wrapped(message: Message, wrapper: str) -> Message:
    outer = Message()
    if message.HasField("message_context_info"):
        outer.message_context_info.CopyFrom(message.message_context_info)
        message.ClearField("message_context_info")
    getattr(outer, wrapper).message.CopyFrom(message)
    return outer


def _image(content: c.Image, file: FileFacts) -> Message:
    return Message(
        image_message=wa.ImageMessage(
            mimetype=content.mimetype,
            caption=content.text or None,
            file_sha256=file.sha256,
            file_length=content.size_bytes,
            width=content.width or None,
            height=content.height or None,
            jpeg_thumbnail=file.thumbnail,
        )
    )


def _video(content: c.Video, file: FileFacts) -> Message:
    return Message(
        video_message=wa.VideoMessage(
            mimetype=content.mimetype,
            caption=content.text or None,
            file_sha256=file.sha256,
            file_length=content.size_bytes,
            seconds=content.duration_s or None,
            width=content.width or None,
            height=content.height or None,
            jpeg_thumbnail=file.thumbnail,
        )
    )


def _sound(content: c.Audio | c.Voice, file: FileFacts) -> Message:
    voice = isinstance(content, c.Voice)
    return Message(
        audio_message=wa.AudioMessage(
            mimetype=content.mimetype,
            file_sha256=file.sha256,
            file_length=content.size_bytes,
            seconds=content.duration_s or None,
            ptt=voice,
            waveform=file.waveform if voice else None,
        )
    )


def _document(content: c.Document, file: FileFacts) -> Message:
    name = content.file_name or "file"
    return Message(
        document_message=wa.DocumentMessage(
            mimetype=content.mimetype,
            title=name,
            file_name=name,
            caption=content.text or None,
            file_sha256=file.sha256,
            file_length=content.size_bytes,
            jpeg_thumbnail=file.thumbnail,
        )
    )


def _sticker(content: c.Sticker, file: FileFacts) -> Message:
    return Message(
        sticker_message=wa.StickerMessage(
            mimetype=content.mimetype,
            file_sha256=file.sha256,
            file_length=content.size_bytes,
            width=content.width or None,
            height=content.height or None,
        )
    )


_WRITERS: Final[Mapping[MessageKind, Callable[..., Message]]] = {
    MessageKind.IMAGE: _image,
    MessageKind.VIDEO: _video,
    MessageKind.AUDIO: _sound,
    MessageKind.VOICE: _sound,
    MessageKind.DOCUMENT: _document,
    MessageKind.STICKER: _sticker,
}
#: Kinds of content that need a file.
KINDS: Final = frozenset(_WRITERS)
_PARTS: Final = ("image_message", "video_message", "audio_message", "document_message", "sticker_message")
