"""What this program makes on the disk is for its owner alone: messages, keys and links lie in it."""

import os
import stat
from pathlib import Path

_OTHERS = 0o077


class NotPrivate(OSError):
    """The folder cannot be made one for its owner alone. `strerror` says why."""


def umask() -> None:
    """From now on no file of this process can be opened by others. First thing in every program."""
    os.umask(_OTHERS)


def folder(path: Path) -> None:
    """Make the folder with its parents, for its owner alone; one that is open to others is closed to them.

    Raises NotPrivate when it belongs to somebody else or everybody uses it, OSError when it cannot be made.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = path.stat()
    if found.st_uid != os.geteuid():
        raise NotPrivate(0, "it belongs to another user", str(path))
    if found.st_mode & stat.S_ISVTX:
        raise NotPrivate(0, "it is a folder that everybody uses", str(path))
    if found.st_mode & _OTHERS:
        path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)
