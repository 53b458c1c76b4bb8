"""Which of the journal's events the old systems' clients are told, and in which words."""

import json
from typing import Any

import pytest

from holdfast.journal import Event
from holdfast.journal.event import EventRow, encode_data, make_event
from holdfast.kit.iso import iso
from holdfast.legacy.events import TYPES, frame
from holdfast.model.events import SessionHeartbeat, SessionStateChanged
from holdfast.model.ids import SessionId
from holdfast.model.states import State

AT_MS = 1_795_910_400_000


PHONE = "+4915112345678"


def event(data: SessionHeartbeat | SessionStateChanged) -> Event:
    """One event of a session, as the journal gives it."""
    row = EventRow(7, SessionId("ses_1"), 1, "evt_1", "tenant", data.type, AT_MS, encode_data(data))
    return make_event(row, "office", b"12345678")


def changed(previous: str, state: str, *, requires_auth: bool = False, notice: str | None = None) -> Event:
    """A session that went from one state to another."""
    return event(
        SessionStateChanged(
            State(state), State(previous), "device_removed", PHONE, requires_auth=requires_auth, notice=notice
        )
    )


def told(of: Event) -> tuple[str, dict[str, Any]]:
    """Name and data of the frame."""
    lines = dict(line.split(": ", 1) for line in frame(of).strip().splitlines())
    assert lines["id"] == of.cursor
    return lines["event"], json.loads(lines["data"])


def test_a_heartbeat_names_its_instance() -> None:
    name, data = told(event(SessionHeartbeat(State.CONNECTED, PHONE, AT_MS, AT_MS)))
    assert (name, data) == (
        "heartbeat",
        {
            "instanceId": "ses_1",
            "instanceName": "office",
            "timestamp": iso(AT_MS),
            "phoneNumber": PHONE,
            "status": "connected",
            "connectionStatus": "connected",
        },
    )


@pytest.mark.parametrize("previous", ["connected", "unstable", "reconnecting", "connecting"])
def test_a_number_that_was_removed_on_the_phone_needs_a_code(previous: str) -> None:
    name, data = told(changed(previous, "logged_out", requires_auth=True, notice="session_expired"))
    assert name == "instanceDisconnected"
    assert (data["reason"], data["requiresAuth"]) == ("session_expired", True)


def test_a_network_that_is_gone_needs_nobody() -> None:
    name, data = told(changed("connected", "reconnecting"))
    assert name == "instanceDisconnected"
    assert (data["reason"], data["requiresAuth"]) == ("device_removed", False)
    assert data["connectionStatus"] == "connecting"


@pytest.mark.parametrize(
    ("previous", "state", "requires_auth"),
    [
        ("reconnecting", "connected", False),
        ("connected", "unstable", False),
        ("connecting", "reconnecting", False),
        ("pairing", "logged_out", True),
        ("logged_out", "logged_out", True),
        ("new", "pairing", False),
    ],
)
def test_what_is_no_news_is_not_told(previous: str, state: str, requires_auth: bool) -> None:
    assert frame(changed(previous, state, requires_auth=requires_auth)) == ""


def test_every_type_that_is_asked_for_is_understood() -> None:
    assert {"session.heartbeat", "session.state"} == TYPES
