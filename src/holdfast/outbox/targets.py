"""Messages that another one is about: which they are, and what may be done to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from holdfast.messages import Message, in_chat
from holdfast.model import content as c
from holdfast.model.address import is_group
from holdfast.model.content import Content, MessageKind
from holdfast.model.errors import HoldfastError, TargetInvalid, UnknownMessage
from holdfast.model.events import SendStatus
from holdfast.model.ids import SessionId
from holdfast.store import ReadUnit, aliases

#: How long phones take an edit and a deletion for everyone. Later ones are ignored by them, silently.
#: Source: WhatsApp's help pages, 2026-09; whatsmeow's EditWindow has 20 minutes.
EDIT_WITHIN: Final = timedelta(minutes=15)
REVOKE_WITHIN: Final = timedelta(hours=60)


@dataclass(frozen=True, slots=True)
class Targets:
    """The messages that one is about, as they are stored."""

    target: Message | None = None  #: what is voted on, reacted to, edited, deleted
    quoted: Message | None = None


def target_id(content: Content) -> str | None:
    """The message that this content is about; None for one that stands alone."""
    match content:
        case c.PollVote(poll=message_id) | c.Reaction(message_id) | c.Edit(message_id) | c.Revoke(message_id):
            return message_id
        case _:
            return None


def find(
    unit: ReadUnit, session_id: SessionId, chat: str, content: Content, quoted_id: str | None
) -> Targets | HoldfastError:
    """The messages of this chat that a content and its quote name, or why there are none."""
    names = aliases.names(unit, session_id, chat)
    found: list[Message | None] = []
    for message_id in (target_id(content), quoted_id):
        message = None if message_id is None else in_chat(unit, session_id, names, message_id)
        if message_id is not None and message is None:
            return UnknownMessage(
                f"There is no message {message_id} in this chat",
                next_step="Look at the chat's messages; what was before the link is not known here.",
            )
        found.append(message)
    return Targets(*found)


def refusal(content: Content, targets: Targets, now_ms: int) -> HoldfastError | None:
    """Why this may not be done to its target; None when it may."""
    for message in (targets.target, targets.quoted):
        out = None if message is None else message.outgoing
        if message is None or out is None:
            continue
        if out.status is SendStatus.FAILED:
            return TargetInvalid(f"The message {message.message_id} was never sent")
        if out.status is SendStatus.QUEUED and (out.not_before_ms or 0) > now_ms:
            return TargetInvalid(
                f"The message {message.message_id} is sent later",
                next_step="Cancel it, and send another one.",
            )
    if targets.target is None:
        return None
    return _CHECKS[content.kind](content, targets.target, now_ms)


def _vote(content: c.PollVote, target: Message, now_ms: int) -> HoldfastError | None:
    if not isinstance(target.content, c.Poll):
        return TargetInvalid(f"The message {target.message_id} is not a poll")
    for option in content.options:
        if option not in target.content.options:
            return TargetInvalid(
                f"The poll has no option {option!r}", next_step="Name its options as they are."
            )
    if 0 < target.content.selectable < len(content.options):
        return TargetInvalid(f"In this poll {target.content.selectable} of the options can be chosen")
    return None


#: What is seen only by what it does to another message.
_NOT_SHOWN: Final = frozenset(
    {MessageKind.REACTION, MessageKind.EDIT, MessageKind.REVOKE, MessageKind.POLL_VOTE}
)


def _reaction(content: c.Reaction, target: Message, now_ms: int) -> HoldfastError | None:
    if target.content.kind in {
        MessageKind.REACTION,
        MessageKind.EDIT,
        MessageKind.REVOKE,
        MessageKind.POLL_VOTE,
    }:
        return TargetInvalid(f"Nobody can react to a `{target.content.kind}`")
    return None


#: What has words that can be replaced.
_EDITABLE: Final = frozenset({MessageKind.TEXT, MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.DOCUMENT})


def _edit(content: c.Edit, target: Message, now_ms: int) -> HoldfastError | None:
    if not target.from_me:
        return TargetInvalid("Only messages of this number can be edited")
    if target.content.kind not in _EDITABLE:
        return TargetInvalid(f"A `{target.content.kind}` has no words that could be edited")
    if _age(target, now_ms) > EDIT_WITHIN:
        minutes = int(EDIT_WITHIN.total_seconds() / 60)
        return TargetInvalid(
            f"WhatsApp takes edits for {minutes} minutes, this message is older",
            next_step="Send the correction as a message, as a reply to this one.",
        )
    return None


def _revoke(content: c.Revoke, target: Message, now_ms: int) -> HoldfastError | None:
    if not target.from_me and not is_group(target.chat):
        return TargetInvalid(
            "Only messages of this number can be deleted for everyone",
            next_step="In a group whose admin this number is, those of others can be too.",
        )
    if _age(target, now_ms) > REVOKE_WITHIN:
        hours = int(REVOKE_WITHIN.total_seconds() / 3600)
        return TargetInvalid(f"WhatsApp deletes for everyone for {hours} hours, this message is older")
    return None


_CHECKS: Final[Mapping[MessageKind, Callable[..., HoldfastError | None]]] = {
    MessageKind.POLL_VOTE: _vote,
    MessageKind.REACTION: _reaction,
    MessageKind.EDIT: _edit,
    MessageKind.REVOKE: _revoke,
}


def _age(target: Message, now_ms: int) -> timedelta:
    """How long ago WhatsApp got it. What still waits has no age."""
    out = target.outgoing
    if out is None:
        return timedelta(milliseconds=now_ms - target.timestamp_ms)
    return timedelta(milliseconds=0 if out.sent_at_ms is None else now_ms - out.sent_at_ms)
