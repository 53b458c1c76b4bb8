"""An OpenAI-compatible endpoint: messages in, words or calls of tools out.

Answers are taken piece by piece, so that one that stands still or never ends is noticed; nothing of one is
said before it is whole.

Source of the shapes: the chat completions API, as OpenAI publishes it and other servers speak it.
"""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import httpx

from holdfast.bots.streamed import BrokenOff, Streamed
from holdfast.model.content import Json
from holdfast.model.errors import HoldfastError

_USUAL_URL: Final = "https://api.openai.com/v1"
_USUAL_MODEL: Final = "gpt-4o-mini"
_PASSING: Final = frozenset({408, 409, 429, 500, 502, 503, 504})
#: Refusals of servers that do not stream, or do not count while they do.
_NOT_SO: Final = frozenset({400, 422})
_IN_PIECES: Final = {"stream": True, "stream_options": {"include_usage": True}}
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
    #: An answer that has begun and stands still for so long has broken off.
    silent_s: float = 10.0
    #: What passes is tried again after these pauses, within the caller's time-out.
    pauses_s: tuple[float, ...] = (0.5, 2.0)

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
        timeout = httpx.Timeout(None, connect=timeout_s)
        try:
            async with (
                asyncio.timeout(timeout_s),
                httpx.AsyncClient(headers=headers, timeout=timeout) as http,
            ):
                return await self._answered(http, body)
        except (TimeoutError, httpx.HTTPError) as failure:
            # Without its words: they may hold the address with a key in it.
            raise ModelFailed(f"The model did not answer ({type(failure).__name__})") from None

    async def _answered(self, http: httpx.AsyncClient, body: Mapping[str, Any]) -> Answer:
        """Ask, again after what passes. An attempt that broke off has cost what it wrote."""
        asked, wasted_in, wasted_out = len(json.dumps(body, ensure_ascii=False)), 0, 0
        why = ""
        for pause_s in (0.0, *self.pauses_s):
            await asyncio.sleep(pause_s)
            streamed = Streamed()
            try:
                answer = _read(await self._whole(http, body, streamed), asked)
            except _Passing as failure:
                why = str(failure)
                if streamed.characters:
                    wasted_in += asked // _PER_TOKEN
                    wasted_out += streamed.characters // _PER_TOKEN
            else:
                tokens_in, tokens_out = answer.tokens_in + wasted_in, answer.tokens_out + wasted_out
                return replace(answer, tokens_in=tokens_in, tokens_out=tokens_out)
        raise ModelFailed(f"The model's endpoint {why}")

    async def _whole(
        self, http: httpx.AsyncClient, body: Mapping[str, Any], streamed: Streamed
    ) -> Mapping[str, Any]:
        """The answer's body, however the server gives it: in pieces, in one, or only to who asks for one."""
        async with http.stream("POST", self._address, json={**body, **_IN_PIECES}) as answer:
            if answer.status_code not in _NOT_SO:
                return await self._taken(answer, streamed)
        async with http.stream("POST", self._address, json=body) as answer:
            return await self._taken(answer, streamed)

    async def _taken(self, answer: httpx.Response, streamed: Streamed) -> Mapping[str, Any]:
        if answer.status_code in _PASSING:
            raise _Passing(f"answered {answer.status_code}")
        if answer.status_code != httpx.codes.OK:
            raise ModelFailed(f"The model's endpoint answered {answer.status_code}")
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            return _object(await _bounded(answer))
        try:
            await self._follow(answer, streamed)
        except (BrokenOff, TimeoutError, httpx.TransportError) as failure:
            raise _Passing(f"broke off ({type(failure).__name__})") from None
        if not streamed.finished:
            raise _Passing("broke off")
        return streamed.body

    async def _follow(self, answer: httpx.Response, streamed: Streamed) -> None:
        """Feed what comes. A model may think for long before its first word, and not between two."""
        lines, size = answer.aiter_lines(), 0
        while True:
            try:
                async with asyncio.timeout(self.silent_s if streamed.characters else None):
                    line = await anext(lines)
            except StopAsyncIteration:
                return
            size += len(line)
            if size > _LARGEST:
                raise BrokenOff("too large")
            if not streamed.feed(line):
                return

    @property
    def _address(self) -> str:
        return f"{self.url}/chat/completions"


class _Passing(Exception):
    """This attempt came to nothing, the next one may not."""


async def _bounded(answer: httpx.Response) -> bytes:
    found = bytearray()
    async for piece in answer.aiter_bytes():
        found += piece
        if len(found) > _LARGEST:
            raise ModelFailed("The model's answer is too large")
    return bytes(found)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ModelFailed("The model's answer cannot be read")
    return found


def _read(body: Mapping[str, Any], asked: int) -> Answer:
    """`asked` is how many characters the request had."""
    try:
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
