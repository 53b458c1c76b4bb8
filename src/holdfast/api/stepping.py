"""The event socket's frames for bots: `commit` does steps, `states` asks what is remembered."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from holdfast.accounts import Caller
from holdfast.api.bodies import Body, Version, ms_or_none
from holdfast.api.errors import problem_of
from holdfast.api.mentions import check_mentions
from holdfast.api.messages import sent_out
from holdfast.api.reach import reached
from holdfast.api.rooms import Rooms
from holdfast.api.sending import Wanted
from holdfast.api.subscriptions import consumer_of
from holdfast.model.address import parse_recipient
from holdfast.model.content import Json
from holdfast.model.errors import HoldfastError
from holdfast.model.seams import SessionRef
from holdfast.outbox import SendRequest
from holdfast.steps import (
    ActCall,
    ChatRef,
    Done,
    Failure,
    HandOver,
    ReminderChange,
    StateChange,
    Step,
)

_FRAME_STEPS: Final = 256
_FRAME_CHATS: Final = 1000
_STEP_SENDS: Final = 50
_CLOSED: Final = ConfigDict(extra="forbid")


class StepSendIn(Wanted):
    """One message of a step; to its event's chat unless told otherwise."""

    session: str | None = None
    to: str = ""


class StateIn(BaseModel):
    """What is remembered from now on, if it still has this version; null: nothing any more."""

    model_config = _CLOSED

    version: Version
    data: dict[str, Any] | None


class ReminderIn(BaseModel):
    """A reminder at this time; null: not any more."""

    model_config = _CLOSED

    name: str
    at: datetime | None
    data: dict[str, Any] = {}


class HandOverIn(BaseModel):
    """A human takes the chat over."""

    model_config = _CLOSED

    note: str = Field("", max_length=1000)
    until: datetime | None = None


class ActIn(BaseModel):
    """What an application of the gateway is asked to do."""

    model_config = _CLOSED

    name: str
    body: dict[str, Any] = {}


class FailureIn(BaseModel):
    """Why the bot gives the event up."""

    model_config = _CLOSED

    error: str
    attempts: int
    detail: str = ""


class StepIn(BaseModel):
    """Everything that one event led to."""

    model_config = _CLOSED

    subscription: str
    event_id: str
    session: str
    chat: str
    bot: str
    sends: list[StepSendIn] = Field([], max_length=_STEP_SENDS)
    state: StateIn | None = None
    reminders: list[ReminderIn] = Field([], max_length=_STEP_SENDS)
    hand_over: HandOverIn | None = None
    acts: list[ActIn] = Field([], max_length=_STEP_SENDS)
    failed: FailureIn | None = None

    @model_validator(mode="after")
    def _sends_have_an_address(self) -> "StepIn":
        for each in self.sends:
            each.to = each.to or self.chat
        return self


class CommitOp(BaseModel):
    """Several steps, each done as a whole or not at all."""

    request: str
    steps: list[StepIn] = Field(max_length=_FRAME_STEPS)


class ChatIn(Body):
    """One chat of a session."""

    session: str
    chat: str


class StatesOp(BaseModel):
    """What a bot remembers of these chats?"""

    request: str
    bot: str
    chats: list[ChatIn] = Field(max_length=_FRAME_CHATS)


async def commit(rooms: Rooms, caller: Caller, op: CommitOp) -> list[dict[str, Any]]:
    """Do each step on its own, all of them in as few commits as possible; results in order."""
    return await asyncio.gather(*(_commit_one(rooms, caller, each) for each in op.steps))


async def states(rooms: Rooms, caller: Caller, op: StatesOp) -> list[dict[str, Any]]:
    """What the bot remembers of each chat, in order. Raises StoreUnavailable."""
    results: list[dict[str, Any]] = [{}] * len(op.chats)
    wanted: list[ChatRef] = []
    places: list[int] = []
    for place, chat in enumerate(op.chats):
        try:
            session = reached(rooms, caller, chat.session)
            # Events tell of chats that nobody can write to; bots may remember something of them, too.
            wanted.append(ChatRef(session, parse_recipient(chat.chat) or chat.chat))
            places.append(place)
        except HoldfastError as refusal:
            results[place] = {"error": problem_of(refusal)}
    for place, found in zip(places, await rooms.steps.states(wanted, op.bot), strict=True):
        results[place] = {
            "version": found.version,
            "data": found.data,
            "handed_over": found.handed_over,
        }
    return results


async def _commit_one(rooms: Rooms, caller: Caller, wanted: StepIn) -> dict[str, Any]:
    try:
        session = reached(rooms, caller, wanted.session)
        step = await _step(rooms, caller, session, wanted)
        return _done_out(await rooms.steps.commit(consumer_of(caller), step))
    except HoldfastError as refusal:
        return {"error": problem_of(refusal)}


async def _step(rooms: Rooms, caller: Caller, session: SessionRef, it: StepIn) -> Step:
    hand_over, failed = it.hand_over, it.failed
    return Step(
        at=ChatRef(session, it.chat),
        subscription=it.subscription,
        event_id=it.event_id,
        bot=it.bot,
        sends=tuple([await _send(rooms, caller, session, each) for each in it.sends]),
        state=None if it.state is None else StateChange(it.state.version, it.state.data),
        reminders=tuple(
            ReminderChange(each.name, ms_or_none("at", each.at), each.data) for each in it.reminders
        ),
        hand_over=None
        if hand_over is None
        else HandOver(hand_over.note, ms_or_none("until", hand_over.until)),
        acts=tuple(ActCall(each.name, each.body) for each in it.acts),
        failed=None if failed is None else Failure(failed.error, failed.attempts, failed.detail),
    )


async def _send(rooms: Rooms, caller: Caller, session: SessionRef, it: StepSendIn) -> SendRequest:
    if it.session is not None:
        session = reached(rooms, caller, it.session)
    if it.mentions:
        await check_mentions(rooms, session, it)
    return it.request(session, None)


def _done_out(done: Done) -> dict[str, Any]:
    acts: Sequence[dict[str, Json]] = [dict(each) for each in done.acts]
    messages = [None if each is None else sent_out(each).model_dump() for each in done.messages]
    return {
        "repeated": done.repeated,
        "version": done.version,
        "messages": messages,
        "acts": acts,
        "handed_over": done.handed_over,
    }
