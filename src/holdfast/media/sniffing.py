"""What a file is, by its first bytes, and whether that is what somebody says it is. Pure."""

from collections.abc import Mapping
from typing import Final

from holdfast.model.errors import MediaTypeDiffers

#: So many first bytes tell the type.
HEAD_BYTES: Final = 8192
UNKNOWN: Final = "application/octet-stream"

#: Other names of the same type.
_SAME: Final[Mapping[str, str]] = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-flac": "audio/flac",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
    "video/ogg": "audio/ogg",
    "video/x-m4v": "video/mp4",
    "audio/3gpp": "video/3gpp",
    "application/x-zip-compressed": "application/zip",
    "application/x-pdf": "application/pdf",
    "text/xml": "application/xml",
    "text/javascript": "application/javascript",
}
#: Containers that hold more than one type: who names another of the group tells no lie.
_GROUPS: Final = (
    frozenset({"audio/mp4", "video/mp4", "video/quicktime", "video/3gpp", "audio/aac"}),
    frozenset({"video/webm", "audio/webm", "video/x-matroska"}),
)
#: Archives under whose signature documents of many programs begin.
_ARCHIVES: Final = frozenset({"application/zip", "application/x-ole-storage", "application/gzip"})
#: A file of these types always begins with its signature.
_SIGNED: Final = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip")
_UNSIGNED: Final = frozenset({"image/svg+xml"})


def plain(mimetype: str) -> str:
    """A type without parameters, under its usual name."""
    bare = mimetype.partition(";")[0].strip().lower()
    return _SAME.get(bare, bare)


def sniff(head: bytes) -> str:
    """The type that the first bytes show; UNKNOWN when they show none."""
    import filetype  # a hundred small modules: loaded with the first file

    found = filetype.guess(head)
    if found is not None:
        return plain(found.mime)
    beginning = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:256].lower()
    if beginning.startswith((b"<!doctype html", b"<html", b"<script")):
        return "text/html"
    if beginning.startswith(b"<svg") or (beginning.startswith(b"<?xml") and b"<svg" in head.lower()):
        return "image/svg+xml"
    return "text/plain" if _is_text(head) else UNKNOWN


def agreed(declared: str, head: bytes) -> str:
    """The type of a file that somebody declares to be of a type (empty: of none).

    Raises MediaTypeDiffers when its bytes show another one.
    """
    said, shown = plain(declared), sniff(head)
    if said in {"", UNKNOWN, "binary/octet-stream"} or said == shown:
        return shown
    if any(said in group and shown in group for group in _GROUPS):
        return said
    archive = shown in _ARCHIVES and said.startswith("application/") and said not in {"application/pdf"}
    if archive or (shown in {UNKNOWN, "text/plain", "text/html", "image/svg+xml"} and not _must_show(said)):
        return said
    raise MediaTypeDiffers(f"The file is declared as {said} and is {shown}")


def _must_show(said: str) -> bool:
    return said.startswith(_SIGNED) and said not in _UNSIGNED


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    for cut in range(4):  # the last character may be cut in two
        try:
            head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return True
    return False
