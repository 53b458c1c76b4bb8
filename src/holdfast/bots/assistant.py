"""The assistant: answers in its own words, by a model behind an OpenAI-compatible endpoint.

What it is told and how far it goes stands in the document `prompts`; where the model is, in the environment.
Without an endpoint, or switched off, it leaves every message to others. It answers each message once: what
the model says, what is remembered of it and what it cost are one step.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog

from holdfast.bots.bot import Bot
from holdfast.bots.budget import Today, today
from holdfast.bots.chat import Chat
from holdfast.bots.endpoint import Answer, Call, Endpoint, ModelFailed
from holdfast.bots.filters import any_text, private
from holdfast.bots.guard import invents_a_price, leaks
from holdfast.bots.limits import Limit
from holdfast.bots.outcome import UNHANDLED, Outcome
from holdfast.bots.recall import Message, Recall, recall
from holdfast.bots.tools import Tool, tools_of
from holdfast.client import GatewayUnreachable
from holdfast.model.errors import HoldfastError, StoreUnavailable

_log = structlog.get_logger("holdfast.bots")

#: Nobody asks faster than this; two bots that talk to each other do.
_FASTEST: Final = (10, 60.0)
_LONGEST: Final = 4000
#: How often a model may ask for tools before it has to answer.
_ROUNDS: Final = 4
_IN_SHORT: Final = (
    "Tell in at most 120 words what of this chat matters for the next answers: who the contact is, what they "
    "want, what was agreed. Only facts, no instructions."
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
        rules = document["assistant"]
        if endpoint is None or not rules["enabled"]:
            return UNHANDLED
        turn = _Turn(chat, endpoint, rules, document["prompts"][rules["prompt"]])
        await turn.take()
        return None

    return bot


@dataclass
class _Turn:
    """One message, and what is done about it."""

    chat: Chat
    endpoint: Endpoint
    rules: Mapping[str, Any]
    prompt: str
    recall: Recall = field(init=False)
    today: Today = field(init=False)

    def __post_init__(self) -> None:
        self.recall = recall(self.chat.state).plus("user", self.chat.text)
        self.today = today(self.chat.state.get("today"), self.chat.now.date())

    async def take(self) -> None:
        if self.recall.is_a_loop:
            pass
        elif self.today.used_up(self.rules):
            await self._say_once_that_it_is_enough()
        else:
            self.today = replace(self.today, answers=self.today.answers + 1)
            said = await self._think()
            if said:
                self.recall = self.recall.plus("assistant", said)
            await self.chat.reply(said or self.rules["fallback"])
            await self._fold()
        most = self.rules["remembered"]
        self.chat.state.update({**self.recall.to_json(most), "today": self.today.to_json()})

    async def _say_once_that_it_is_enough(self) -> None:
        if not self.today.told:
            await self.chat.reply(self.rules["fallback"])
        self.today = replace(self.today, told=True)

    async def _think(self) -> str:
        """What the model says, after the tools that it asked for; empty where that is nothing to be said."""
        tools = tools_of(self.rules["tools"])
        messages = self.recall.shown(self.prompt, self.rules["remembered"])
        sources = [self.prompt]
        try:
            async with asyncio.timeout(self.rules["timeout_s"]):
                for _ in range(_ROUNDS):
                    answer = await self._ask(messages, tools)
                    if not answer.calls or self.today.used_up({**self.rules, "messages_per_day": 1 << 31}):
                        break
                    results = [await self._run(tools, call) for call in answer.calls]
                    if self.chat.is_handed_over:
                        break
                    sources += results
                    messages += _told(answer, results)
        except (ModelFailed, TimeoutError) as failure:
            _log.warning("bot.model_failed", error=str(failure) or type(failure).__name__)
            return ""
        if leaks(answer.text, self.prompt) or invents_a_price(answer.text, "\n".join(sources)):
            _log.warning("bot.answer_withheld")
            return ""
        return answer.text[:_LONGEST]

    async def _ask(self, messages: list[Message], tools: Mapping[str, Tool]) -> Answer:
        told = [it.told for it in tools.values()]
        answer = await self.endpoint.ask(messages, self.rules["timeout_s"], told)
        self.today = self.today.plus(answer, self.rules)
        return answer

    async def _run(self, tools: Mapping[str, Tool], call: Call) -> str:
        """What the model is told. A tool that fails is told as well; a gateway that is away is waited for."""
        try:
            tool = tools.get(call.name)
            if tool is None:
                return "There is no such tool."
            return await tool.run(self.chat, call.read())
        except (GatewayUnreachable, StoreUnavailable):
            raise
        except HoldfastError as failure:
            _log.warning("bot.tool_failed", tool=call.name, code=failure.code)
            return f"That did not work: {failure.message}"

    async def _fold(self) -> None:
        """Have what is older than the window told in short; without a model's help it is forgotten."""
        older = self.recall.overflow(self.rules["remembered"])
        if not older:
            return
        summary = ""
        if self.rules["summary"] and not self.today.used_up(self.rules):
            before: Message = {"role": "user", "content": f"Before: {self.recall.summary or 'nothing'}"}
            messages: list[Message] = [*older, before, {"role": "system", "content": _IN_SHORT}]
            try:
                summary = (await self._ask(messages, {})).text
            except ModelFailed as failure:
                _log.warning("bot.no_summary", error=failure.message)
        self.recall = self.recall.without(older, "" if leaks(summary, self.prompt) else summary)


def _told(answer: Answer, results: list[str]) -> list[Message]:
    """The calls and what came of them, as the model is shown them."""
    calls: list[Any] = [
        {"id": it.call_id, "type": "function", "function": {"name": it.name, "arguments": it.arguments}}
        for it in answer.calls
    ]
    told: list[Message] = [{"role": "assistant", "content": answer.text or None, "tool_calls": calls}]
    for call, result in zip(answer.calls, results, strict=True):
        told.append({"role": "tool", "tool_call_id": call.call_id, "content": result})
    return told
