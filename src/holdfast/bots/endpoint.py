"""An OpenAI-compatible endpoint: messages in, words or a call of a tool out.

Source of the shapes: the chat completions API, as OpenAI publishes it and other servers speak it.
"""

import asyncio
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


class ModelFailed(HoldfastError):
    """The model's endpoint gave no usable answer."""

    code = "model_failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said, what it cost, and the tool that it asks for; empty without one."""

    text: str = field(repr=False)
    tokens: int
    tool: str = ""
    arguments: str = field(default="", repr=False)


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
        self, messages: Sequence[Mapping[str, Json]], tools: Sequence[Mapping[str, Any]], timeout_s: float
    ) -> Answer:
        """What the model says to these messages. Raises ModelFailed, after `timeout_s` at the latest."""
        body = {"model": self.model, "messages": list(messages), "tools": list(tools)}
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            async with asyncio.timeout(timeout_s), httpx.AsyncClient(headers=headers) as http:
                return _read(await self._post(http, body))
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


def _read(answer: httpx.Response) -> Answer:
    try:
        body = answer.json()
        message = body["choices"][0]["message"]
        text, calls = message.get("content") or "", message.get("tool_calls") or []
        tokens = int((body.get("usage") or {}).get("total_tokens") or 0)
        function = calls[0]["function"] if calls else {}
        if not isinstance(text, str):
            raise TypeError(type(text))
        return Answer(
            text.strip(), tokens, str(function.get("name") or ""), str(function.get("arguments") or "")
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as failure:
        raise ModelFailed(f"The model's answer cannot be read ({type(failure).__name__})") from None
