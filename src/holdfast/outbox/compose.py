"""From content to the final WhatsApp protobuf, before the first attempt, so that every attempt sends the
same bytes.

Pure: what is random or depends on the moment is given.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from holdfast import messages
from holdfast.model import content as c
from holdfast.model.address import is_group, is_pn, parse_recipient
from holdfast.model.attributes import NONE, Attributes
from holdfast.model.content import Content, MediaContent, MessageKind
from holdfast.outbox import files, votes
from holdfast.outbox.files import FileFacts
from holdfast.outbox.stored import quotable, secret_of, with_words
from holdfast.outbox.targets import Targets
from holdfast.outbox.v1 import whatsapp_pb2 as wa
from holdfast.outbox.v1.whatsapp_pb2 import Message

SECRET_BYTES: Final = 32
IV_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Composition:
    """All that the bytes of a message are made of."""

    content: Content
    attributes: Attributes
    chat: str  #: canonical
    #: The session's number as a JID, and its canonical one, as chats see the sender; empty before it was
    #: ever linked.
    own_pn: str
    own: str
    secret: bytes = field(repr=False)
    iv: bytes = field(repr=False)  #: for what is sealed
    now_ms: int
    targets: Targets = field(default_factory=Targets)
    #: Of a content with a file. Where it lies on WhatsApp's servers is filled in later: `files.finish`.
    file: FileFacts | None = None

    @property
    def target(self) -> messages.Message:
        """The message that this one is about. Only for kinds that have one."""
        assert self.targets.target is not None
        return self.targets.target


def compose(it: Composition) -> bytes:
    """The bytes of waE2E.Message for this content, with its message secret where others may refer to it.

    They are final, but for a content with a file: `files.finish` says where that lies.

    The kind must be one that can be sent.
    Source: whatsmeow 35ae40906e74, SendMessage: a message that already has its secret is not given another.
    """
    message = _WRITERS[it.content.kind](it.content, it)
    if it.content.kind in _REFERRED_TO:
        message.message_context_info.message_secret = it.secret
    if it.attributes != NONE:
        _surround(message, it)
    message = files.once(message) if it.attributes.view_once else files.captioned(message)
    return message.SerializeToString(deterministic=True)


def _text(content: c.Text, it: Composition) -> Message:
    if it.attributes == NONE:
        return Message(conversation=content.text)
    return Message(extended_text_message=wa.ExtendedTextMessage(text=content.text))


def _location(content: c.Location, it: Composition) -> Message:
    return Message(
        location_message=wa.LocationMessage(
            degrees_latitude=content.latitude,
            degrees_longitude=content.longitude,
            name=content.name or None,
            address=content.address or None,
        )
    )


def _live_location(content: c.LiveLocation, it: Composition) -> Message:
    return Message(
        live_location_message=wa.LiveLocationMessage(
            degrees_latitude=content.latitude,
            degrees_longitude=content.longitude,
            accuracy_in_meters=content.accuracy_m or None,
            speed_in_mps=content.speed_mps or None,
            degrees_clockwise_from_magnetic_north=content.heading_deg or None,
            caption=content.text or None,
            # A series begins somewhere: the moment rises by itself.
            sequence_number=content.sequence or it.now_ms * 1000,
        )
    )


_CARD: Final = re.compile(r"BEGIN:VCARD.*?END:VCARD", re.DOTALL | re.IGNORECASE)
_FULL_NAME: Final = re.compile(r"^FN[^:\n]*:(.*?)\r?$", re.MULTILINE | re.IGNORECASE)


def _contact(content: c.Contact, it: Composition) -> Message:
    cards = _CARD.findall(content.vcard)
    if len(cards) < 2:
        card = wa.ContactMessage(display_name=content.display_name, vcard=content.vcard)
        return Message(contact_message=card)
    several = wa.ContactsArrayMessage(display_name=content.display_name)
    for card in cards:
        name = _FULL_NAME.search(card)
        several.contacts.add(display_name=name.group(1) if name else content.display_name, vcard=card)
    return Message(contacts_array_message=several)


def _poll(content: c.Poll, it: Composition) -> Message:
    options = [wa.PollCreationMessage.Option(option_name=each) for each in content.options]
    poll = wa.PollCreationMessage(
        name=content.text, options=options, selectable_options_count=content.selectable
    )
    return Message(poll_creation_message=poll)


def _invite(content: c.GroupInvite, it: Composition) -> Message:
    return Message(
        group_invite_message=wa.GroupInviteMessage(
            group_jid=parse_recipient(content.group),
            invite_code=content.code,
            invite_expiration=None if content.expires_ms is None else content.expires_ms // 1000,
            group_name=content.name or None,
            caption=content.text or None,
        )
    )


def _event(content: c.CalendarEvent, it: Composition) -> Message:
    event = wa.EventMessage(
        name=content.name,
        description=content.description or None,
        join_link=content.join_link or None,
        start_time=content.start_ms // 1000,
        end_time=None if content.end_ms is None else content.end_ms // 1000,
        is_canceled=content.canceled,
    )
    if content.place or content.address or content.latitude is not None:
        event.location.CopyFrom(
            wa.LocationMessage(
                degrees_latitude=content.latitude,
                degrees_longitude=content.longitude,
                name=content.place or None,
                address=content.address or None,
            )
        )
    return Message(event_message=event)


def _file(content: MediaContent, it: Composition) -> Message:
    assert it.file is not None
    return files.write(content, it.file)


# ---- about another message ---------------------------------------------------------------------------------


def _vote(content: c.PollVote, it: Composition) -> Message:
    author = it.own if it.target.from_me else it.target.sender
    ballot = votes.Ballot(
        it.target.message_id,
        author,
        # Who writes to a person or group by number is seen by number there.
        it.own_pn if is_pn(author) else it.own,
        secret_of(it.target.raw),
    )
    sealed = votes.seal(content.options, ballot, it.iv)
    return Message(
        poll_update_message=wa.PollUpdateMessage(
            poll_creation_message_key=_key(it), vote=sealed, sender_timestamp_ms=it.now_ms
        )
    )


def _reaction(content: c.Reaction, it: Composition) -> Message:
    return Message(
        reaction_message=wa.ReactionMessage(key=_key(it), text=content.emoji, sender_timestamp_ms=it.now_ms)
    )


def _edit(content: c.Edit, it: Composition) -> Message:
    protocol = wa.ProtocolMessage(
        key=_key(it),
        type=wa.ProtocolMessage.MESSAGE_EDIT,
        edited_message=with_words(it.target.raw, content.text),
        timestamp_ms=it.now_ms,
    )
    # The way in which old clients look inside too. Source: whatsmeow 35ae40906e74, BuildEdit.
    return Message(edited_message=wa.FutureProofMessage(message=Message(protocol_message=protocol)))


def _revoke(content: c.Revoke, it: Composition) -> Message:
    protocol = wa.ProtocolMessage(key=_key(it), type=wa.ProtocolMessage.REVOKE)
    return Message(protocol_message=protocol)


def _key(it: Composition) -> wa.MessageKey:
    """How the message that this one is about is named in its chat."""
    target = it.target
    key = wa.MessageKey(remote_jid=it.chat, from_me=target.from_me, id=target.message_id)
    if is_group(it.chat) and not target.from_me:
        key.participant = target.sender
    return key


# ---- what surrounds any kind -------------------------------------------------------------------------------


def _surround(message: Message, it: Composition) -> None:
    attributes = it.attributes
    context = wa.ContextInfo(
        mentioned_jid=[parse_recipient(each) or each for each in attributes.mentions],
        forwarding_score=attributes.forwarded or None,
        is_forwarded=True if attributes.forwarded else None,
        expiration=attributes.disappearing_s or None,
    )
    quoted = it.targets.quoted
    if quoted is not None:
        context.stanza_id = quoted.message_id
        context.participant = it.own if quoted.from_me else quoted.sender
        # What may be seen once is not shown again by a quote.
        context.quoted_message.CopyFrom(Message() if quoted.attributes.view_once else quotable(quoted.raw))
    for descriptor, part in message.ListFields():
        if descriptor.message_type and "context_info" in descriptor.message_type.fields_by_name:
            part.context_info.CopyFrom(context)


_WRITERS: Final[Mapping[MessageKind, Callable[..., Message]]] = {
    MessageKind.TEXT: _text,
    MessageKind.LOCATION: _location,
    MessageKind.LIVE_LOCATION: _live_location,
    MessageKind.CONTACT: _contact,
    MessageKind.POLL: _poll,
    MessageKind.POLL_VOTE: _vote,
    MessageKind.REACTION: _reaction,
    MessageKind.EDIT: _edit,
    MessageKind.REVOKE: _revoke,
    MessageKind.GROUP_INVITE: _invite,
    MessageKind.EVENT: _event,
    **dict.fromkeys(files.KINDS, _file),
}
#: What later messages may be about, encrypted under its secret.
_REFERRED_TO: Final = frozenset(_WRITERS) - {
    MessageKind.POLL_VOTE,
    MessageKind.REACTION,
    MessageKind.EDIT,
    MessageKind.REVOKE,
}
