"""Sessions, systems and events as the SDK gives them, with the fields that a test cares about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from holdfast.client import Event, Session, System

STATE, PAIRING = "session.state", "session.pairing"
NOW = datetime(2026, 9, 24, 12, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def made_session(name: str = "reception", state: str = "connected", **more: Any) -> Session:
    colors = {"connected": "green", "replaced": "red", "logged_out": "red", "stopped": "grey", "new": "grey"}
    body = {
        "id": f"ses_{name}",
        "name": name,
        "phone": "+4915112345678",
        "state": state,
        "color": colors.get(state, "yellow"),
        "sentence": "A sentence.",
        "next_step": "A step.",
        "since": NOW.isoformat(),
        "last_heartbeat_at": NOW.isoformat(),
        "actions": ["disconnect", "log_out", "delete"],
    }
    return Session.read(body | more)


def made_system(**more: Any) -> System:
    body: dict[str, Any] = {
        "version": "0.1.0",
        "lab": True,
        "engine": {"attached": True, "engine_id": "eng_1", "pid": 11},
        "gateway": {"pid": 21, "started_at": NOW.isoformat()},
        "restoration": {"total": 0, "connected": 0, "done": True, "seconds": None},
    }
    return System.read(body | more)


def made_event(type_: str, session_id: str = "ses_reception", at: datetime = NOW, **data: Any) -> Event:
    if type_ == STATE:
        data = {"previous": "new", "reason": "created"} | data
    body = {"event_id": "evt_1", "cursor": "1", "session_id": session_id, "type": type_, "data": data}
    return Event.read(body | {"at": at.isoformat()})
