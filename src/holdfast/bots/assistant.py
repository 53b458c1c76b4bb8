"""The assistant: answers in its own words, by a model behind an OpenAI-compatible endpoint.

What it is told and how far it goes stands in the document `prompts`; where the model is, in the environment.
Without an endpoint, or switched off, it leaves every message to others. It answers each message once: what
the model says is part of the step.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import structlog

from holdfast.bots.bot import Bot
from holdfast.bots.chat import Chat
from holdfast.bots.endpoint import Answer, Endpoint, ModelFailed
from holdfast.bots.filters import any_text, private
from holdfast.bots.guard import invents_a_price, leaks
from holdfast.bots.limits import Limit
from holdfast.bots.outcome import UNHANDLED, Outcome
from holdfast.model.content import Json

_log = structlog.get_logger("holdfast.bots")

#: Nobody asks faster than this; two bots that talk to each other do.
_FASTEST: Final = (10, 60.0)
#: The same words so often in a row come from a machine.
_SAME: Final = 3
_LONGEST: Final = 4000
#: Bytes of what was said that are kept: a state holds no more than 64 KiB.
_REMEMBERED_BYTES: Final = 40 * 1024
_HAND_OVER: Final = "hand_over"
_TOOLS: Final = (
    {
        "type": "function",
        "function": {
            "name": _HAND_OVER,
            "description": "Have a person of the business take over this chat.",
            "parameters": {"type": "object", "properties": {"note": {"type": "string"}}},
        },
    },
)


def make() -> Bot:
    """A fresh assistant, with the endpoint that the environment names."""
    return assistant(Endpoint.of_environment())


def assistant(endpoint: Endpoint | None) -> Bot:
    """An assistant on this endpoint."""
    bot = Bot("assistant")

    @bot.on(private, any_text, limit=Limit(*_FASTEST))
    async def answer(chat: Chat) -> Outcome | None:
        document = await chat.config("prompts")
        if endpoint is None or not document["assistant"]["enabled"]:
            return UNHANDLED
        await _answer(chat, endpoint, document)
        return None

    return bot


async def _answer(chat: Chat, endpoint: Endpoint, document: Mapping[str, Any]) -> None:
    rules, prompt = document["assistant"], document["prompts"][document["assistant"]["prompt"]]
    today = _today(chat, chat.now.date())
    memory = _memory(chat)
    memory.append({"role": "user", "content": chat.text[:_LONGEST]})
    if _is_a_loop(memory):
        _keep(chat, memory, rules["remembered"], today)
        return
    if today["answers"] >= rules["messages_per_day"] or today["tokens"] >= rules["tokens_per_day"]:
        if not today["told"]:
            await chat.reply(rules["fallback"])
        _keep(chat, memory, rules["remembered"], {**today, "told": True})
        return
    messages = [{"role": "system", "content": prompt}, *memory[-(rules["remembered"] + 1) :]]
    said = await _ask(endpoint, messages, prompt, rules["timeout_s"])
    today = {**today, "answers": today["answers"] + 1}
    if said is not None:
        today["tokens"] += said.tokens
        memory.append({"role": "assistant", "content": said.text[:_LONGEST]})
    _keep(chat, memory, rules["remembered"], today)
    await chat.reply(said.text[:_LONGEST] if said is not None and said.text else rules["fallback"])
    if said is not None and said.tool == _HAND_OVER:
        chat.hand_over(_note(said.arguments))


async def _ask(
    endpoint: Endpoint, messages: list[dict[str, Json]], prompt: str, timeout_s: float
) -> Answer | None:
    """What the model says, None where that is nothing that may be said."""
    try:
        said = await endpoint.ask(messages, _TOOLS, timeout_s)
    except ModelFailed as failure:
        _log.warning("bot.model_failed", error=failure.message)
        return None
    if leaks(said.text, prompt) or invents_a_price(said.text, prompt):
        _log.warning("bot.answer_withheld")
        return None
    return said if said.text or said.tool == _HAND_OVER else None


def _memory(chat: Chat) -> list[dict[str, Json]]:
    kept = chat.state.get("messages")
    return [dict(it) for it in kept if isinstance(it, dict)] if isinstance(kept, list) else []


def _today(chat: Chat, day: date) -> dict[str, Any]:
    kept = chat.state.get("today")
    if isinstance(kept, dict) and kept.get("day") == day.isoformat():
        return dict(kept)
    return {"day": day.isoformat(), "answers": 0, "tokens": 0, "told": False}


def _keep(chat: Chat, memory: list[dict[str, Json]], most: int, today: dict[str, Any]) -> None:
    chat.state["messages"] = _newest(memory, max(most, _SAME))
    chat.state["today"] = today


def _newest(memory: list[dict[str, Json]], most: int) -> list[Json]:
    """The newest messages, as many as there may be and as there is room for."""
    kept: list[Json] = []
    size = 0
    for it in reversed(memory[-most:]):
        size += len(json.dumps(it, ensure_ascii=False).encode())
        if size > _REMEMBERED_BYTES:
            break
        kept.append(it)
    return kept[::-1]


def _is_a_loop(memory: list[dict[str, Json]]) -> bool:
    said = [it.get("content") for it in memory if it.get("role") == "user"][-_SAME:]
    return len(said) == _SAME and len(set(map(str, said))) == 1


def _note(arguments: str) -> str:
    try:
        return str(json.loads(arguments)["note"])[:1000]
    except (ValueError, KeyError, TypeError):
        return "The assistant asks for a person"
