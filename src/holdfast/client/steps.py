"""A bot's step, as a program hands it over, and what the gateway says to it. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from holdfast.client.types import Sent
from holdfast.model.content import Json


@dataclass(frozen=True, slots=True)
class StateAsked:
    """What does this bot remember of this chat?"""

    session: str
    chat: str
    bot: str

    @property
    def chars(self) -> int:
        """About how long it is as JSON."""
        return len(self.chat) + len(self.session)

    def chat_json(self) -> dict[str, Json]:
        """The chat, for the gateway."""
        return {"session": self.session, "chat": self.chat}


@dataclass(frozen=True, slots=True)
class BotState:
    """What a bot remembers of a chat. `handed_over`: the chat is with a human."""

    version: int = 0
    data: Mapping[str, Json] = field(default_factory=dict, repr=False)
    handed_over: bool = False

    @classmethod
    def read(cls, body: Mapping[str, Json]) -> "BotState":
        """From the API's JSON."""
        data = body.get("data")
        return cls(
            _whole(body.get("version")),
            data if isinstance(data, dict) else {},
            bool(body.get("handed_over")),
        )


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder at a time; None: not any more."""

    name: str
    at: datetime | None
    data: Mapping[str, Json] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class HandOver:
    """A human takes the chat over, until then where a time is set."""

    note: str = field(default="", repr=False)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What an application of the gateway is asked to do in the same transaction."""

    name: str
    body: Mapping[str, Json] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a bot gives the event up."""

    error: str
    attempts: int
    detail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Step:
    """Everything that one event led to.

    `sends` are messages as JSON, to the event's chat unless they name another one. `state` is left out where
    nothing changes; an empty one clears it.
    """

    subscription: str
    event_id: str
    session: str
    chat: str
    bot: str
    sends: Sequence[Mapping[str, Json]] = field(default=(), repr=False)
    #: The version that was read, and what is remembered from now on.
    state: tuple[int, Mapping[str, Json]] | None = field(default=None, repr=False)
    reminders: Sequence[Reminder] = ()
    hand_over: HandOver | None = None
    acts: Sequence[Act] = ()
    failed: Failed | None = None

    @property
    def chars(self) -> int:
        """About how long it is as JSON."""
        return len(json.dumps(self.to_json()))

    def to_json(self) -> dict[str, Json]:
        """For the gateway. Raises ValueError for a time without a time zone."""
        body: dict[str, Json] = {
            "subscription": self.subscription,
            "event_id": self.event_id,
            "session": self.session,
            "chat": self.chat,
            "bot": self.bot,
        }
        if self.sends:
            body["sends"] = [dict(each) for each in self.sends]
        if self.state is not None:
            version, data = self.state
            body["state"] = {"version": version, "data": dict(data) or None}
        if self.reminders:
            body["reminders"] = [
                {"name": it.name, "at": _moment(it.at), "data": dict(it.data)} for it in self.reminders
            ]
        if self.hand_over is not None:
            body["hand_over"] = {"note": self.hand_over.note, "until": _moment(self.hand_over.until)}
        if self.acts:
            body["acts"] = [{"name": it.name, "body": dict(it.body)} for it in self.acts]
        if self.failed is not None:
            it = self.failed
            body["failed"] = {"error": it.error, "attempts": it.attempts, "detail": it.detail}
        return body


@dataclass(frozen=True, slots=True)
class Committed:
    """The step is done. `repeated`: it was done before, and nothing happened now."""

    repeated: bool
    version: int
    #: In the order of the step; None for a message that was left out because a human has the chat.
    messages: Sequence[Sent | None] = ()
    acts: Sequence[Mapping[str, Json]] = ()
    handed_over: bool = False

    @classmethod
    def read(cls, body: Mapping[str, Json]) -> "Committed":
        """From the API's JSON."""
        messages, acts = body.get("messages"), body.get("acts")
        return cls(
            repeated=bool(body.get("repeated")),
            version=_whole(body.get("version")),
            messages=[
                Sent.read(each) if isinstance(each, dict) else None
                for each in (messages if isinstance(messages, list) else [])
            ],
            acts=[each for each in (acts if isinstance(acts, list) else []) if isinstance(each, dict)],
            handed_over=bool(body.get("handed_over")),
        )


def _whole(value: Json) -> int:
    return value if isinstance(value, int) else 0


def _moment(at: datetime | None) -> str | None:
    if at is not None and at.tzinfo is None:
        raise ValueError("a time for the gateway has a time zone")
    return None if at is None else at.isoformat()
