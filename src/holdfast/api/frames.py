"""The frames of the event socket: what a client may write, and what is written to it. Pure."""

import json
from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel, Field

from holdfast.api.errors import problem_of
from holdfast.api.sending import Wanted
from holdfast.api.wholeness import check_whole
from holdfast.journal import Event
from holdfast.model.errors import HoldfastError, RequestInvalid

_FRAME_CHARS: Final = 1_000_000
_FRAME_MESSAGES: Final = 1000


class SubscribeOp(BaseModel):
    """Begin to be given events, or begin again."""

    subscription: str | None = None
    after: str | None = None
    sessions: list[str] | None = None
    types: list[str] | None = None


class AckOp(BaseModel):
    """Everything up to here is done."""

    cursor: str


class MessageIn(Wanted):
    """One message of a send."""

    session: str
    idempotency_key: str | None = None


class SendOp(BaseModel):
    """Several messages, accepted in one commit."""

    request: str
    messages: list[MessageIn] = Field(max_length=_FRAME_MESSAGES)


def parse(text: str) -> tuple[str, dict[str, Any]]:
    """The op of a frame, and the frame. Raises RequestInvalid."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        raise RequestInvalid("A frame is one JSON object") from None
    if not isinstance(frame, dict):
        raise RequestInvalid("A frame is one JSON object")
    op = str(frame.get("op"))
    if op != "send":  # the outbox looks at what is sent, message by message
        check_whole(frame)
    return op, frame


def event_frames(events: Sequence[Event]) -> list[str]:
    """Frames of bounded size. One event that is larger than the bound has a frame to itself."""
    frames: list[str] = []
    batch: list[str] = []
    chars = 0
    for event in events:
        if batch and chars + len(event.wire) > _FRAME_CHARS:
            frames.append(f'{{"op":"events","events":[{",".join(batch)}]}}')
            batch, chars = [], 0
        batch.append(event.wire)
        chars += len(event.wire)
    if batch:
        frames.append(f'{{"op":"events","events":[{",".join(batch)}]}}')
    return frames


def refusal_frame(refusal: HoldfastError, request: object = None) -> str:
    """What a client hears when something is refused; `request` names the frame, where it had one."""
    named = {"request": request} if isinstance(request, str) else {}
    return json.dumps({"op": "error", **named, "error": problem_of(refusal)})
