"""Filters: plain functions from a message to yes or no.

A filter returns False (not for this handler), True, or a dict whose entries become the handler's keyword
arguments.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from holdfast.client import Event
from holdfast.model.content import MessageKind as Kind
from holdfast.model.events import MessageReceived

Verdict = bool | Mapping[str, object]
Filter = Callable[[Event], Verdict]
Handler = Callable[..., Awaitable[None]]

#: What handlers hear unless they ask for something else: what a person says for the first time. Edits,
#: deletions and reactions are about what was said before; what cannot be read is told again when it can.
SAID: Final = frozenset(
    {
        *(Kind.TEXT, Kind.IMAGE, Kind.VIDEO, Kind.AUDIO, Kind.VOICE, Kind.DOCUMENT, Kind.STICKER),
        *(Kind.LOCATION, Kind.CONTACT, Kind.POLL),
    }
)


def command(name: str) -> Filter:
    """`/name`, alone or with words after it, in any case. The handler may take `args: str`."""
    wanted = "/" + name.lstrip("/").lower()

    def matches(event: Event) -> Verdict:
        head, _, rest = event.text.strip().partition(" ")
        return {"args": rest.strip()} if head.lower() == wanted else False

    return matches


def text(pattern: str) -> Filter:
    """Text in which the regular expression is found (case does not matter). The handler may take `match`."""
    compiled = re.compile(pattern, re.IGNORECASE)

    def matches(event: Event) -> Verdict:
        found = compiled.search(event.text)
        return {"match": found} if found else False

    return matches


def any_text(event: Event) -> Verdict:
    """Every message that has text."""
    return bool(event.text)


def private(event: Event) -> Verdict:
    """Messages of a chat with one person."""
    return isinstance(event.data, MessageReceived) and not event.data.group


def judge(filters: tuple[Filter, ...], event: Event) -> Mapping[str, object] | None:
    """What the filters say together: the merged arguments, or None when one of them says no."""
    arguments: dict[str, object] = {}
    for accepts in filters:
        verdict = accepts(event)
        if verdict is False:
            return None
        if isinstance(verdict, Mapping):
            arguments.update(verdict)
    return arguments
