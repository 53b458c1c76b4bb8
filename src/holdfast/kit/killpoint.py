"""Named points at which a test may have this process killed. Nothing happens outside lab mode.

A point is armed by a file with its name. Unlinking the file is the claim, so that of several processes
exactly one dies.
"""

import os
import signal
from pathlib import Path

#: The folder with its separator, as text: points lie on the way of every message.
_folder: list[str] = []


def configure(folder: Path | None) -> None:
    """Arm this process: `folder` holds a file per point. None (everywhere but in the lab) disarms it."""
    _folder[:] = [] if folder is None else [os.path.join(folder, "")]


def pass_(name: str) -> None:
    """Pass the point. If it is armed, this process dies here by SIGKILL."""
    if not _folder:
        return
    try:
        os.unlink(_folder[0] + name)
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
