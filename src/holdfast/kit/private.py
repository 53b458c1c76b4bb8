"""What this program makes on the disk is for its owner alone: messages, keys and links lie in it."""

import ctypes
import os
import resource
import stat
import sys
from pathlib import Path

_OTHERS = 0o077
_PR_SET_DUMPABLE = 4


class NotPrivate(OSError):
    """The folder cannot be made one for its owner alone. `strerror` says why."""


def umask() -> None:
    """From now on no file of this process can be opened by others. First thing in every program."""
    os.umask(_OTHERS)


def no_dumps() -> None:
    """What this process has in memory, keys above all, is in no core file, and no other program reads it.

    Source: prctl(2), PR_SET_DUMPABLE: limits alone do not stop a kernel that pipes dumps to a program.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


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
