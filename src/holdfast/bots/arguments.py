"""The words after a command, read as types. Pure."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import InvalidOperation
from typing import Final


class _Needed:
    """An argument without a value in its place."""

    def __repr__(self) -> str:
        return "needed"


NEEDED: Final = _Needed()


class Rest(str):
    """The type of a last argument that takes all words that are left."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Argument:
    """One word's type, and what stands for it when it is left out."""

    type: Callable[[str], object]
    default: object = NEEDED


_YES: Final = frozenset({"yes", "ja", "sim", "si", "sí", "on", "true", "1"})
_NO: Final = frozenset({"no", "nein", "não", "nao", "off", "false", "0"})


def _yes_or_no(word: str) -> bool:
    if word.lower() not in _YES | _NO:
        raise ValueError(word)
    return word.lower() in _YES


#: Types that are read otherwise than by calling them.
_READERS: Final[Mapping[object, Callable[[str], object]]] = {
    bool: _yes_or_no,
    date: date.fromisoformat,
    Rest: str,
}


def read(asked: Mapping[str, Argument], rest: str) -> dict[str, object] | None:
    """The arguments by their names, None when the words do not fit. Quotes keep words together."""
    words = _words(asked, rest)
    needed = sum(it.default is NEEDED for it in asked.values())
    if words is None or not needed <= len(words) <= len(asked):
        return None
    values: dict[str, object] = {}
    left = iter(words)
    for name, it in asked.items():
        word = next(left, None)
        if word is None:
            values[name] = it.default
            continue
        try:
            values[name] = _READERS.get(it.type, it.type)(word)
        except (ValueError, InvalidOperation):
            return None
    return values


def usage(head: str, asked: Mapping[str, Argument]) -> str:
    """How the command is written: `/order <item> [count]`."""
    names = (f"<{name}>" if it.default is NEEDED else f"[{name}]" for name, it in asked.items())
    return " ".join([head, *names])


def _words(asked: Mapping[str, Argument], rest: str) -> list[str] | None:
    *_, last = asked.values()
    if last.type is Rest:
        words = rest.split(maxsplit=len(asked) - 1)
        return [*words[:-1], words[-1].strip()] if words else []
    try:
        return shlex.split(rest)
    except ValueError:  # an open quotation mark: words as they are
        return rest.split()
