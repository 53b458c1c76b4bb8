"""Files of messages: where one lies, what it is, and what became of it. Pure."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from holdfast.model.ids import TenantId


class FileKind(StrEnum):
    """What a file is sent as; WhatsApp encrypts each kind under keys of its own."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on WhatsApp's servers, and what opens it."""

    direct_path: str
    media_key: bytes = field(repr=False)
    file_sha256: bytes
    file_enc_sha256: bytes
    size_bytes: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class FileOfMessage:
    """The file that a received message names, and what the message shows of it before it is fetched."""

    remote: RemoteFile
    thumbnail: bytes = field(default=b"", repr=False)
    waveform: bytes = field(default=b"", repr=False)


class FileState(StrEnum):
    """Where the file of a message stands."""

    WAITING = "waiting"  #: to be fetched, by itself
    WANTED = "wanted"  #: to be fetched because somebody asked for it, whatever the policy says
    ASKED = "asked"  #: WhatsApp dropped it; the session's phone is asked for it again
    STORED = "stored"  #: here
    UPLOADING = "uploading"  #: of a message of ours: on its way to WhatsApp's servers
    PLACED = "placed"  #: of a message of ours: it lies there
    SKIPPED = "skipped"  #: the session's policy leaves it where it is; it can be fetched by request
    FAILED = "failed"  #: nobody has it any more, or it is not what was announced
    EXPIRED = "expired"  #: it was here and has been kept as long as retention says


def media_id_of(tenant_id: TenantId, sha256: bytes) -> str:
    """The id of a content. The same content of one tenant has one id, another tenant's has another."""
    return f"med_{hashlib.sha256(tenant_id.encode() + bytes(1) + sha256).hexdigest()[:32]}"
