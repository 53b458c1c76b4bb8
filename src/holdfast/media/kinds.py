"""What WhatsApp takes as which kind of file: types and sizes, one table. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from holdfast.model.media import FileKind

_MIB: Final = 1024 * 1024

#: The type of a voice note, as WhatsApp's clients write it.
VOICE_TYPE: Final = "audio/ogg; codecs=opus"


@dataclass(frozen=True, slots=True)
class Takes:
    """What one kind is made of."""

    #: Types, or the beginning of types; none: any.
    types: tuple[str, ...]
    #: WhatsApp's limit; what is longer is refused by its clients.
    max_bytes: int


TAKES: Final[Mapping[FileKind, Takes]] = {
    FileKind.IMAGE: Takes(("image/jpeg", "image/png", "image/webp"), 16 * _MIB),
    FileKind.VIDEO: Takes(("video/mp4", "video/3gpp", "video/quicktime"), 64 * _MIB),
    FileKind.AUDIO: Takes(("audio/",), 16 * _MIB),
    FileKind.VOICE: Takes(("audio/ogg",), 16 * _MIB),
    FileKind.DOCUMENT: Takes((), 2048 * _MIB),
    FileKind.STICKER: Takes(("image/webp",), _MIB),
}


def kinds_of(mimetype: str, size_bytes: int) -> tuple[FileKind, ...]:
    """As what a file of this type and length can be sent, as it is."""
    return tuple(kind for kind in FileKind if fits(kind, mimetype, size_bytes))


def fits(kind: FileKind, mimetype: str, size_bytes: int) -> bool:
    """True when WhatsApp takes the file as this kind."""
    takes = TAKES[kind]
    if kind is FileKind.VOICE and mimetype != VOICE_TYPE:
        return False
    return size_bytes <= takes.max_bytes and (not takes.types or mimetype.startswith(takes.types))
