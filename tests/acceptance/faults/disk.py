"""A small disk of its own for a data folder, to be filled or made read-only.

A tmpfs where this user may mount one; else limits of the gateway's process stand in for a full disk.
"""

import asyncio
import os
import resource
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

_SIZE = "24m"


@asynccontextmanager
async def small_disk(folder: Path) -> AsyncIterator[bool]:
    """The folder is a small disk as long as the block lasts. Yields False where nothing may be mounted."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = sys.platform == "linux" and await _run(
        "mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=0700", "tmpfs", str(folder)
    )
    try:
        yield mounted
    finally:
        if mounted:
            await _run("umount", "--lazy", str(folder))


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """No byte is free in the folder's disk."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            for size in (1 << 20, 1 << 12, 1):
                while True:
                    try:
                        file.write(b"\0" * size)
                    except OSError:
                        break
            yield
        finally:
            os.unlink(ballast)


@contextmanager
def no_file_may_grow(pid: int) -> Iterator[None]:
    """What a full disk is for one process."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@asynccontextmanager
async def read_only(folder: Path) -> AsyncIterator[bool]:
    """Nothing in the folder can be changed. For a mounted folder whose programs have ended; False: not so."""
    if os.geteuid() != 0:
        mode = folder.stat().st_mode
        folder.chmod(0o500)
        try:
            yield True
        finally:
            folder.chmod(mode)
        return
    done = await _run("mount", "-o", "remount,ro", str(folder))
    try:
        yield done
    finally:
        if done:
            await _run("mount", "-o", "remount,rw", str(folder))


async def _run(*command: str) -> bool:
    quiet = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
    except OSError:
        return False
    return await process.wait() == 0
