"""What a program asks to be sent, as JSON for the gateway. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from holdfast.model.content import MEDIA_TYPES, Content, Json, PollVote, Text, content_to_json


class SendOptions(TypedDict, total=False):
    """What may be said beside the content of a message of any kind."""

    quoted_id: str | None  #: the message of this chat that it replies to
    mentions: Sequence[str]  #: members of the group, by number or JID
    forwarded: int  #: marked as forwarded so many times
    view_once: bool  #: for a picture, film or voice note
    disappearing_s: int  #: it disappears so long after it was sent
    typing: bool  #: show "typing…" before it, as long as a person would type it
    not_before: datetime | None  #: sent then, not earlier; with a time zone
    expires_at: datetime | None  #: failed when it is not sent by then; with a time zone


def to_json(content: str | Content, options: SendOptions) -> dict[str, Json]:
    """The content with what is said beside it. Raises ValueError for a time without a time zone."""
    if isinstance(content, (str, Text)):
        body: dict[str, Json] = {"text": content if isinstance(content, str) else content.text}
    else:
        body = {"content": _given(content)}
    for name, value in options.items():
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError(f"{name} has no time zone")
            body[name] = value.isoformat()
        elif isinstance(value, (str, int)):
            body[name] = value
        elif isinstance(value, Sequence):
            body[name] = [str(each) for each in value]
    return body


def _given(content: Content) -> dict[str, Json]:
    body = content_to_json(content)
    if isinstance(content, PollVote):  # hashes are told of votes that come in
        return {name: body[name] for name in ("kind", "poll", "options")}
    if isinstance(content, MEDIA_TYPES):  # the gateway knows the rest of its file
        return {name: body[name] for name in ("kind", "media_id", "text", "file_name")}
    return body
