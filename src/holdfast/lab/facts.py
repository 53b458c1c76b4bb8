"""What the simulator tells: frozen values, read from its JSON. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, TypeVar

from holdfast.lab.admin import SimulatorError

Fact = TypeVar("Fact")


def read(kind: type[Fact], body: Mapping[str, Any]) -> Fact:
    """A fact from JSON, its fields by name; what it does not know is ignored: the simulator may be newer.

    Raises SimulatorError when a field without a default is missing.
    """
    values: dict[str, Any] = {}
    for each in fields(kind):  # type: ignore[arg-type]
        name = each.metadata.get("json", each.name)
        value = body.get(name)
        if value is not None:
            values[each.name] = each.metadata.get("read", _same)(value)
        elif each.default is MISSING and each.default_factory is MISSING:
            raise SimulatorError(
                f"The simulator's answer has no {name!r}. Next step: rebuild it (make setup)"
            )
    return kind(**values)


def _same(value: Any) -> Any:
    return value


def many(kind: type[Fact]) -> Any:
    """For a field's metadata: reads a list of facts."""
    return lambda items: [read(kind, item) for item in items]


@dataclass(frozen=True, slots=True)
class Linked:
    """A companion that has just been linked. Without a `jid`: it is asked for the account's passkey first."""

    jid: str = ""
    device: int = 0


@dataclass(frozen=True, slots=True)
class Received:
    """One message that a phone got and decrypted. `duplicates` counts the same id arriving again."""

    seq: int
    id: str
    sender: str = field(default="", metadata={"json": "from"})
    from_device: int = 0
    chat: str = ""
    from_me: bool = False
    kind: str = "text"
    text: str = ""
    #: Unix seconds of the server's stamp, and milliseconds of the moment it was decrypted.
    t: int = 0
    t_ms: float = 0.0
    duplicates: int = 0
    #: Id of the message that this one is about: reaction, edit, deletion, vote, pin.
    target: str = ""
    emoji: str = ""
    quoted: Mapping[str, Any] = field(default_factory=dict)
    media: Mapping[str, Any] = field(default_factory=dict)
    #: Everything that the simulator tells of it: location, contacts, poll, vote, mentions, …
    details: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that reached a phone: "delivered", "read" and so on, for one message id."""

    seq: int
    id: str
    sender: str = field(default="", metadata={"json": "from"})
    from_device: int = 0
    type: str = "delivered"
    t: int = 0


@dataclass(frozen=True, slots=True)
class File:
    """A decrypted file of a received message."""

    body: bytes
    mimetype: str


@dataclass(frozen=True, slots=True)
class Companion:
    """A linked device of a phone, as the simulated WhatsApp sees it. `queue` is what it has not confirmed."""

    device: int
    jid: str
    connected: bool
    queue: int
    logins: int
    prekeys: int = 0
    last_seen: int = 0
    handshake: str = ""


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A companion that is gone. `by` is who unlinked it: its "phone", a "companion" or the "server"."""

    device: int
    by: str
    #: Unix seconds.
    t: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """What the simulated WhatsApp knows of a number. `registrations` counts scans that succeeded."""

    phone: str
    lid: str
    registrations: int
    qr_refs_served: int
    companions: Sequence[Companion] = field(default=(), metadata={"read": many(Companion)})
    #: Companions that are gone, oldest first.
    unlinked: Sequence[Unlinked] = field(default=(), metadata={"read": many(Unlinked)})


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a group; role is "", "admin" or "superadmin"."""

    phone: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class GroupState:
    """A group as the server has it now."""

    id: str
    jid: str
    subject: str
    description: str = ""
    members: Sequence[Member] = field(default=(), metadata={"read": many(Member)})
    announce: bool = False
    locked: bool = False
    invite: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A number that a phone has saved."""

    phone: str
    name: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat in a phone's list."""

    chat: str
    name: str = ""
    unread: int = 0
    marked_unread: bool = False
    archived: bool = False
    pinned: bool = False
    muted_until: int = 0
    disappearing_s: int = 0
    #: Ids of its labels.
    labels: tuple[str, ...] = field(default=(), metadata={"read": tuple})


@dataclass(frozen=True, slots=True)
class Line:
    """A message as a phone's screen shows it now. `status` is what the ticks say of an own one."""

    id: str
    sender: str = field(default="", metadata={"json": "from"})
    from_me: bool = False
    kind: str = "text"
    text: str = ""
    t: int = 0
    edited: bool = False
    deleted: bool = False
    status: str = ""
    #: Per phone number.
    reactions: Mapping[str, str] = field(default_factory=dict)
    receipts: Mapping[str, str] = field(default_factory=dict)
    votes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    starred: bool = False
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat with its messages, oldest first."""

    chat: str
    name: str = ""
    messages: Sequence[Line] = field(default=(), metadata={"read": many(Line)})


@dataclass(frozen=True, slots=True)
class Clock:
    """The simulation's time."""

    now: datetime = field(metadata={"read": datetime.fromisoformat})
    #: How far it is moved from the machine's, and how far the fault clock-skew puts it wrong on top.
    offset_s: float = 0.0
    skew_s: float = 0.0


def _milliseconds(number: float) -> timedelta:
    return timedelta(milliseconds=number)


@dataclass(frozen=True, slots=True)
class AnswerDelay:
    """How long phones take for what they do by themselves: the seed chooses a time between the two."""

    shortest: timedelta = field(default=timedelta(), metadata={"json": "from_ms", "read": _milliseconds})
    longest: timedelta = field(default=timedelta(), metadata={"json": "to_ms", "read": _milliseconds})


@dataclass(frozen=True, slots=True)
class PhoneState:
    """A phone and its companions. `waiting` is what it will work off when it wakes."""

    phone: str
    asleep: bool = False
    last_seen: int = 0
    waiting: int = 0
    unlink_after_days: float = 0.0
    companions: Sequence[Companion] = field(default=(), metadata={"read": many(Companion)})


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that a phone noticed beside messages and receipts: kind "typing", "call" or "group"."""

    seq: int
    kind: str
    sender: str = field(default="", metadata={"json": "from"})
    from_device: int = 0
    chat: str = ""
    state: str = ""
    call_id: str = ""
    t: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a phone; `with_` is the other side, or the group."""

    id: str
    with_: str = field(default="", metadata={"json": "with"})
    outgoing: bool = False
    video: bool = False
    state: str = ""
    reason: str = ""
    by_device: int = 0
    t: int = 0


@dataclass(frozen=True, slots=True)
class Passkey:
    """How far linking with a passkey is; `code` is what the phone shows, to be compared with the client's."""

    demanded: bool = False
    asked: bool = False
    requested: bool = False
    code: str = ""
