"""Passphrases and identities: typed, or out of a file. Others see arguments and variables."""

import getpass
import sys
from collections.abc import Sequence
from pathlib import Path

from holdfast.model.errors import RequestInvalid

#: So short a passphrase is guessed.
_SHORTEST = 8


def new_passphrase(file: str | None) -> str:
    """A passphrase for something that is made now; typed, it is asked for twice. Raises RequestInvalid."""
    if file is not None:
        given = _first_line(file)
    elif not sys.stdin.isatty():
        raise RequestInvalid(
            "Nobody is here to type a passphrase",
            next_step="Name a file with --passphrase-file (- is standard input), or --recipient.",
        )
    else:
        given = getpass.getpass("Passphrase for this backup (not shown): ")
        if getpass.getpass("Again: ") != given:
            raise RequestInvalid("The two passphrases differ", next_step="Try again.")
    if len(given) < _SHORTEST:
        raise RequestInvalid(
            f"A passphrase has at least {_SHORTEST} characters", next_step="Choose a longer one."
        )
    return given


def passphrase(file: str | None) -> str:
    """The passphrase of something that is there. Raises RequestInvalid."""
    if file is not None:
        return _first_line(file)
    if not sys.stdin.isatty():
        raise RequestInvalid(
            "Nobody is here to type the passphrase",
            next_step="Name a file with --passphrase-file (- is standard input).",
        )
    return getpass.getpass("Passphrase of the archive (not shown): ")


def server_password(file: str | None) -> str:
    """The password of a database server. Raises RequestInvalid."""
    return getpass.getpass("Password of the server (not shown): ") if file is None else _first_line(file)


def sheet(file: str | None) -> str:
    """The words of a recovery sheet. Raises RequestInvalid."""
    if file == "-" or (file is None and not sys.stdin.isatty()):
        return sys.stdin.read()
    return getpass.getpass("The words of the sheet (not shown): ") if file is None else _read(Path(file))


def identities(files: Sequence[Path]) -> Sequence[str]:
    """The content of identity files. Raises RequestInvalid."""
    return [_read(file) for file in files]


def _first_line(file: str) -> str:
    text = sys.stdin.readline() if file == "-" else _read(Path(file)).partition("\n")[0]
    if not text.strip("\r\n"):
        raise RequestInvalid(f"{_named(file)} begins with an empty line", next_step="Write it there.")
    return text.strip("\r\n")


def _named(file: str) -> str:
    return "Standard input" if file == "-" else file


def _read(file: Path) -> str:
    try:
        return file.expanduser().read_text()
    except (OSError, UnicodeDecodeError) as exc:
        said = exc.strerror if isinstance(exc, OSError) else "not a text file"
        raise RequestInvalid(f"{file} cannot be read: {said}", next_step="Name another file.") from exc
