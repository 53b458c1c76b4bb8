"""Filters: plain functions from a chat to yes or no, `async` ones too.

A filter returns False (not for this handler), True, a dict whose entries become the handler's keyword
arguments, or `Say`: the message is for this handler, but this is the answer instead.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Final

from holdfast.bots.arguments import Argument, read, usage
from holdfast.bots.chat import Chat
from holdfast.model.content import Json
from holdfast.model.content import MessageKind as Kind
from holdfast.model.events import MessageReceived


@dataclass(frozen=True, slots=True)
class Say:
    """An answer in the handler's place."""

    text: str = field(repr=False)


Verdict = bool | Mapping[str, object] | Say
Filter = Callable[[Chat], Verdict | Awaitable[Verdict]]

#: What handlers hear unless they ask for something else: what a person says for the first time. Edits,
#: deletions and reactions are about what was said before; what cannot be read is told again when it can.
SAID: Final = frozenset(
    {
        *(Kind.TEXT, Kind.IMAGE, Kind.VIDEO, Kind.AUDIO, Kind.VOICE, Kind.DOCUMENT, Kind.STICKER),
        *(Kind.LOCATION, Kind.CONTACT, Kind.POLL),
    }
)


def command(name: str, **arguments: Argument | type) -> Filter:
    """`/name`, alone or with words after it, in any case.

    Without `arguments` the handler may take `args: str`, everything after the name. With them each word is
    read as its type and given under its name, as in `command("order", item=str, count=Argument(int, 1))`;
    a message that does not fit is answered with how it is written.
    """
    wanted = "/" + name.lstrip("/").lower()
    asked = {key: it if isinstance(it, Argument) else Argument(it) for key, it in arguments.items()}

    def matches(chat: Chat) -> Verdict:
        head, _, rest = chat.text.strip().partition(" ")
        if head.lower() != wanted:
            return False
        if not asked:
            return {"args": rest.strip()}
        values = read(asked, rest)
        return Say(usage(wanted, asked)) if values is None else values

    return matches


def text(pattern: str) -> Filter:
    """Text in which the regular expression is found (case does not matter). The handler may take `match`."""
    compiled = re.compile(pattern, re.IGNORECASE)

    def matches(chat: Chat) -> Verdict:
        found = compiled.search(chat.text)
        return {"match": found} if found else False

    return matches


def any_text(chat: Chat) -> Verdict:
    """Every message that has text."""
    return bool(chat.text)


def private(chat: Chat) -> Verdict:
    """Messages of a chat with one person."""
    return isinstance(chat.event.data, MessageReceived) and not chat.event.data.group


def when(**values: Json) -> Filter:
    """Chats of which the bot remembers these values, as in `when(step="address")`."""

    def matches(chat: Chat) -> Verdict:
        return all(chat.state.get(key) == value for key, value in values.items())

    return matches


def unless(accepts: Filter) -> Filter:
    """What another filter does not want."""

    async def matches(chat: Chat) -> Verdict:
        return await _ask(accepts, chat) is False

    return matches


def one_of(*filters: Filter) -> Filter:
    """What any of these filters wants; the first one's arguments."""

    async def matches(chat: Chat) -> Verdict:
        for accepts in filters:
            verdict = await _ask(accepts, chat)
            if verdict is not False:
                return verdict
        return False

    return matches


async def judge(filters: tuple[Filter, ...], chat: Chat) -> Mapping[str, object] | Say | None:
    """What the filters say together: the merged arguments, an answer, or None when one says no."""
    arguments: dict[str, object] = {}
    for accepts in filters:
        verdict = await _ask(accepts, chat)
        if verdict is False:
            return None
        if isinstance(verdict, Say):
            return verdict
        if isinstance(verdict, Mapping):
            arguments.update(verdict)
    return arguments


async def _ask(accepts: Filter, chat: Chat) -> Verdict:
    verdict = accepts(chat)
    return await verdict if isawaitable(verdict) else verdict
