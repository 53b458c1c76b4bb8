"""From content to the final WhatsApp protobuf, before the first attempt, so that every attempt sends the
same bytes.

Pure but for the message secret, which the caller draws.
"""

from typing import Final

from holdfast.model.content import Content, Text
from holdfast.outbox.v1.whatsapp_pb2 import Message, MessageContextInfo

SECRET_BYTES: Final = 32


def compose(content: Content, secret: bytes) -> bytes:
    """The bytes of waE2E.Message for this content, with its message secret in it.

    Raises TypeError for a kind that cannot be sent yet.
    Source: whatsmeow 35ae40906e74, SendMessage: a message that already has its secret is not given another.
    """
    match content:
        case Text(text):
            message = Message(conversation=text)
        case _:
            raise TypeError(f"{content.kind} cannot be sent")
    message.message_context_info.CopyFrom(MessageContextInfo(message_secret=secret))
    return bytes(message.SerializeToString(deterministic=True))
