"""Conversation files: who says what, and what must be answered, stored and seen. Pure.

docs/bots.md describes the format line by line; `read` is the whole of it.
"""

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final


class ScriptError(Exception):
    """A line that says nothing, or something that did not come out as the line says."""

    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message
        super().__init__(f"line {line}: {message}")


@dataclass(frozen=True, slots=True)
class Say:
    """Somebody writes a text."""

    line: int
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Send:
    """Somebody sends a pin, a photo, a voice note or a document."""

    line: int
    who: str
    kind: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Hear:
    """The next message that somebody gets. `…` stands for anything; None: they get none."""

    line: int
    who: str
    text: str | None

    def fits(self, said: str) -> bool:
        """Whether this is the message."""
        parts = map(re.escape, re.split(r"…|\.\.\.", self.text or ""))
        return re.fullmatch(".*".join(parts), said, re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class Phone:
    """Somebody has this number."""

    line: int
    who: str
    number: str


@dataclass(frozen=True, slots=True)
class Bots:
    """These bots are at work, the first that handles a message first."""

    line: int
    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Config:
    """A document gets these values, or is what a file holds."""

    line: int
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""


@dataclass(frozen=True, slots=True)
class Kill:
    """kill -9, now."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Clock:
    """It is this time now, or so much later."""

    line: int
    at: datetime | None = None
    later: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Human:
    """A human takes a chat over, or gives it back."""

    line: int
    who: str
    takes: bool


@dataclass(frozen=True, slots=True)
class State:
    """What a bot remembers of somebody's chat holds this; None: it remembers nothing."""

    line: int
    who: str
    bot: str
    expected: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Api:
    """What the API gives for a path holds this. `{Ann}` in the path is the chat with her."""

    line: int
    path: str
    expected: Any


Act = Say | Send | Hear | Phone | Bots | Config | Kill | Clock | Human | State | Api


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation of a file. `line` is where it begins."""

    line: int
    title: str
    acts: Sequence[Act]


_TITLE: Final = "== "
_KILLED: Final = ("bot", "gateway", "engine", "all")
_SENT: Final = ("location", "photo", "voice", "document")
_LATER: Final = re.compile(r"\+(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_SAID: Final = re.compile(r"(\w+)\s*:\s*(.*)", re.DOTALL)
_HEARD: Final = re.compile(r"(\w+)\s*<\s*(.*)", re.DOTALL)


def read(text: str) -> Sequence[Conversation]:
    """The conversations of a file, in order. Raises ScriptError.

    Each begins with a line `== title`; what stands before the first title belongs to all of them. Without a
    title the file is one conversation.
    """
    common: list[Act] = []
    titled: list[Conversation] = []
    acts = common
    for number, line in _lines(text):
        if line.startswith(_TITLE):
            acts = [*common]
            titled.append(Conversation(number, line.removeprefix(_TITLE).strip(), acts))
        else:
            acts.append(_act(number, line))
    found = titled or [Conversation(1, "", common)]
    for it in found:
        if not any(isinstance(act, Hear) for act in it.acts):
            raise ScriptError(it.line, "nobody has to hear anything: the conversation cannot fail")
    return found


def holds(found: Any, expected: Any) -> bool:
    """Whether a JSON value holds what is expected: of objects the named fields, of lists every item."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(
            key in found and holds(found[key], it) for key, it in expected.items()
        )
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(holds, found, expected))
    return bool(found == expected)


def _lines(text: str) -> Sequence[tuple[int, str]]:
    """Lines that say something, with their numbers; `|` continues the one before on a new line."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip()
        if plain.startswith("|") and found:
            before, said = found[-1]
            found[-1] = (before, f"{said}\n{plain[1:].strip()}")
        elif plain and not plain.startswith("#"):
            found.append((number, plain))
    return found


def _act(number: int, line: str) -> Act:
    head, _, rest = line.partition(" ")
    reader = _READERS.get(head)
    try:
        if reader is not None:
            return reader(number, rest.strip())
        if heard := _HEARD.fullmatch(line):
            return Hear(number, heard[1], None if heard[2] == "nothing" else heard[2])
        if said := _SAID.fullmatch(line):
            return Say(number, said[1], said[2])
        if rest.startswith("sends "):
            return _sends(number, head, rest.removeprefix("sends "))
    except ValueError as failure:
        raise ScriptError(number, str(failure)) from failure
    raise ScriptError(number, f"nobody understands {line!r}")


def _sends(number: int, who: str, rest: str) -> Send:
    kind, *words = shlex.split(rest)
    if kind not in _SENT or (kind == "location" and len(words) < 2):
        raise ValueError(f"one sends {', '.join(_SENT)}; a location has a latitude and a longitude")
    return Send(number, who, kind, words)


def _phone(number: int, rest: str) -> Phone:
    who, _, digits = rest.partition(" ")
    if not re.fullmatch(r"\+\d{6,15}", digits.strip()):
        raise ValueError("a phone line is: phone NAME +4915112345678")
    return Phone(number, who, digits.strip())


def _config(number: int, rest: str) -> Config:
    name, *words = shlex.split(rest)
    if len(words) == 2 and words[0] == "from":
        return Config(number, name, file=words[1])
    values = {}
    for word in words:
        place, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word!r} is no place with a value, like enabled=true")
        values[place] = _value(value)
    return Config(number, name, values)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _kill(number: int, rest: str) -> Kill:
    if rest not in _KILLED:
        raise ValueError(f"there is no {rest!r} to kill; there are {', '.join(_KILLED)}")
    return Kill(number, rest)


def _clock(number: int, rest: str) -> Clock:
    if rest.startswith("+"):
        found = _LATER.fullmatch(rest)
        if found is None or not any(found.groups()):
            raise ValueError("later is written like +2h30m or +3d")
        days, hours, minutes, seconds = (int(it or 0) for it in found.groups())
        return Clock(number, later=timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))
    at = datetime.fromisoformat(rest)
    if at.tzinfo is None:
        raise ValueError("a time has a time zone, as in 2026-11-26T09:00:00+01:00")
    return Clock(number, at)


def _human(number: int, rest: str) -> Human:
    found = re.fullmatch(r"(takes|gives back) (\w+)", rest)
    if found is None:
        raise ValueError("a human takes NAME, or gives back NAME")
    return Human(number, found[2], found[1] == "takes")


def _state(number: int, rest: str) -> State:
    who, bot, expected = rest.split(maxsplit=2)
    return State(number, who, bot, None if expected == "nothing" else json.loads(expected))


def _api(number: int, rest: str) -> Api:
    path, _, expected = rest.partition(" ")
    if not path.startswith("/v1/"):
        raise ValueError("an api line begins with a path under /v1/")
    return Api(number, path, json.loads(expected))


_READERS: Final[Mapping[str, Callable[[int, str], Act]]] = {
    "bots:": lambda number, rest: Bots(number, [it.strip() for it in rest.split(",") if it.strip()]),
    "phone": _phone,
    "config": _config,
    "kill": _kill,
    "clock": _clock,
    "human": _human,
    "state": _state,
    "api": _api,
}
