"""What a bot hands over when it is done with an event, and what is told of it. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from holdfast.messages import Message
from holdfast.model.content import Json
from holdfast.model.errors import RequestInvalid
from holdfast.model.ids import SessionId, TenantId
from holdfast.model.seams import SessionRef
from holdfast.outbox import SendRequest

#: Bytes of JSON that a bot may remember of one chat, and put into one reminder.
LARGEST_STATE: Final = 64 * 1024
LONGEST_NAME: Final = 128


@dataclass(frozen=True, slots=True)
class ChatRef:
    """A chat of a session's number, whichever name of a person it says."""

    session: SessionRef
    chat: str


@dataclass(frozen=True, slots=True)
class StateChange:
    """What is to be remembered, if the state still has this version; None: nothing any more."""

    version: int
    data: Mapping[str, Json] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReminderChange:
    """Remind the bot at this time; None: not any more."""

    name: str
    due_ms: int | None
    data: Mapping[str, Json] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class HandOver:
    """A human takes the chat over, until then where a time is set."""

    note: str = field(default="", repr=False)
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ActCall:
    """What an application is asked to do in the same transaction."""

    name: str
    body: Mapping[str, Json] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a bot gives an event up."""

    error: str
    attempts: int
    detail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Step:
    """Everything that one event led to. It holds as a whole or not at all."""

    at: ChatRef
    subscription: str
    event_id: str
    bot: str
    sends: tuple[SendRequest, ...] = ()
    state: StateChange | None = None
    reminders: tuple[ReminderChange, ...] = ()
    hand_over: HandOver | None = None
    acts: tuple[ActCall, ...] = ()
    failed: Failure | None = None


@dataclass(frozen=True, slots=True)
class StepEvent:
    """What an application's act is told of the event that it belongs to."""

    tenant_id: TenantId
    session_id: SessionId
    phone: str
    chat: str
    event_id: str
    bot: str


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a step. `repeated`: it was done before, and nothing happened now."""

    repeated: bool
    version: int
    #: The messages that were accepted, in the order of the step; None for one that a human's chat leaves out.
    messages: tuple[Message | None, ...] = ()
    acts: tuple[Mapping[str, Json], ...] = ()
    handed_over: bool = False


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a bot remembers of a chat. Version 0: nothing, ever."""

    version: int = 0
    data: Mapping[str, Json] = field(default_factory=dict, repr=False)
    handed_over: bool = False


def packed(data: Mapping[str, Json]) -> str:
    """A state as the database holds it. Raises RequestInvalid for one that is too large, or is no JSON."""
    try:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        size = len(text.encode())
    except ValueError:
        raise RequestInvalid("What a bot remembers is JSON in valid Unicode, without NaN") from None
    if size > LARGEST_STATE:
        raise RequestInvalid(f"What a bot remembers of a chat has at most {LARGEST_STATE // 1024} KiB")
    return text


def check_name(what: str, name: str) -> str:
    """The name of a bot or a reminder. Raises RequestInvalid."""
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise RequestInvalid(f"The name of a {what} has 1 to {LONGEST_NAME} printable characters")
    return name
