"""Where the two Go programs lie, and the console commands that become them.

`holdfast-engine` and `wasim` are built into `_bin/` beside this file (by the Makefile, or by the wheel).
"""

import os
import sys
from pathlib import Path

from holdfast.model.errors import HoldfastError

_FOLDER = Path(__file__).parent / "_bin"


class BinaryMissing(HoldfastError):
    """A Go program of Holdfast is not there."""

    code = "program_missing"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} is not built ({_FOLDER / name} is missing)")


def path(name: str) -> Path:
    """The program's absolute path. `HOLDFAST_ENGINE_BIN` and `HOLDFAST_WASIM_BIN` overrule it.

    Raises BinaryMissing when it is not there.
    """
    variable = {"holdfast-engine": "HOLDFAST_ENGINE_BIN", "wasim": "HOLDFAST_WASIM_BIN"}[name]
    found = Path(os.environ.get(variable) or _FOLDER / name)
    if not found.is_file():
        raise BinaryMissing(name)
    return found


def _become(name: str) -> None:
    try:
        program = path(name)
    except BinaryMissing as missing:
        sys.exit(str(missing))
    os.execv(program, [name, *sys.argv[1:]])


def engine() -> None:
    """Console command `holdfast-engine`."""
    _become("holdfast-engine")


def wasim() -> None:
    """Console command `wasim`."""
    _become("wasim")
