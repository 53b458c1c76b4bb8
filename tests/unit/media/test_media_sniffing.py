"""What a file is, by its bytes, and who lies about it."""

import pytest

from holdfast.media.kinds import TAKES, VOICE_TYPE, fits, kinds_of
from holdfast.media.sniffing import agreed, plain, sniff
from holdfast.model.errors import MediaTypeDiffers
from holdfast.model.media import FileKind

PNG, JPEG, PDF = b"\x89PNG\r\n\x1a\n" + bytes(30), b"\xff\xd8\xff\xe0" + bytes(30), b"%PDF-1.7\n"
MP4, ZIP, OGG = b"\0\0\0\x18ftypmp42" + bytes(20), b"PK\x03\x04" + bytes(30), b"OggS" + bytes(30)


@pytest.mark.parametrize(
    ("head", "mimetype"),
    [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (PDF, "application/pdf"),
        (MP4, "video/mp4"),
        (OGG, "audio/ogg"),
        (b"<!DOCTYPE html><p>", "text/html"),
        (b"\xef\xbb\xbf  <HTML>", "text/html"),
        (b"<?xml version='1.0'?>\n<svg/>", "image/svg+xml"),
        ("grüße".encode()[:-1], "text/plain"),
        (b"\1\2\0\0", "application/octet-stream"),
        (b"\xff\xfe\0a", "application/octet-stream"),
    ],
)
def test_the_first_bytes_tell_the_type(head: bytes, mimetype: str) -> None:
    assert sniff(head) == mimetype


@pytest.mark.parametrize(
    ("declared", "head", "mimetype"),
    [
        ("", PNG, "image/png"),
        ("application/octet-stream", PDF, "application/pdf"),
        ("image/jpg", JPEG, "image/jpeg"),
        ("audio/opus; rate=48000", OGG, "audio/ogg"),
        ("audio/mp4", MP4, "audio/mp4"),
        ("application/vnd.oasis.opendocument.text", ZIP, "application/vnd.oasis.opendocument.text"),
        ("text/csv", b"a;b\n", "text/csv"),
        ("application/x-thing", b"\0\1\2", "application/x-thing"),
        ("image/svg+xml", b"<svg/>", "image/svg+xml"),
    ],
)
def test_who_tells_no_lie_is_believed(declared: str, head: bytes, mimetype: str) -> None:
    assert agreed(declared, head) == mimetype


@pytest.mark.parametrize(
    ("declared", "head"),
    [
        ("image/jpeg", PNG),
        ("image/png", b"<html>"),
        ("video/mp4", b"just words"),
        ("application/pdf", ZIP),
        ("text/plain", PNG),
        ("audio/ogg", b"\0\1\2"),
    ],
)
def test_a_lie_is_refused(declared: str, head: bytes) -> None:
    with pytest.raises(MediaTypeDiffers):
        agreed(declared, head)


def test_a_type_has_one_name() -> None:
    assert plain(" Image/PJPEG ; q=1") == "image/jpeg"


def test_a_kind_takes_its_types_up_to_its_length() -> None:
    assert kinds_of("image/jpeg", 10) == (FileKind.IMAGE, FileKind.DOCUMENT)
    assert kinds_of("audio/mpeg", 10) == (FileKind.AUDIO, FileKind.DOCUMENT)
    assert FileKind.VOICE in kinds_of(VOICE_TYPE, 10)
    assert kinds_of("image/jpeg", TAKES[FileKind.IMAGE].max_bytes + 1) == (FileKind.DOCUMENT,)
    assert not fits(FileKind.DOCUMENT, "x/y", TAKES[FileKind.DOCUMENT].max_bytes + 1)
