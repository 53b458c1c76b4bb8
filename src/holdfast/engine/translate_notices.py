"""Protobuf to notices. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.model import notices as n
from holdfast.model.ids import SessionId


def notice(outer: pb.Delivery, it: pb.Notice) -> n.InboundNotice:
    """One notice. A kind that is newer than this gateway is OtherNotice and keeps its raw event."""
    name = it.WhichOneof("notice")
    return n.InboundNotice(
        delivery_id=outer.delivery_id,
        session_id=SessionId(outer.session_id),
        epoch=outer.epoch,
        notice_id=it.notice_id,
        timestamp_ms=it.timestamp_ms,
        chat=it.chat,
        sender=it.actor,
        notice=_NOTICES[name](getattr(it, name)) if name in _NOTICES else _other(it),
        raw=it.raw,
        chat_alt=it.chat_alt,
        sender_alt=it.actor_alt,
        offer=it.history_offered.notification if name == "history_offered" else b"",
    )


def _other(it: pb.Notice) -> n.OtherNotice:
    return n.OtherNotice(it.other.kind, it.raw.decode(errors="replace"))


def _given(it: Any, name: str) -> Any:
    """A value that may be absent: absent means unchanged."""
    return getattr(it, name) if it.HasField(name) else None


def _group(it: pb.GroupChanged) -> n.Notice:
    return n.GroupChanged(
        joined=tuple(it.joined),
        left=tuple(it.left),
        promoted=tuple(it.promoted),
        demoted=tuple(it.demoted),
        subject=_given(it, "subject"),
        description=_given(it, "description"),
        announce=_given(it, "announce"),
        locked=_given(it, "locked"),
        disappearing_s=_given(it, "disappearing_s"),
        deleted=it.deleted,
        added_us=it.added_us,
    )


_STEPS: Final[Mapping[int, n.CallStep]] = {
    pb.CALL_OFFERED: n.CallStep.OFFERED,
    pb.CALL_ACCEPTED: n.CallStep.ACCEPTED,
    pb.CALL_REJECTED: n.CallStep.REJECTED,
    pb.CALL_ENDED: n.CallStep.ENDED,
}


_ACTIVITIES: Final[Mapping[int, n.SeenActivity]] = {
    pb.PAUSED: n.SeenActivity.PAUSED,
    pb.TYPING: n.SeenActivity.TYPING,
    pb.RECORDING: n.SeenActivity.RECORDING,
}


def _call(it: pb.CallReceived) -> n.Notice:
    return n.CallReceived(it.call_id, _STEPS.get(it.step, n.CallStep.OTHER), it.video, it.group)


def _contact(it: pb.ContactChanged) -> n.Notice:
    names = ("about", "push_name", "business_name", "saved_name")
    return n.ContactChanged(*(_given(it, name) for name in names))


_NOTICES: Final[Mapping[str | None, Callable[[Any], n.Notice]]] = {
    "group_changed": _group,
    "identity_changed": lambda it: n.IdentityChanged(it.implicit),
    "call_received": _call,
    "picture_changed": lambda it: n.PictureChanged(it.picture_id),
    "contact_changed": _contact,
    "reachout_lock": lambda it: n.ReachoutLock(it.until_ms or None, it.reason),
    "presence_changed": lambda it: n.PresenceChanged(it.available, it.last_seen_ms or None),
    "activity_changed": lambda it: n.ActivityChanged(_ACTIVITIES.get(it.activity, n.SeenActivity.OTHER)),
    "label_changed": lambda it: n.LabelChanged(it.label_id, it.name, it.color, it.deleted),
    "chat_label_changed": lambda it: n.ChatLabelChanged(it.label_id, it.applied),
    "history_offered": lambda it: n.HistoryOffered(it.conversations, it.progress),
}
