"""A model's answer that comes piece by piece, put together line by line. Pure.

Source of the shapes: server-sent events of the chat completions API, as OpenAI publishes it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_DATA: Final = "data:"
_DONE: Final = "[DONE]"
#: Nobody is sent more than this: a model that goes on is stopped, because every word costs.
ENOUGH: Final = 8000


class BrokenOff(Exception):
    """The answer ended in the middle, or what came is no piece of one."""


@dataclass(slots=True)
class Streamed:
    """What has come so far. Feed it lines until `finished`; then `body` is the whole answer."""

    finished: bool = False
    _text: list[str] = field(default_factory=list)
    _calls: dict[int, dict[str, str]] = field(default_factory=dict)
    _usage: Mapping[str, Any] = field(default_factory=dict)
    _characters: int = 0

    @property
    def characters(self) -> int:
        """How much was written so far."""
        return self._characters

    @property
    def body(self) -> Mapping[str, Any]:
        """The answer, as it comes in one piece."""
        calls = [
            {"id": it["id"], "function": {"name": it["name"], "arguments": it["arguments"]}}
            for _, it in sorted(self._calls.items())
        ]
        message = {"content": "".join(self._text), "tool_calls": calls}
        return {"choices": [{"message": message}], "usage": self._usage}

    def feed(self, line: str) -> bool:
        """Take the next line; False when nothing more is wanted. Raises BrokenOff."""
        if not line.startswith(_DATA):
            return True
        said = line.removeprefix(_DATA).strip()
        if said == _DONE:
            self.finished = True
            return False
        try:
            self._take(json.loads(said))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as failure:
            raise BrokenOff(type(failure).__name__) from None
        if self._characters > ENOUGH:
            self.finished = True
            return False
        return True

    def _take(self, chunk: Mapping[str, Any]) -> None:
        if chunk.get("error"):
            raise BrokenOff("error")
        self._usage = chunk.get("usage") or self._usage
        for choice in (chunk.get("choices") or [])[:1]:
            delta = choice.get("delta") or {}
            if content := delta.get("content"):
                self._text.append(content)
                self._characters += len(content)
            for place, call in enumerate(delta.get("tool_calls") or []):
                self._call(int(call.get("index", place)), call)
            self.finished = self.finished or bool(choice.get("finish_reason"))

    def _call(self, place: int, call: Mapping[str, Any]) -> None:
        known = self._calls.setdefault(place, {"id": "", "name": "", "arguments": ""})
        function = call.get("function") or {}
        found = {"id": call.get("id"), "name": function.get("name"), "arguments": function.get("arguments")}
        for name, piece in found.items():
            if piece:
                known[name] += piece
                self._characters += len(piece)
