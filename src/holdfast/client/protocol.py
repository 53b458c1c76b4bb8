"""The hot path's conversation, without a socket. Pure.

Calling contract: after `opened`, `send` and `ack`, write everything that `frames()` gives, in order; hand
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


@dataclass(frozen=True, slots=True)
class SendAnswered:
    """The gateway committed the message, or refused it."""

    token: int
    answer: Sent | HoldfastError


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway refuses what this connection asked for."""

    error: HoldfastError


Happening = Subscribed | EventsArrived | SendAnswered | Refused


class HotPath:
    """One conversation that survives its connections."""

    def __init__(self, wanted: Wanted | None) -> None:
        self._wanted = wanted
        self._position: str | None = None  # last cursor received; an unnamed stream continues there
        self._begun = False
        self._waiting: dict[int, Outgoing] = {}  # every send without an answer, oldest first
        self._unwritten: deque[int] = deque()
        self._requests: dict[str, list[int]] = {}
        self._next_request = 0
        self._ack: str | None = None
        self._last_ack: str | None = None
        self._subscribe_due = False

    @property
    def unanswered(self) -> int:
        """Sends that wait for an answer."""
        return len(self._waiting)

    def opened(self) -> None:
        """A fresh connection: ask again for everything that was not answered."""
        self._requests.clear()
        self._unwritten = deque(self._waiting)
        self._subscribe_due = self._wanted is not None
        self._ack = self._last_ack  # the last one written may not have arrived

    def send(self, token: int, message: Outgoing) -> None:
        """Queue one message. `token` comes back with its answer."""
        self._waiting[token] = message
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
            messages = [_message(self._waiting[token]) for token in batch]
            out.append(json.dumps({"op": "send", "request": request, "messages": messages}))
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
            case "sent":
                return self._answered(str(frame.get("request")), frame.get("results") or [])
            case "subscribed":
                self._begun = True
                cursor = str(frame.get("cursor") or "")
                self._position = self._position or cursor
                return [Subscribed(cursor)]
            case "error":
                return [Refused(from_problem(frame.get("error")))]
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
        batch: list[int] = []
        chars = 0
        while self._unwritten and len(batch) < _BATCH and chars < _BATCH_CHARS:
            token = self._unwritten.popleft()
            if token in self._waiting:
                batch.append(token)
                chars += self._waiting[token].chars
        return batch

    def _answered(self, request: str, results: Sequence[Any]) -> list[Happening]:
        out: list[Happening] = []
        for token, result in zip(self._requests.pop(request, []), results, strict=False):
            if self._waiting.pop(token, None) is None:
                continue
            # An accepted message may carry the error of its last attempt; only one without an id was refused.
            accepted = "message_id" in result
            out.append(
                SendAnswered(token, Sent.read(result) if accepted else from_problem(result.get("error")))
            )
        return out


def _message(message: Outgoing) -> dict[str, Json]:
    return {
        "session": message.session,
        "to": message.to,
        **message.message,
        "idempotency_key": message.idempotency_key,
    }
