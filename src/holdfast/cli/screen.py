"""How the command line looks: one console, the colours of the states, one line for an error."""

import os
import shutil
import stat
import sys
from datetime import UTC, datetime
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {"green": "bold green", "yellow": "bold yellow", "red": "bold red", "grey": "bright_black"}


NO_ENGINE = (
    "The gateway has no engine: nothing is sent or received. "
    "Next step: look into logs/engine.log and logs/gateway.log of the data folder."
)


class Exit(IntEnum):
    """Exit codes. 2 to 8 are also those of the gateway, passed on by `up`."""

    OK = 0
    FAILED = 1
    SETTINGS = 2
    LOCKED = 3
    PORT_TAKEN = 4
    WRONG_KEY = 5
    PROGRAM_MISSING = 6
    ENGINE_PROTOCOL = 7
    STORE = 8
    UNREACHABLE = 10
    NO_ENGINE = 11


@cache
def console() -> "Console":
    """Standard output. Wide enough for one line per fact where there is no terminal."""
    from rich.console import Console

    if os.environ.get("HOLDFAST_PICTURE"):  # what is shown is also kept, to be saved as a picture
        return Console(highlight=False, record=True, width=112, force_terminal=False)
    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=160, soft_wrap=True)


@cache
def errors() -> "Console":
    """Standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(line: str = "") -> None:
    """One line, with Rich's markup."""
    console().print(line)


def plain(line: str) -> None:
    """One line exactly as it is: for words that came from outside."""
    console().print(line, markup=False)


def complain(line: str) -> None:
    """One error line on standard error."""
    errors().print("[bold red]error[/] ", end="")
    errors().print(line, markup=False)


def fail(line: str, code: Exit = Exit.FAILED) -> NoReturn:
    """One error line, and out."""
    complain(line)
    sys.exit(int(code))


def kept_for_others() -> bool:
    """True when standard output is a file, or the journal of a service manager: no secret is said there."""
    try:
        kind = os.fstat(sys.stdout.fileno()).st_mode
    except (OSError, ValueError):  # no file at all, as in a test
        return False
    return stat.S_ISREG(kind) or stat.S_ISSOCK(kind)


def lab_banner() -> None:
    """Says on every page that matters that nothing here is real."""
    say("[black on yellow] LAB MODE [/] [yellow]simulated WhatsApp: no message leaves this machine[/]")


def dot(color: str) -> str:
    """A dot in the colour of a state."""
    return f"[{STYLES.get(color, 'white')}]●[/]"


def ago(since: datetime | None, now: datetime | None = None) -> str:
    """How long ago, short: "now", "12 s", "3 min", "2 h", "5 d"."""
    if since is None:
        return "-"
    seconds = max(0.0, ((now or datetime.now(UTC)) - since).total_seconds())
    for limit, size, unit in ((90, 1, "s"), (5400, 60, "min"), (129_600, 3600, "h")):
        if seconds < limit:
            return "now" if seconds < 1 else f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"


def number(phone: str | None) -> str:
    """A phone number with its plus."""
    return f"+{phone.lstrip('+')}" if phone else "-"


def command_name() -> str:
    """How this user calls the command line: by name when it is on the PATH, else by its place."""
    if shutil.which("holdfast"):
        return "holdfast"
    place = Path(sys.executable).with_name("holdfast")
    return str(place.relative_to(Path.cwd())) if place.is_relative_to(Path.cwd()) else str(place)
