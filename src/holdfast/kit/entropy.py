"""Random bytes for ids and message secrets, taken from the operating system in blocks.

A message needs several on its way; one system call each is a noticeable share of what it costs.
"""

import os
import threading
from typing import Final

_BLOCK: Final = 512


class _Block(threading.local):
    """Each thread has its own, so that no lock is needed and no byte is given out twice."""

    left = b""


_block = _Block()


def random_bytes(count: int) -> bytes:
    """So many bytes of the operating system's random source, each given out once. `count` is small.

    Source: os.urandom. Use `secrets` for keys that live long: nothing of those stays in a buffer.
    """
    left = _block.left
    if len(left) < count:
        left = os.urandom(_BLOCK)
    _block.left = left[count:]
    return left[:count]


def _forget() -> None:
    _block.left = b""


# A child that shares its parent's block would give out the same bytes.
os.register_at_fork(after_in_child=_forget)
