"""What is found out about a file that came, and what is made of it for the kind that it is to be sent as.

Blocking: for a thread.
"""

from dataclasses import dataclass, field
from pathlib import Path

from holdfast.media import pictures, sound
from holdfast.media.kinds import TAKES, VOICE_TYPE, fits
from holdfast.media.parts import part_path
from holdfast.media.sniffing import HEAD_BYTES, agreed
from holdfast.model.errors import MediaDamaged, MediaUnfit
from holdfast.model.media import FileKind


@dataclass(frozen=True, slots=True)
class Examined:
    """A file and what is known of it. `path` is another part when something was made of the first."""

    path: Path
    mimetype: str
    width: int = 0
    height: int = 0
    duration_s: int = 0
    waveform: bytes | None = field(default=None, repr=False)
    thumbnail: bytes | None = field(default=None, repr=False)


def head_of(path: Path) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def examine(path: Path, declared: str, kind: FileKind | None) -> Examined:
    """Look at a file, and make what `kind` needs of it where it is something else.

    Raises MediaTypeDiffers, MediaDamaged, MediaUnfit, MediaToolMissing. A part that was made is removed then.
    """
    mimetype = agreed(declared, head_of(path))
    if kind is FileKind.VOICE:
        return _voice(path, mimetype)
    if kind is FileKind.STICKER and mimetype.startswith("image/"):
        return _sticker(path, mimetype)
    size = path.stat().st_size
    if kind is not None and not fits(kind, mimetype, size):
        raise MediaUnfit(_why(kind, mimetype, size))
    if mimetype in {"image/jpeg", "image/png", "image/webp", "image/gif"}:
        return _picture(path, mimetype, strict=kind is FileKind.IMAGE)
    if mimetype.startswith(("audio/", "video/")):
        known = sound.look(path, mimetype)
        shown = sound.frame_of(path, mimetype) if mimetype.startswith("video/") else None
        voice = mimetype == "audio/ogg" and sound.is_opus(path)
        named = VOICE_TYPE if voice else mimetype
        return Examined(path, named, known.width, known.height, known.duration_s, thumbnail=shown)
    return Examined(path, mimetype)


def _picture(path: Path, mimetype: str, *, strict: bool) -> Examined:
    try:
        width, height = pictures.size_of(path)
        return Examined(path, mimetype, width, height, thumbnail=pictures.thumbnail_of(path))
    except MediaDamaged:
        if strict or mimetype != "image/gif":
            raise
        return Examined(path, mimetype)


def _sticker(path: Path, mimetype: str) -> Examined:
    if mimetype == "image/webp" and path.stat().st_size <= TAKES[FileKind.STICKER].max_bytes:
        return _picture(path, mimetype, strict=True)
    made = pictures.sticker_of(path)
    target = part_path(path.parent)
    target.write_bytes(made)
    return Examined(target, "image/webp", 512, 512, thumbnail=pictures.thumbnail_of(target))


def _voice(path: Path, mimetype: str) -> Examined:
    if not mimetype.startswith(("audio/", "video/")):
        raise MediaUnfit(_why(FileKind.VOICE, mimetype, path.stat().st_size))
    if not (mimetype == "audio/ogg" and sound.is_opus(path)):
        target = part_path(path.parent)
        try:
            sound.to_voice(path, mimetype, target)
        except MediaDamaged:
            target.unlink(missing_ok=True)
            raise
        path = target
    seconds = sound.opus_seconds(path) or 0
    # Half a second is shown as one: 0 is shown as none.
    return Examined(
        path, VOICE_TYPE, duration_s=max(1, seconds), waveform=sound.waveform_of(path, max(1, seconds))
    )


def _why(kind: FileKind, mimetype: str, size: int) -> str:
    takes = TAKES[kind]
    if size > takes.max_bytes:
        return f"WhatsApp takes {kind} up to {takes.max_bytes:,} bytes; this has {size:,}"
    return f"WhatsApp does not take {mimetype} as {kind}"
