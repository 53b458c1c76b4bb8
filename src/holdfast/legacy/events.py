"""The two events that the old systems' clients wait for, made of the journal's. Pure."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from holdfast.journal import Event
from holdfast.model.events import EventType
from holdfast.model.states import State, connection_status

#: What a client of the old systems can be told of.
TYPES: Final = frozenset({EventType.SESSION_HEARTBEAT.value, EventType.SESSION_STATE.value})


def frame(event: Event) -> str:
    """The event as a server-sent one, empty for one that the old systems do not know."""
    told = _TOLD[event.type](event.data)
    if told is None:
        return ""
    name, fields = told
    whole: Mapping[str, Any] = json.loads(event.wire)
    body = {
        "instanceId": event.session_id,
        "instanceName": whole["session"],
        "timestamp": whole["at"],
        **fields,
    }
    return f"id: {event.cursor}\nevent: {name}\ndata: {json.dumps(body)}\n\n"


def _heartbeat(data: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    return "heartbeat", {"phoneNumber": data["phone"], **_status(State(data["state"]))}


def _state(data: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """A connection that ended, or that turned out to need a new code. A code that ran out is no news."""
    state, previous = State(data["state"]), State(data["previous"])
    needs_code = bool(data["requires_auth"]) and previous not in {State.PAIRING, state}
    if state.up or not (previous.up or needs_code):
        return None
    return "instanceDisconnected", {
        "phoneNumber": data["phone"],
        **_status(state),
        "reason": data["notice"] or data["reason"],
        "requiresAuth": data["requires_auth"],
    }


def _status(state: State) -> dict[str, Any]:
    return {"status": state.value, "connectionStatus": connection_status(state)}


_TOLD: Final[Mapping[str, Callable[[Mapping[str, Any]], tuple[str, dict[str, Any]] | None]]] = {
    EventType.SESSION_HEARTBEAT.value: _heartbeat,
    EventType.SESSION_STATE.value: _state,
}
