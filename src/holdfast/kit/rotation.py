"""Logs stay small: a log that has grown too large is copied aside and emptied.

Its writers go on: each appends, so that its next line begins the emptied file. They need not know about it,
be they Python, Go or a traceback on standard error.
"""

import contextlib
import shutil
from pathlib import Path
from typing import Final

LARGEST_BYTES: Final = 10_000_000
_KEPT: Final = 3


def rotate(folder: Path, largest_bytes: int = LARGEST_BYTES) -> None:
    """Cut every log of a folder that is too large; `gateway.log.1` is then its newest copy of three.

    Lines that are written between copy and cut are lost. A disk without room gets no copy. Never raises.
    """
    for log in folder.glob("*.log"):
        with contextlib.suppress(OSError):
            if log.stat().st_size > largest_bytes:
                _cut(log)


def _cut(log: Path) -> None:
    copies = [log.with_name(f"{log.name}.{number}") for number in range(1, _KEPT + 1)]
    copies[-1].unlink(missing_ok=True)
    for older, newer in zip(reversed(copies), reversed(copies[:-1]), strict=False):
        with contextlib.suppress(FileNotFoundError):
            newer.rename(older)
    try:
        shutil.copyfile(log, copies[0])
    except OSError:
        copies[0].unlink(missing_ok=True)
    with log.open("r+b") as opened:
        opened.truncate(0)
