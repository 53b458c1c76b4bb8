"""Cursors: opaque to everybody else, so that their inside may change. Pure.

A cursor names a position and the generation of the journal that gave it out. Each start of a gateway begins a
generation. A database that is replaced by an older copy of itself does not know the generations since, and
ends its newest one earlier than cursors of it say: so a consumer whose history is gone is told instead of
skipping what takes its place.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from holdfast.model.errors import CursorGenerationChanged, CursorInvalid

_POSITION_BYTES: Final = 8
GENERATION_BYTES: Final = 6
#: Version and length.
_SHAPES: Final = ((b"\1", 1 + _POSITION_BYTES), (b"\2", 1 + GENERATION_BYTES + _POSITION_BYTES))
#: Generations that are remembered. Cursors of older ones are refused as those of a lost history are.
_REMEMBERED: Final = 1000


class Cursor(NamedTuple):
    """What a cursor says. No generation: it was made by a version that knew none."""

    position: int
    generation: bytes = b""


def encode_cursor(position: int, generation: bytes = b"") -> str:
    """The cursor after which the next event comes."""
    version = bytes([2 if generation else 1])
    inside = version + generation + position.to_bytes(_POSITION_BYTES, "big")
    return base64.urlsafe_b64encode(inside).decode()


def decode_cursor(cursor: str) -> Cursor:
    """What a cursor says. The empty cursor is the beginning. Raises CursorInvalid."""
    if not cursor:
        return Cursor(0)
    try:
        inside = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise CursorInvalid from None
    if (inside[:1], len(inside)) not in _SHAPES:
        raise CursorInvalid
    generation, position = inside[1:-_POSITION_BYTES], int.from_bytes(inside[-_POSITION_BYTES:], "big")
    if position >= 1 << 63:
        raise CursorInvalid
    return Cursor(position, generation)


@dataclass(frozen=True, slots=True)
class Generations:
    """The generations of a journal, oldest first, each with the position after which it began."""

    begun: tuple[tuple[bytes, int], ...] = ()

    @property
    def newest(self) -> bytes:
        """The one of this process."""
        return self.begun[-1][0]

    def next(self, generation: bytes, head: int) -> "Generations":
        """A gateway has started on a journal whose newest event stands at `head`."""
        return Generations((*self.begun, (generation, head))[-_REMEMBERED:])

    def position(self, cursor: Cursor, head: int) -> int:
        """The position in a cursor that this journal has given out.

        Raises CursorInvalid, and CursorGenerationChanged for a cursor of a history that the database has
        lost.
        """
        if cursor.generation and cursor.position > self._end(cursor.generation, head):
            raise CursorGenerationChanged
        if cursor.position > head:
            raise CursorInvalid("This cursor comes after the newest event")
        return cursor.position

    def _end(self, generation: bytes, head: int) -> int:
        """The newest position that cursors of a generation may name; -1 where nobody knows it."""
        for index, (known, _) in enumerate(self.begun):
            if known == generation:
                return self.begun[index + 1][1] if index + 1 < len(self.begun) else head
        return -1


def generations_to_json(generations: Generations) -> str:
    """As it is stored."""
    return json.dumps([[generation.hex(), begun] for generation, begun in generations.begun])


def generations_from_json(text: str | None) -> Generations:
    """As it was stored; none in a journal of a version that knew none."""
    stored: Sequence[tuple[str, int]] = json.loads(text) if text else []
    return Generations(tuple((bytes.fromhex(generation), int(begun)) for generation, begun in stored))
