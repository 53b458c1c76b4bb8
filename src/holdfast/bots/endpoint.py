"""An OpenAI-compatible endpoint: messages in, words or calls of tools out.

Source of the shapes: the chat completions API, as OpenAI publishes it and other servers speak it.
"""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

import httpx

from holdfast.model.content import Json
from holdfast.model.errors import HoldfastError

_USUAL_URL: Final = "https://api.openai.com/v1"
_USUAL_MODEL: Final = "gpt-4o-mini"
#: Passing refusals are tried again after these pauses, within the caller's time-out.
_PAUSES_S: Final = (0.5, 2.0)
_PASSING: Final = frozenset({408, 409, 429, 500, 502, 503, 504})
_LARGEST: Final = 1024 * 1024
#: Characters of a token, for servers that do not count: too few rather than too many, so that limits hold.
_PER_TOKEN: Final = 3
_MOST_CALLS: Final = 8


class ModelFailed(HoldfastError):
    """The model's endpoint gave no usable answer."""

    code = "model_failed"


@dataclass(frozen=True, slots=True)
class Call:
    """A tool that the model asks for. `arguments` is JSON as the model wrote it: anything."""

    call_id: str
    name: str
    arguments: str = field(repr=False)

    def read(self) -> Mapping[str, Json]:
        """The arguments as an object. Raises ModelFailed."""
        try:
            found = json.loads(self.arguments or "{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise ModelFailed("The arguments of a tool are no JSON object")
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said, which tools it asks for, and the tokens that it read and wrote."""

    text: str = field(repr=False)
    tokens_in: int
    tokens_out: int
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is, and which."""

    url: str
    key: str = field(repr=False)
    model: str

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Self | None:
        """From HOLDFAST_AI_URL, HOLDFAST_AI_KEY and HOLDFAST_AI_MODEL; None without the first two.

        A server of one's own needs no key, another one no address.
        """
        url, key = environment.get("HOLDFAST_AI_URL", ""), environment.get("HOLDFAST_AI_KEY", "")
        if not (url or key):
            return None
        model = environment.get("HOLDFAST_AI_MODEL") or _USUAL_MODEL
        return cls((url or _USUAL_URL).rstrip("/"), key, model)

    async def ask(
        self,
        messages: Sequence[Mapping[str, Json]],
        timeout_s: float,
        tools: Sequence[Mapping[str, Any]] = (),
        *,
        must_call: str = "",
    ) -> Answer:
        """What the model says to these messages. Raises ModelFailed, after `timeout_s` at the latest.

        `must_call` is the name of a tool that it has to call.
        """
        body: dict[str, Any] = {"model": self.model, "messages": list(messages)}
        if tools:
            body["tools"] = list(tools)
        if must_call:
            body["tool_choice"] = {"type": "function", "function": {"name": must_call}}
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            async with asyncio.timeout(timeout_s), httpx.AsyncClient(headers=headers) as http:
                return _read(await self._post(http, body), len(json.dumps(body, ensure_ascii=False)))
        except (TimeoutError, httpx.HTTPError) as failure:
            # Without its words: they may hold the address with a key in it.
            raise ModelFailed(f"The model did not answer ({type(failure).__name__})") from None

    async def _post(self, http: httpx.AsyncClient, body: Mapping[str, Any]) -> httpx.Response:
        for pause_s in (*_PAUSES_S, None):
            answer = await http.post(f"{self.url}/chat/completions", json=body, timeout=None)
            if answer.status_code not in _PASSING or pause_s is None:
                break
            await asyncio.sleep(pause_s)
        if answer.status_code != httpx.codes.OK or len(answer.content) > _LARGEST:
            raise ModelFailed(f"The model's endpoint answered {answer.status_code}")
        return answer


def _read(answer: httpx.Response, asked: int) -> Answer:
    """`asked` is how many characters the request had."""
    try:
        body = answer.json()
        message = body["choices"][0]["message"]
        text, calls = message.get("content") or "", message.get("tool_calls") or []
        if not isinstance(text, str):
            raise TypeError(type(text))
        return Answer(
            text.strip(),
            _tokens(body, "prompt_tokens", asked),
            _tokens(body, "completion_tokens", len(json.dumps(message))),
            tuple(_call(it) for it in calls[:_MOST_CALLS]),
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as failure:
        raise ModelFailed(f"The model's answer cannot be read ({type(failure).__name__})") from None


def _tokens(body: Mapping[str, Any], name: str, characters: int) -> int:
    counted = (body.get("usage") or {}).get(name)
    return max(0, int(counted)) if counted is not None else characters // _PER_TOKEN


def _call(it: Mapping[str, Any]) -> Call:
    function = it["function"]
    return Call(str(it.get("id") or ""), str(function["name"]), str(function.get("arguments") or ""))
