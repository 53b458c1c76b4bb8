"""Is this message here already? Pure.

WhatsApp may deliver a message under the sender's phone order_no first and, after a crash, again under the
LID. The message id is the same; chat and sender are two names of one person, which may or may not be known
by then.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from holdfast.model.address import pair_of
from holdfast.model.content import MessageKind

#: The other name of a person, or None if not known.
OtherName = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Stored:
    """What identifies a message among those of one session and message id."""

    order_no: int
    chat: str
    sender: str
    kind: str
    event_id: str  #: empty for a message of ours
    raw: bytes = field(repr=False)
    history: bool = False  #: the phone told of it before WhatsApp handed it over
    body_json: str = field(default="", repr=False)


class Twin(Enum):
    """What a message that comes is to the ones that are here."""

    NEW = "new"
    DUPLICATE = "duplicate"
    #: The one that is here could not be decrypted, or is known from the phone alone: now it has come.
    CONTENT_OF = "content_of"


def find_twin(arriving: Stored, here: Sequence[Stored], other_name: OtherName) -> tuple[Twin, Stored | None]:
    """Compare a message with those of the same session and message id."""
    for stored in here:
        if not _is_twin(arriving, stored, other_name):
            continue
        came_late = stored.history or stored.kind == MessageKind.UNDECRYPTABLE != arriving.kind
        return (Twin.CONTENT_OF if came_late else Twin.DUPLICATE), stored
    return Twin.NEW, None


def _is_twin(arriving: Stored, stored: Stored, other_name: OtherName) -> bool:
    answers = (
        _same(arriving.chat, stored.chat, other_name),
        _same(arriving.sender, stored.sender, other_name),
    )
    if False in answers:
        return False
    # Nobody has told yet that the two names are one person. Equal bytes do: they hold the message's random
    # secret.
    return None not in answers or (bool(arriving.raw) and arriving.raw == stored.raw)


def _same(one: str, other: str, other_name: OtherName) -> bool | None:
    """True or False if known, None if the two may be the two names of one person."""
    if one == other:
        return True
    pair = pair_of(one, other)
    if pair is None:
        return False
    known = (other_name(one), other_name(other))
    if known == (None, None):
        return None
    return known[0] == other or known[1] == one
