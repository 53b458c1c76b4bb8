"""The hot path's conversation, without a socket. Pure.

Calling contract: after `opened`, `ask` and `ack`, write everything that `frames()` gives, in order; hand
each text that arrives to `receive`. After a lost connection call `opened` for the next one: what was not
answered is asked again, which the idempotency key makes safe, and the stream continues where it was
acknowledged.
"""

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from holdfast.client.errors import from_problem
from holdfast.client.event import Event
from holdfast.client.steps import BotState, Committed, StateAsked, Step
from holdfast.client.types import Sent
from holdfast.model.content import Json
from holdfast.model.errors import HoldfastError

_BATCH = 256
_BATCH_CHARS = 2_000_000  # keeps one frame well below what servers accept


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send. The key makes a repetition harmless."""

    session: str
    to: str
    #: `text` or `content`, and what is said beside it.
    message: Mapping[str, Json] = field(repr=False)
    idempotency_key: str

    @property
    def chars(self) -> int:
        """About how long it is as JSON."""
        text = self.message.get("text")
        return len(text) if isinstance(text, str) else len(json.dumps(self.message))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a stream wants. A named subscription is remembered by the gateway."""

    subscription: str | None
    sessions: Sequence[str] | None = None
    types: Sequence[str] | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The stream has begun (again) after this cursor."""

    cursor: str


@dataclass(frozen=True, slots=True)
class EventsArrived:
    """Events in stream order, possibly some that were seen before."""

    events: list[Event]


#: What a frame may ask for, item by item, and what the gateway gives back for it.
Asked = Outgoing | Step | StateAsked
Answer = Sent | Committed | BotState


@dataclass(frozen=True, slots=True)
class Answered:
    """The gateway did what was asked, or refused it."""

    token: int
    answer: Answer | HoldfastError


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway refuses what this connection asked for."""

    error: HoldfastError


Happening = Subscribed | EventsArrived | Answered | Refused


class HotPath:
    """One conversation that survives its connections."""

    def __init__(self, wanted: Wanted | None) -> None:
        self._wanted = wanted
        self._position: str | None = None  # last cursor received; an unnamed stream continues there
        self._begun = False
        self._waiting: dict[int, Asked] = {}  # everything without an answer, oldest first
        self._unwritten: deque[int] = deque()
        self._requests: dict[str, list[int]] = {}
        self._next_request = 0
        self._ack: str | None = None
        self._last_ack: str | None = None
        self._subscribe_due = False

    @property
    def unanswered(self) -> int:
        """What waits for an answer."""
        return len(self._waiting)

    def opened(self) -> None:
        """A fresh connection: ask again for everything that was not answered."""
        self._requests.clear()
        self._unwritten = deque(self._waiting)
        self._subscribe_due = self._wanted is not None
        self._ack = self._last_ack  # the last one written may not have arrived

    def ask(self, token: int, asked: Asked) -> None:
        """Queue one message, step or question. `token` comes back with its answer."""
        self._waiting[token] = asked
        self._unwritten.append(token)

    def forget(self, token: int) -> None:
        """Nobody waits for this answer any more; it is not asked again."""
        self._waiting.pop(token, None)

    def ack(self, cursor: str) -> None:
        """Everything up to this cursor is done.

        Only the newest is written, and nothing for an unnamed stream.
        """
        if self._wanted is None or self._wanted.subscription is None:
            return
        self._ack = self._last_ack = cursor

    def frames(self) -> list[str]:
        """What is to be written now. Drains: ask once, write all."""
        out: list[str] = []
        if self._subscribe_due:
            self._subscribe_due = False
            out.append(json.dumps(self._subscribe()))
        if self._ack is not None:
            out.append(json.dumps({"op": "ack", "cursor": self._ack}))
            self._ack = None
        while batch := self._batch():
            self._next_request += 1
            request = str(self._next_request)
            self._requests[request] = batch
            out.append(json.dumps(_frame(request, [self._waiting[token] for token in batch])))
        return out

    def receive(self, text: str | bytes) -> list[Happening]:
        """What one frame means. Frames of a newer protocol mean nothing."""
        frame = json.loads(text)
        match frame.get("op"):
            case "events":
                events = [Event.read(body) for body in frame["events"]]
                if events:
                    self._position = events[-1].cursor
                return [EventsArrived(events)]
            case "sent" | "committed" | "states":
                return self._answered(str(frame.get("request")), frame.get("results") or [])
            case "subscribed":
                self._begun = True
                cursor = str(frame.get("cursor") or "")
                self._position = self._position or cursor
                return [Subscribed(cursor)]
            case "error":
                refusal = from_problem(frame.get("error"))
                # A frame that is refused as a whole is its callers' trouble; nothing else of the stream is.
                tokens = self._requests.pop(str(frame.get("request")), None)
                return [Refused(refusal)] if tokens is None else self._given_up(tokens, refusal)
            case _:
                return []

    def _subscribe(self) -> dict[str, Any]:
        assert self._wanted is not None
        wanted, after = self._wanted, self._wanted.after
        if self._begun:
            # A named stream continues where the gateway's record of it stands. Where that is gone with its
            # database, a new one must not begin at the end: the cursor says that there was something before.
            after = self._position
        return {
            "op": "subscribe",
            "subscription": wanted.subscription,
            "after": after,
            "sessions": None if wanted.sessions is None else list(wanted.sessions),
            "types": None if wanted.types is None else list(wanted.types),
        }

    def _batch(self) -> list[int]:
        """The next tokens that fit into one frame: of one kind, in their order."""
        batch: list[int] = []
        kind: object = None
        chars = 0
        while self._unwritten and len(batch) < _BATCH and chars < _BATCH_CHARS:
            asked = self._waiting.get(self._unwritten[0])
            if asked is not None and kind not in (None, _kind(asked)):
                break
            token = self._unwritten.popleft()
            if asked is not None:
                kind = _kind(asked)
                batch.append(token)
                chars += asked.chars
        return batch

    def _answered(self, request: str, results: Sequence[Any]) -> list[Happening]:
        out: list[Happening] = []
        for token, result in zip(self._requests.pop(request, []), results, strict=False):
            asked = self._waiting.pop(token, None)
            if asked is not None:
                out.append(Answered(token, _read(asked, result)))
        return out

    def _given_up(self, tokens: Sequence[int], refusal: HoldfastError) -> list[Happening]:
        return [Answered(token, refusal) for token in tokens if self._waiting.pop(token, None) is not None]


def _kind(asked: Asked) -> tuple[object, str]:
    """What may share a frame: questions about what one bot remembers, messages, steps."""
    return type(asked), asked.bot if isinstance(asked, StateAsked) else ""


def _frame(request: str, items: Sequence[Asked]) -> dict[str, Json]:
    first = items[0]
    if isinstance(first, StateAsked):
        chats: list[Json] = [it.chat_json() for it in items if isinstance(it, StateAsked)]
        return {"op": "states", "request": request, "bot": first.bot, "chats": chats}
    if isinstance(first, Step):
        steps: list[Json] = [it.to_json() for it in items if isinstance(it, Step)]
        return {"op": "commit", "request": request, "steps": steps}
    messages: list[Json] = [_message(it) for it in items if isinstance(it, Outgoing)]
    return {"op": "send", "request": request, "messages": messages}


def _read(asked: Asked, result: Any) -> Answer | HoldfastError:
    if isinstance(asked, Outgoing):
        # An accepted message may carry the error of its last attempt; only one without an id was refused.
        return Sent.read(result) if "message_id" in result else from_problem(result.get("error"))
    if "version" not in result:
        return from_problem(result.get("error"))
    return Committed.read(result) if isinstance(asked, Step) else BotState.read(result)


def _message(message: Outgoing) -> dict[str, Json]:
    return {
        "session": message.session,
        "to": message.to,
        **message.message,
        "idempotency_key": message.idempotency_key,
    }
