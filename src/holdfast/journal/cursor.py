"""Cursors: opaque to everybody else, so that their inside may change. Pure."""

import base64
import binascii

from holdfast.model.errors import CursorInvalid

_VERSION = 1
_LENGTH = 9


def encode_cursor(position: int) -> str:
    """The cursor behind which the next event lies."""
    return base64.urlsafe_b64encode(bytes([_VERSION]) + position.to_bytes(8, "big")).decode()


def decode_cursor(cursor: str) -> int:
    """The position in a cursor. The empty cursor is the beginning. Raises CursorInvalid."""
    if not cursor:
        return 0
    try:
        inside = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise CursorInvalid from None
    if len(inside) != _LENGTH or inside[0] != _VERSION:
        raise CursorInvalid
    position = int.from_bytes(inside[1:], "big")
    if position >= 1 << 63:
        raise CursorInvalid
    return position
