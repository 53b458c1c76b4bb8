"""What may be sent: one check per kind of content, and those of what surrounds it. Pure.

WhatsApp's servers see only ciphertext and take nearly everything; a phone that cannot read what it gets shows
nothing, or something else. So whatever a phone would not take is refused here, with what to do about it.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from math import isfinite
from typing import Final

from holdfast.model import content as c
from holdfast.model.address import is_group, parse_recipient
from holdfast.model.attributes import Attributes
from holdfast.model.content import Content, MediaContent, MessageKind, text_of
from holdfast.model.errors import ContentInvalid, HoldfastError, MessageTooLarge, RequestInvalid

#: WhatsApp's limit for a text message.
LONGEST_TEXT: Final = 65_536
#: What phones let people type: longer is cut off there. Source: WhatsApp for Android, 2026-09.
LONGEST_QUESTION: Final = 255
LONGEST_OPTION: Final = 100
MOST_OPTIONS: Final = 12
LONGEST_NAME: Final = 1_000
LONGEST_EMOJI: Final = 64
MOST_MENTIONS: Final = 1_024
LONGEST_ID: Final = 256
#: The longest timer of a chat that WhatsApp knows is 90 days.
LONGEST_TIMER: Final = timedelta(days=90)
#: What WhatsApp's fields hold: one more, and the message could not be written.
MOST_METRES: Final = 2**32 - 1
MOST_METRES_A_SECOND: Final = 100_000
#: JSON's largest integer that every program reads as it stands.
LONGEST_SEQUENCE: Final = 2**53 - 1
#: The last millisecond of the year 9999.
LATEST_MS: Final = 253_402_300_799_999
#: WhatsApp's own "forwarded many times" is 127.
MOST_FORWARDED: Final = 127

Check = Callable[[Content], HoldfastError | None]


def refusal(content: Content, attributes: Attributes, jid: str) -> HoldfastError | None:
    """Why this cannot be sent to this chat; None when it can."""
    check = _CHECKS.get(content.kind)
    if check is None:
        return ContentInvalid(f"`{content.kind}` cannot be sent", next_step=_ANOTHER_KIND)
    return check(content) or _too_long(content) or _attributes(content, attributes, jid)


_ANOTHER_KIND: Final = "Send one of the kinds that the API's description names."


def _too_long(content: Content) -> HoldfastError | None:
    words = len(text_of(content))
    if words > LONGEST_TEXT:
        return MessageTooLarge(f"The text has {words:,} characters, WhatsApp takes {LONGEST_TEXT:,}")
    return None


def _text(it: c.Text) -> HoldfastError | None:
    if not it.text.strip():
        return RequestInvalid("The text is empty", next_step="Give at least one visible character.")
    return None


def _place(latitude: float, longitude: float) -> HoldfastError | None:
    if isfinite(latitude) and isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180:
        return None
    return ContentInvalid(
        "There is no such place on the map",
        next_step="Latitude is -90 to 90, longitude -180 to 180, both in degrees.",
    )


def _location(it: c.Location) -> HoldfastError | None:
    return _place(it.latitude, it.longitude) or _names(name=it.name, address=it.address)


def _live_location(it: c.LiveLocation) -> HoldfastError | None:
    if not 0 <= it.accuracy_m <= MOST_METRES or not 0 <= it.sequence <= LONGEST_SEQUENCE:
        return ContentInvalid(
            f"Accuracy is 0 to {MOST_METRES:,} metres, a sequence 0 to {LONGEST_SEQUENCE:,}"
        )
    if not 0 <= it.heading_deg <= 360:
        return ContentInvalid("A heading is 0 to 360 degrees")
    if not 0 <= it.speed_mps <= MOST_METRES_A_SECOND:
        return ContentInvalid(f"The speed is 0 to {MOST_METRES_A_SECOND:,} metres per second")
    return _place(it.latitude, it.longitude)


def _contact(it: c.Contact) -> HoldfastError | None:
    cards = it.vcard.upper().count("BEGIN:VCARD")
    if not it.display_name.strip() or not cards or cards != it.vcard.upper().count("END:VCARD"):
        return ContentInvalid(
            "A contact needs a display name and a vCard",
            next_step="Give `vcard` as BEGIN:VCARD … END:VCARD; several stand one after the other.",
        )
    if len(it.vcard) > LONGEST_TEXT:
        return MessageTooLarge(f"The vCard has {len(it.vcard):,} characters, {LONGEST_TEXT:,} are taken")
    return _names(display_name=it.display_name)


def _poll(it: c.Poll) -> HoldfastError | None:
    if not it.text.strip() or len(it.text) > LONGEST_QUESTION:
        return ContentInvalid(f"A poll's question has 1 to {LONGEST_QUESTION} characters")
    if not 2 <= len(it.options) <= MOST_OPTIONS:
        return ContentInvalid(
            f"A poll has 2 to {MOST_OPTIONS} options, this one has {len(it.options)}",
            next_step="Give more options, or ask with a text message.",
        )
    if any(not option.strip() or len(option) > LONGEST_OPTION for option in it.options):
        return ContentInvalid(f"A poll's option has 1 to {LONGEST_OPTION} characters")
    if len(set(it.options)) != len(it.options):
        return ContentInvalid("Two options of the poll are the same", next_step="Name each option once.")
    if not 0 <= it.selectable <= len(it.options):
        return ContentInvalid("`selectable` is 0 (any number) to the number of options")
    return None


def _vote(it: c.PollVote) -> HoldfastError | None:
    if len(set(it.options)) != len(it.options):
        return ContentInvalid("An option is chosen twice", next_step="Name each option once.")
    return _id("poll", it.poll)


def _reaction(it: c.Reaction) -> HoldfastError | None:
    # A keycap (1 with a frame) holds a digit.
    words = any(each.isspace() or each.isalnum() for each in it.emoji) and "\u20e3" not in it.emoji
    if words or len(it.emoji) > LONGEST_EMOJI:
        return ContentInvalid(
            "A reaction is one emoji", next_step="Give one emoji; an empty one takes the reaction back."
        )
    return _id("reacted_to", it.reacted_to)


def _edit(it: c.Edit) -> HoldfastError | None:
    if not it.text.strip():
        return ContentInvalid(
            "The new text is empty", next_step="To take a message back, send `revoke` for it."
        )
    return _id("edited", it.edited)


def _revoke(it: c.Revoke) -> HoldfastError | None:
    return _id("revoked", it.revoked)


def _invite(it: c.GroupInvite) -> HoldfastError | None:
    if not is_group(parse_recipient(it.group) or ""):
        return ContentInvalid("An invitation is to a group", next_step="Give `group` as …@g.us.")
    if not it.code.strip() or len(it.code) > LONGEST_NAME:
        return ContentInvalid("An invitation needs the group's code")
    if it.expires_ms is not None and not 0 < it.expires_ms <= LATEST_MS:
        return ContentInvalid("`expires_ms` is a time, in milliseconds since 1970")
    return _names(name=it.name)


def _event(it: c.CalendarEvent) -> HoldfastError | None:
    if not it.name.strip():
        return ContentInvalid("An event needs a name")
    end_ms = it.start_ms if it.end_ms is None else it.end_ms
    if not 0 < it.start_ms <= end_ms <= LATEST_MS:
        return ContentInvalid(
            "An event starts at a time, and does not end before it",
            next_step="Give `start_ms` and `end_ms` in milliseconds since 1970, until the year 9999.",
        )
    if (it.latitude is None) != (it.longitude is None):
        return ContentInvalid("A place has both latitude and longitude, or none of them")
    if len(it.description) > LONGEST_TEXT:
        return MessageTooLarge(f"The description has {len(it.description):,} characters")
    names = _names(name=it.name, place=it.place, address=it.address, join_link=it.join_link)
    return names or (None if it.latitude is None else _place(it.latitude, it.longitude or 0.0))


def _file(it: MediaContent) -> HoldfastError | None:
    if not 0 < len(it.media_id) <= LONGEST_ID or "\0" in it.media_id:
        return ContentInvalid(
            f"`{it.kind}` needs a file", next_step="Upload it (POST /v1/media) and give its `media_id`."
        )
    return _names(file_name=it.file_name)


def _file_without_words(it: MediaContent) -> HoldfastError | None:
    if it.text:
        return ContentInvalid(
            f"`{it.kind}` has no caption", next_step="Send the words as a message of their own."
        )
    return _file(it)


def _id(name: str, message_id: str) -> HoldfastError | None:
    if 0 < len(message_id) <= LONGEST_ID and "\0" not in message_id:
        return None
    return ContentInvalid(f"`{name}` is the id of a message", next_step="Take it from an event or a list.")


def _names(**names: str) -> HoldfastError | None:
    for name, value in names.items():
        if len(value) > LONGEST_NAME:
            return MessageTooLarge(f"`{name}` has {len(value):,} characters, {LONGEST_NAME:,} are taken")
    return None


#: What can be sent, and what must hold for it.
_CHECKS: Final[Mapping[MessageKind, Callable[..., HoldfastError | None]]] = {
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
    **dict.fromkeys((MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.DOCUMENT), _file),
    **dict.fromkeys((MessageKind.AUDIO, MessageKind.VOICE, MessageKind.STICKER), _file_without_words),
}
SENDABLE: Final = frozenset(_CHECKS)

#: Kinds that are about another message have no surroundings of their own.
ABOUT_ANOTHER: Final = frozenset(
    {MessageKind.POLL_VOTE, MessageKind.REACTION, MessageKind.EDIT, MessageKind.REVOKE}
)
#: What phones show once.
ONCE: Final = frozenset({MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.VOICE})


def _attributes(content: Content, it: Attributes, jid: str) -> HoldfastError | None:
    if content.kind in ABOUT_ANOTHER and it != Attributes():
        return ContentInvalid(
            f"`{content.kind}` is about another message: it quotes, mentions and forwards nothing itself"
        )
    if it.view_once and content.kind not in ONCE:
        return ContentInvalid("Only a picture, a video or a voice note can be sent to be viewed once")
    if it.quoted_id is not None and (bad := _id("quoted_id", it.quoted_id)):
        return bad
    if len(it.mentions) > MOST_MENTIONS:
        return ContentInvalid(f"A message mentions {MOST_MENTIONS:,} people at most")
    for each in it.mentions:
        mentioned = parse_recipient(each)
        if mentioned is None or is_group(mentioned):
            return ContentInvalid(f"{each!r} is nobody who can be mentioned", next_step=_A_MENTION)
        if not is_group(jid) and mentioned != jid:
            return ContentInvalid(f"{each!r} is not in this chat", next_step=_A_MENTION)
    if not 0 <= it.forwarded <= MOST_FORWARDED:
        return ContentInvalid(f"`forwarded` is 0 to {MOST_FORWARDED}")
    if not 0 <= it.disappearing_s <= LONGEST_TIMER.total_seconds():
        return ContentInvalid(f"A message disappears within {LONGEST_TIMER.days} days, or stays (0)")
    return None


_A_MENTION: Final = "Mention members of the group, by number with country code or JID."
