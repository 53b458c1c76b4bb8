"""What the assistant would say: a prompt tried before it counts. Nothing is sent, nothing kept."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from holdfast.bots.endpoint import Answer, Endpoint, ModelFailed
from holdfast.bots.guard import invents_a_price, leaks
from holdfast.bots.recall import Recall
from holdfast.bots.tools import tools_of

#: Whoever tries waits in front of a screen.
_LONGEST_S: Final = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What is tried."""

    #: What a customer writes.
    text: str
    #: What the assistant is told, and the rules of the document `prompts` around it.
    prompt: str
    rules: Mapping[str, Any]


async def try_prompt(asked: Asked, endpoint: Endpoint | None) -> Sequence[str]:
    """What would be said, in sentences for the owner; what failed is one of them."""
    off = [] if asked.rules["enabled"] else ["The assistant is switched off: nobody hears this yet."]
    if endpoint is None:
        return [*off, *_stand_in(asked)]
    tools = [it.told for it in tools_of(asked.rules["tools"]).values()]
    messages = Recall().plus("user", asked.text).shown(asked.prompt, 1)
    begun = time.monotonic()
    try:
        answer = await endpoint.ask(messages, min(asked.rules["timeout_s"], _LONGEST_S), tools)
    except ModelFailed as failure:
        return [*off, f"{failure.message}. A customer would read: {asked.rules['fallback']}"]
    took_s = time.monotonic() - begun
    tokens = answer.tokens_in + answer.tokens_out
    said = f"Tried with the model {endpoint.model}: {took_s:.1f} s, {tokens} tokens."
    return [*off, said, *_said(answer, asked)]


def _said(answer: Answer, asked: Asked) -> list[str]:
    """What becomes of an answer. Tools need a chat: that they are asked for is told, they are not run."""
    if answer.calls:
        names = ", ".join(it.name for it in answer.calls)
        return [f"It asks for its tools first: {names}. They are not run here.", *filter(None, [answer.text])]
    if leaks(answer.text, asked.prompt):
        why = "it repeats its instructions"
    elif invents_a_price(answer.text, asked.prompt):
        why = "it names a price that it was not told"
    elif not answer.text:
        why = "it is empty"
    else:
        return [answer.text]
    fallback = asked.rules["fallback"]
    return [f"Withheld, because {why}: {answer.text}", f"A customer would read: {fallback}"]


def _stand_in(asked: Asked) -> list[str]:
    """No model is set up: what one would be told, plainly labelled as no answer of one."""
    return [
        "No model is set up, so nobody thought about this: a stand-in shows what a model would be given. "
        "Start Holdfast with HOLDFAST_AI_URL or HOLDFAST_AI_KEY to try a real one.",
        f"The stand-in was told: {asked.prompt}",
        f"The stand-in was asked: {asked.text}",
        "The stand-in says: I am a stand-in and cannot answer.",
    ]
