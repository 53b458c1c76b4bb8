"""How the command line looks: one console, the colours of the states, one line for an error."""

import json
import os
import shutil
import stat
import sys
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from holdfast.cli.terminal import console, errors, lasting
from holdfast.kit import foreign

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

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


def say(line: str = "", *values: object) -> None:
    """One line of ours in Rich's markup; each `{}` is a value as it is: never markup, never a second line."""
    with lasting():
        console().print(marked(line, *values), soft_wrap=True)


def plain(line: str) -> None:
    """One line without markup, whatever it holds: for words that came from outside."""
    with lasting():
        console().print(foreign.one_line(line), soft_wrap=True)


def draw(picture: "RenderableType") -> None:
    """A table, or text in colours."""
    with lasting():
        console().print(picture)


def machine(value: object) -> None:
    """JSON for programs, in ASCII: no character of a stranger's reaches the terminal as it is."""
    print(json.dumps(value), flush=True)


def marked(line: str, *values: object) -> "Text":
    """The same as `say` draws, for a table."""
    from rich.markup import escape
    from rich.text import Text

    return Text.from_markup(line.format(*(escape(foreign.one_line(str(it))) for it in values)), emoji=False)


def word(value: str, style: str = "") -> "Text":
    """Somebody else's words for a table: one line, no markup."""
    from rich.text import Text

    return Text(foreign.one_line(value), style)


def complain(line: str) -> None:
    """One error line on standard error."""
    with lasting():
        errors().print(marked("[bold red]error[/] {}", line))


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


def dot(color: str) -> "Text":
    """A dot in the colour of a state."""
    return marked("[{}]●[/]", STYLES.get(color, "white"))


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
