"""What an assistant knows of a chat: its newest messages, and a summary of those before. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from holdfast.model.content import Json

#: The same words so often in a row come from a machine.
_SAME: Final = 3
_LONGEST: Final = 4000
_LONGEST_SUMMARY: Final = 2000
#: Bytes of what was said that are kept: a state holds no more than 64 KiB.
_BYTES: Final = 40 * 1024

Message = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Recall:
    """The messages in their order, as a model is shown them."""

    messages: tuple[Message, ...] = ()
    summary: str = ""

    def plus(self, role: str, text: str) -> "Recall":
        """With one more message of the "user" or the "assistant"."""
        return replace(self, messages=(*self.messages, {"role": role, "content": text[:_LONGEST]}))

    def shown(self, prompt: str, most: int) -> list[Message]:
        """What a model is told and shown before it answers the newest message."""
        told: list[Message] = [{"role": "system", "content": prompt}]
        if most and self.summary:
            told.append({"role": "system", "content": f"Earlier in this chat, in short: {self.summary}"})
        return [*told, *(self.messages if most else self.messages[-1:])]

    def overflow(self, most: int) -> tuple[Message, ...]:
        """The messages that are to be told in short: none until half a window too many have come together."""
        return self.messages[:-most] if most and len(self.messages) > most + max(2, most // 2) else ()

    def without(self, older: tuple[Message, ...], summary: str) -> "Recall":
        """The older messages told in short; with an empty summary what was known before stays."""
        return Recall(self.messages[len(older) :], summary[:_LONGEST_SUMMARY] or self.summary)

    def to_json(self, most: int) -> dict[str, Json]:
        """As it stands in the chat's state: never more than there is room for."""
        kept: list[Json] = []
        size = 0
        for it in reversed(self.messages if most else self.messages[-2 * _SAME :]):
            size += len(json.dumps(it, ensure_ascii=False).encode())
            if size > _BYTES:
                break
            kept.append(it)
        return {"messages": kept[::-1], "summary": self.summary}

    @property
    def is_a_loop(self) -> bool:
        """Whether the contact has said the same words too often in a row."""
        said = [it.get("content") for it in self.messages if it.get("role") == "user"][-_SAME:]
        return len(said) == _SAME and len(set(map(str, said))) == 1


def recall(kept: Mapping[str, Json]) -> Recall:
    """From the chat's state; what cannot be read is forgotten."""
    messages, summary = kept.get("messages"), kept.get("summary")
    return Recall(
        tuple(dict(it) for it in messages if isinstance(it, dict)) if isinstance(messages, list) else (),
        summary if isinstance(summary, str) else "",
    )
