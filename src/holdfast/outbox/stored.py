"""Stored messages, looked into and changed: for quotes, edits and votes. Pure.

Only what is declared in the outbox's protobuf is understood; everything else is carried along.
"""

from typing import Final

from google.protobuf.message import DecodeError

from holdfast.outbox.v1.whatsapp_pb2 import Message

_WRAPPERS: Final = (
    "device_sent_message",
    "ephemeral_message",
    "view_once_message",
    "view_once_message_v2",
    "view_once_message_v2_extension",
    "document_with_caption_message",
    "edited_message",
)
#: More than honest messages have.
_DEEPEST: Final = 8
#: The parts whose words are a caption.
_CAPTIONED: Final = ("image_message", "video_message", "document_message")


def read(raw: bytes) -> Message:
    """The message in these bytes; an empty one where they are none, as of what could not be decrypted."""
    try:
        return Message.FromString(raw)
    except DecodeError:
        return Message()


def inside(message: Message) -> Message:
    """What is inside of all wrappers; a part of `message`, not a copy."""
    for _ in range(_DEEPEST):
        wrapper = next((name for name in _WRAPPERS if message.HasField(name)), None)
        if wrapper is None:
            break
        message = getattr(message, wrapper).message
    return message


def secret_of(raw: bytes) -> bytes:
    """The secret under which later messages about this one are sealed; empty where there is none."""
    message = read(raw)
    for one in (message, inside(message)):
        if one.message_context_info.message_secret:
            return bytes(one.message_context_info.message_secret)
    return b""


def quotable(raw: bytes) -> Message:
    """The message as another one quotes it: without wrappers, secret, and what it quotes itself."""
    message = Message()
    message.CopyFrom(inside(read(raw)))
    _undress(message)
    return message


def with_words(raw: bytes, text: str) -> Message:
    """The message with another text or caption, as an edit holds it."""
    message = read(raw)
    inner = inside(message)
    captioned = next((name for name in _CAPTIONED if inner.HasField(name)), None)
    if captioned is None:
        return Message(conversation=text)
    getattr(inner, captioned).caption = text
    message.ClearField("message_context_info")
    _undress(inner)
    return message


def _undress(message: Message) -> None:
    message.ClearField("message_context_info")
    for descriptor, part in message.ListFields():
        if descriptor.message_type and "context_info" in descriptor.message_type.fields_by_name:
            part.ClearField("context_info")
