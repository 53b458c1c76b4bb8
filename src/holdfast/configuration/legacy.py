"""The old systems' `promptsConfig`, as this configuration has it, and the way back. Pure.

It was one object of prompts by name, with the model's limits beside them in camel case.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from holdfast.model.content import Json
from holdfast.model.errors import ConfigurationInvalid

if TYPE_CHECKING:
    from pydantic import BaseModel

#: Old names of what the assistant may do, and the new ones.
_LIMITS: Final[Mapping[str, str]] = {
    "enabled": "enabled",
    "fallbackMessage": "fallback",
    "maxMessagesPerDay": "messages_per_day",
    "maxTokensPerDay": "tokens_per_day",
    "timeoutSeconds": "timeout_s",
    "historyLength": "remembered",
    "activePrompt": "prompt",
}


def prompts_from_old(body: Mapping[str, Json]) -> dict[str, Json]:
    """The document `prompts` of a `promptsConfig`: `{"prompts": {"systemPrompt": "…"}, "enabled": true, …}`.

    Prompts may stand beside the limits as well, as strings. Raises ConfigurationInvalid for anything else.
    """
    given = body.get("promptsConfig", body)
    if not isinstance(given, dict):
        raise ConfigurationInvalid("A promptsConfig is one JSON object")
    inside = given.get("prompts")
    found: dict[str, Json] = dict(inside) if isinstance(inside, dict) else {}
    found |= {
        key: value
        for key, value in given.items()
        if key not in {"prompts", *_LIMITS} and isinstance(value, str)
    }
    unknown = sorted(set(given) - set(_LIMITS) - set(found) - {"prompts"})
    if unknown:
        raise ConfigurationInvalid(f"Nothing is known of `{unknown[0]}` in a promptsConfig")
    assistant = {new: given[old] for old, new in _LIMITS.items() if old in given}
    prompts = {_word(key): value for key, value in found.items()}
    if isinstance(assistant.get("prompt"), str):
        assistant["prompt"] = _word(str(assistant["prompt"]))
    elif prompts and "assistant" not in prompts:
        assistant["prompt"] = next(iter(prompts))
    return {"prompts": prompts, "assistant": assistant} if prompts else {"assistant": assistant}


def prompts_to_old(document: "BaseModel") -> dict[str, Json]:
    """The `promptsConfig` of a document `prompts`."""
    body: dict[str, Any] = document.model_dump(mode="json")
    limits = {old: body["assistant"][new] for old, new in _LIMITS.items()}
    return {"prompts": body["prompts"], **limits}


def _word(name: str) -> str:
    """`systemPrompt` is `system-prompt` here."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
    return re.sub(r"[^a-z0-9_-]+", "-", apart).strip("-")[:32] or "prompt"
