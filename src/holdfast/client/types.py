"""What the API speaks of, as frozen values. Unknown fields of newer gateways are ignored."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from holdfast.client.event import Event, Json
from holdfast.client.media import MessageMedia
from holdfast.client.times import moment, moment_of
from holdfast.model.content import Content, content_from_json, text_of
from holdfast.model.events import (
    SessionHeartbeat,
    SessionPairing,
    SessionRenamed,
    SessionStateChanged,
    SessionWarning,
)
from holdfast.model.pairing import PairingStep
from holdfast.model.states import UP, State
from holdfast.model.words import of_reason, of_warning


@dataclass(frozen=True, slots=True)
class Pairing:
    """A pairing that runs: what the person has to do, which of how many QR codes is shown, and until when."""

    index: int
    of: int
    valid_until: datetime | None
    #: One of `holdfast.model.pairing.PairingStep`.
    step: str = PairingStep.SCAN


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning that stands; the codes are those of `holdfast.model.warnings`."""

    code: str
    sentence: str
    next_step: str
    since: datetime | None

    @classmethod
    def read(cls, body: Json) -> "Warned":
        """From the API's JSON."""
        return cls(
            code=str(body["code"]),
            sentence=str(body.get("sentence") or ""),
            next_step=str(body.get("next_step") or ""),
            since=moment(body.get("since")),
        )


@dataclass(frozen=True, slots=True)
class Session:
    """One WhatsApp number as the gateway sees it now."""

    id: str
    name: str
    phone: str | None
    push_name: str | None
    state: str
    color: str
    reason: str | None
    sentence: str
    next_step: str
    since: datetime | None
    wish: str
    requires_auth: bool
    last_connected_at: datetime | None
    last_heartbeat_at: datetime | None
    retry_at: datetime | None
    pairing: Pairing | None
    restoring: bool
    #: What belongs to the reason: for `number_differs` the other number.
    detail: str = ""
    #: When the phone itself showed itself last, as far as a linked device can know.
    phone_seen_at: datetime | None = None
    #: What its owner can do with it now; the names are those of `holdfast.model.actions.Action`.
    actions: tuple[str, ...] = ()
    #: Warnings that stand, oldest first: what is not as it should be beside the state.
    warnings: "tuple[Warned, ...]" = ()
    #: Messages that are accepted and not sent; None where the gateway could not count them.
    queued: int | None = None
    #: Until then WhatsApp lets the number begin no new chats.
    reachout_locked_until: datetime | None = None
    #: WhatsApp's own number for the reason, where it gave one.
    code: int | None = None

    @property
    def connected(self) -> bool:
        """True when messages can be sent and received, also while the connection is unstable."""
        return self.state in UP

    @classmethod
    def read(cls, body: Json) -> "Session":
        """From the API's JSON."""
        pairing = body.get("pairing")
        queue = body.get("queue") or {}
        return cls(
            id=str(body["id"]),
            name=str(body.get("name") or ""),
            phone=body.get("phone"),
            push_name=body.get("push_name"),
            state=str(body.get("state") or body.get("status") or ""),
            color=str(body.get("color") or "grey"),
            reason=body.get("reason"),
            sentence=str(body.get("sentence") or ""),
            next_step=str(body.get("next_step") or ""),
            since=moment(body.get("since")),
            wish=str(body.get("wish") or "up"),
            requires_auth=bool(body.get("requires_auth")),
            last_connected_at=moment(body.get("last_connected_at")),
            last_heartbeat_at=moment(body.get("last_heartbeat_at")),
            phone_seen_at=moment(body.get("phone_seen_at")),
            retry_at=moment(body.get("retry_at")),
            pairing=_read_pairing(pairing) if pairing else None,
            restoring=bool(body.get("restoring")),
            detail=str(body.get("detail") or ""),
            actions=tuple(str(action) for action in body.get("actions") or ()),
            warnings=tuple(Warned.read(warning) for warning in body.get("warnings") or ()),
            queued=queue.get("messages"),
            reachout_locked_until=moment(queue.get("reachout_locked_until")),
            code=body.get("code"),
        )

    def after(self, event: Event) -> "Session":
        """This session once `event` has happened to it. Its actions stay those of before: ask for them."""
        match event.data:
            case SessionStateChanged() as change:
                return _changed(self, change, event.at)
            case SessionPairing() as step:
                return replace(self, pairing=None if step.ended else _pairing(step))
            case SessionWarning() as warning:
                others = tuple(it for it in self.warnings if it.code != warning.code)
                return replace(self, warnings=(*others, _warned(warning)) if warning.active else others)
            case SessionHeartbeat() as heartbeat:
                return replace(self, last_heartbeat_at=moment_of(heartbeat.heard_ms))
            case SessionRenamed() as renamed:
                return replace(self, name=renamed.name)
            case _:
                return self


def _changed(session: Session, change: SessionStateChanged, at: datetime | None) -> Session:
    said, connected = of_reason(change.reason, change.code), change.state is State.CONNECTED
    return replace(
        session,
        state=change.state.value,
        color=change.color.value,
        reason=change.reason,
        code=change.code,
        detail=change.detail,
        phone=change.phone or session.phone,
        sentence=said.sentence,
        next_step=said.next_step,
        since=moment_of(change.since_ms) or at,
        retry_at=moment_of(change.retry_at_ms),
        requires_auth=change.requires_auth,
        last_connected_at=at if connected else session.last_connected_at,
        last_heartbeat_at=at if connected else session.last_heartbeat_at,
        pairing=session.pairing if change.state is State.PAIRING else None,
        restoring=session.restoring and change.state in {State.CONNECTING, State.RECONNECTING},
    )


def _warned(warning: SessionWarning) -> Warned:
    said = of_warning(warning.code)
    return Warned(warning.code.value, f"{said.sentence}.", said.next_step, moment_of(warning.since_ms))


def _pairing(step: SessionPairing) -> Pairing:
    wanted = step.step or PairingStep.SCAN
    return Pairing(step.index or 0, step.of or 0, moment_of(step.valid_until_ms), wanted.value)


def _read_pairing(body: Json) -> Pairing:
    return Pairing(
        int(body.get("index") or 0),
        int(body.get("of") or 0),
        moment(body.get("valid_until")),
        str(body.get("step") or PairingStep.SCAN),
    )


@dataclass(frozen=True, slots=True)
class Unlinking:
    """A device that is no longer used, while its phone still counts it as linked."""

    session: str
    phone: str | None
    since: datetime | None
    attempts: int
    #: Best removed on the phone; the gateway tries on.
    by_hand: bool

    @classmethod
    def read(cls, body: Json) -> "Unlinking":
        """From the API's JSON."""
        return cls(
            session=str(body.get("session") or ""),
            phone=body.get("phone"),
            since=moment(body.get("since")),
            attempts=int(body.get("attempts") or 0),
            by_hand=bool(body.get("by_hand")),
        )


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Credentials that were put away. Nothing is deleted before `until`."""

    name: str
    #: The name of the session that used them; empty: nobody remembers.
    session: str
    session_id: str | None
    phone: str | None
    why: str | None
    since: datetime | None
    until: datetime | None

    @classmethod
    def read(cls, body: Json) -> "Quarantined":
        """From the API's JSON."""
        return cls(
            name=str(body["name"]),
            session=str(body.get("session") or ""),
            session_id=body.get("session_id"),
            phone=body.get("phone"),
            why=body.get("why"),
            since=moment(body.get("since")),
            until=moment(body.get("until")),
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is saved of a session's credentials at one moment."""

    name: str
    at: datetime | None
    why: str
    #: The session could connect with it; None: it was not read in full since the gateway began.
    good: bool | None
    size_bytes: int = 0
    #: When it was read in full last.
    verified_at: datetime | None = None

    @classmethod
    def read(cls, body: Json) -> "Snapshot":
        """From the API's JSON."""
        return cls(
            str(body["name"]),
            moment(body.get("at")),
            str(body.get("why") or ""),
            body.get("good"),
            int(body.get("size_bytes") or 0),
            moment(body.get("verified_at")),
        )


@dataclass(frozen=True, slots=True)
class Traffic:
    """How many messages a number has received, and how many were accepted to be sent."""

    received: int = 0
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that a gateway keeps linked, in its order, and what is still linked and should not be."""

    sessions: Sequence[Session]
    unlinkings: Sequence[Unlinking]

    @classmethod
    def read(cls, body: Json) -> "Survey":
        """From the API's JSON."""
        unlinkings = [Unlinking.read(item) for item in body.get("unlinking") or ()]
        return cls([Session.read(item) for item in body["sessions"]], unlinkings)


@dataclass(frozen=True, slots=True)
class Qr:
    """The code to scan now. Never log it."""

    code: str = field(repr=False)
    index: int
    of: int
    valid_until: datetime | None
    expires_in_s: float

    @classmethod
    def read(cls, body: Json) -> "Qr":
        """From the API's JSON."""
        return cls(
            code=str(body["code"]),
            index=int(body.get("index") or 0),
            of=int(body.get("of") or 0),
            valid_until=moment(body.get("valid_until")),
            expires_in_s=float(body.get("expires_in_s") or 0.0),
        )


@dataclass(frozen=True, slots=True)
class TypedCode:
    """The code to type on the phone now. Never log it."""

    code: str = field(repr=False)
    phone: str
    valid_until: datetime | None
    expires_in_s: float

    @classmethod
    def read(cls, body: Json) -> "TypedCode":
        """From the API's JSON."""
        return cls(
            code=str(body["code"]),
            phone=str(body.get("phone") or ""),
            valid_until=moment(body.get("valid_until")),
            expires_in_s=float(body.get("expires_in_s") or 0.0),
        )


@dataclass(frozen=True, slots=True)
class Passkey:
    """What the phone's account wants of an authenticator; then `code` is to be compared with the phone's."""

    options: Json = field(repr=False)
    #: A script for the console of web.whatsapp.com; what it prints is the answer.
    helper: str = field(repr=False)
    code: str = field(repr=False)
    valid_until: datetime | None

    @classmethod
    def read(cls, body: Json) -> "Passkey":
        """From the API's JSON."""
        return cls(
            options=dict(body["options"]),
            helper=str(body.get("helper") or ""),
            code=str(body.get("code") or ""),
            valid_until=moment(body.get("valid_until")),
        )


@dataclass(frozen=True, slots=True)
class PageToken:
    """What lets a page in a browser show one session. Never log it."""

    token: str = field(repr=False)
    expires_at: datetime | None

    @classmethod
    def read(cls, body: Json) -> "PageToken":
        """From the API's JSON."""
        return cls(str(body["token"]), moment(body.get("expires_at")))


@dataclass(frozen=True, slots=True)
class Sent:
    """A send that the gateway has committed: it will go out under this id, once."""

    message_id: str
    session_id: str
    to: str
    status: str

    @classmethod
    def read(cls, body: Json) -> "Sent":
        """From the API's JSON."""
        return cls(
            message_id=str(body["message_id"]),
            session_id=str(body.get("session_id") or ""),
            to=str(body.get("to") or ""),
            status=str(body.get("status") or "queued"),
        )


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a session, received or sent, as the store holds it."""

    message_id: str
    direction: str
    chat: str
    content: Content = field(repr=False)
    status: str  #: of a message that Holdfast sends; empty for a received one
    error: str
    at: datetime | None
    body: Json = field(repr=False)
    #: Its file, where it names one.
    media: MessageMedia | None = None
    #: Who wrote it: a JID, and what they call themselves.
    sender: str = ""
    push_name: str = field(default="", repr=False)
    from_me: bool = False
    group: bool = False
    #: The message that it answers.
    quoted_id: str = ""

    @classmethod
    def read(cls, body: Json) -> "Message":
        """From the API's JSON."""
        sent = body.get("sent") or {}
        return cls(
            message_id=str(body["message_id"]),
            direction=str(body.get("direction") or ""),
            chat=str(body.get("chat") or ""),
            content=content_from_json(body.get("content") or {}),
            status=str(sent.get("status") or ""),
            error=str((sent.get("error") or {}).get("message") or ""),
            at=moment(body.get("timestamp")),
            body=body,
            sender=str(body.get("sender") or ""),
            push_name=str(body.get("push_name") or ""),
            from_me=bool(body.get("from_me")),
            group=bool(body.get("group")),
            quoted_id=str(body.get("quoted_id") or ""),
        )

    @property
    def text(self) -> str:
        """The words a person reads, empty for kinds without words."""
        return text_of(self.content)


@dataclass(frozen=True, slots=True)
class Queue:
    """What a session still has to send, and the first messages of it."""

    messages: int
    chats: int
    since: datetime | None
    scheduled: int
    #: Until then WhatsApp lets the number begin no new chats.
    reachout_locked_until: datetime | None
    sentence: str
    waiting: Sequence[Message] = field(repr=False)

    @classmethod
    def read(cls, body: Json) -> "Queue":
        """From the API's JSON."""
        return cls(
            messages=int(body.get("messages") or 0),
            chats=int(body.get("chats") or 0),
            since=moment(body.get("since")),
            scheduled=int(body.get("scheduled") or 0),
            reachout_locked_until=moment(body.get("reachout_locked_until")),
            sentence=str(body.get("sentence") or ""),
            waiting=[Message.read(item) for item in body.get("waiting") or ()],
        )


@dataclass(frozen=True, slots=True)
class DashboardLink:
    """A link that logs one browser in, once. Show it, do not log it."""

    path: str = field(repr=False)
    expires_at: datetime | None

    @classmethod
    def read(cls, body: Json) -> "DashboardLink":
        """From the API's JSON."""
        return cls(path=str(body["path"]), expires_at=moment(body.get("expires_at")))


@dataclass(frozen=True, slots=True)
class Subscription:
    """A consumer's place, remembered by its name: everything up to its cursor is done."""

    name: str
    cursor: str
    types: Sequence[str] | None
    session_ids: Sequence[str] | None
    created_at: datetime | None
    acked_at: datetime | None

    @classmethod
    def read(cls, body: Json) -> "Subscription":
        """From the API's JSON."""
        return cls(
            name=str(body["name"]),
            cursor=str(body.get("cursor") or ""),
            types=body.get("types"),
            session_ids=body.get("session_ids"),
            created_at=moment(body.get("created_at")),
            acked_at=moment(body.get("acked_at")),
        )
