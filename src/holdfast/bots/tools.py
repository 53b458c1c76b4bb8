"""What an assistant can do beside talking: hand over, and what applications bring, like their prices.

Packages bring tools by entry points `holdfast.tools`: functions that give one. Which of them a model may use
stands in the document `prompts`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Final

import structlog

from holdfast.bots.chat import Chat
from holdfast.model.content import Json

_log = structlog.get_logger("holdfast.bots")
_GROUP: Final = "holdfast.tools"


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that a model may ask for.

    `parameters` is the JSON Schema of its arguments. `run` gets what the model wrote, which may be anything
    in spite of the schema, and returns what the model is told. Amounts of money in that may be said to the
    contact.
    """

    name: str
    about: str
    parameters: Mapping[str, Any]
    run: Callable[[Chat, Mapping[str, Json]], Awaitable[str]]

    @property
    def told(self) -> Mapping[str, Any]:
        """As a model is told of it."""
        function = {"name": self.name, "description": self.about, "parameters": self.parameters}
        return {"type": "function", "function": function}


async def _hand_over(chat: Chat, arguments: Mapping[str, Json]) -> str:
    note = arguments.get("note")
    chat.hand_over(note[:1000] if isinstance(note, str) and note else "The assistant asks for a person")
    return "A person takes over."


HAND_OVER: Final = Tool(
    "hand_over",
    "Have a person of the business take over this chat.",
    {"type": "object", "properties": {"note": {"type": "string"}}},
    _hand_over,
)


def tools_of(names: Sequence[str]) -> Mapping[str, Tool]:
    """The tools of these names. One that nobody brings is left out, and logged."""
    found: dict[str, Tool] = {}
    for name in names:
        if name == HAND_OVER.name:
            found[name] = HAND_OVER
        elif brought := next(iter(entry_points(group=_GROUP, name=name)), None):
            found[name] = brought.load()()
        else:
            _log.warning("bot.tool_unknown", tool=name)
    return found
