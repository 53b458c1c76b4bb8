"""Folders in which an archive is opened to be looked at: its master key lies in them in the clear.

Each is one program's own and goes with it. One that was killed leaves its folder; whoever comes next removes
it, and knows by its lock that nobody is at work in it any more.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PREFIX: Final = "holdfast-trial-"
_LOCK: Final = "lock"


@contextlib.contextmanager
def trial(within: Path) -> Iterator[Path]:
    """A new folder for this user alone, until the end of the block. Raises OSError."""
    clear(within)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=within))
    lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def clear(within: Path) -> None:
    """Remove what programs that were killed have left. What cannot be removed stays."""
    for folder in within.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            lock = os.open(folder / _LOCK, os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(lock)
