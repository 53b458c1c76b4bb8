"""Files that are either the old one or the new one, never half of it."""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


def open_scratch(path: Path, *, mode: int = 0o600) -> int:
    """Make a file that nobody has made before, with these permissions from the first moment, to write to.

    For files with a random name that are renamed when they are whole. The caller closes the descriptor.
    Raises OSError.
    """
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)


def write_atomically(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace `path` by `content`, durably, with these permissions from the first moment.

    Raises OSError; the old file is then untouched.
    """
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    fd = open_scratch(scratch, mode=mode)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the only lock of a file or folder that exists; waits for whoever holds it.

    The kernel takes the lock back from a process that dies. Raises OSError.
    """
    fd = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def sync_folder(folder: Path) -> None:
    """Make names that changed in a folder durable."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
