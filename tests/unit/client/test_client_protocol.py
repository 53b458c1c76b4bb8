"""The hot path's conversation, frame by frame, without a socket."""

import json
from typing import Any

import pytest

from holdfast.client import HoldfastError, IdempotencyConflict, RecipientInvalid, Sent
from holdfast.client.errors import from_problem
from holdfast.client.event import Event
from holdfast.client.ledger import Ledger
from holdfast.client.link import delay_s
from holdfast.client.protocol import (
    Answered,
    EventsArrived,
    HotPath,
    Outgoing,
    Refused,
    Subscribed,
    Wanted,
)
from holdfast.model.errors import Forbidden, Unauthorized


def event(position: int) -> dict[str, Any]:
    return {"event_id": f"evt_{position}", "cursor": str(position), "session_id": "ses_1", "type": "x"}


def outgoing(key: str) -> Outgoing:
    return Outgoing("main", "+4915112345678", {"text": f"text of {key}"}, key)


def written(hot: HotPath) -> list[dict[str, Any]]:
    return [json.loads(frame) for frame in hot.frames()]


def test_whatever_is_queued_goes_out_in_one_frame() -> None:
    hot = HotPath(None)
    hot.opened()
    for token in range(3):
        hot.ask(token, outgoing(f"k{token}"))
    (frame,) = written(hot)
    assert [message["idempotency_key"] for message in frame["messages"]] == ["k0", "k1", "k2"]
    assert written(hot) == []


def test_long_queues_are_cut_into_frames_a_server_takes() -> None:
    hot = HotPath(None)
    hot.opened()
    for token in range(600):
        hot.ask(token, outgoing(f"k{token}"))
    assert [len(frame["messages"]) for frame in written(hot)] == [256, 256, 88]
    for token in range(3):
        hot.ask(1000 + token, Outgoing("main", "x", {"text": "a" * 1_500_000}, f"big{token}"))
    assert [len(frame["messages"]) for frame in written(hot)] == [2, 1]


def test_results_are_matched_by_position_and_typed() -> None:
    hot = HotPath(None)
    hot.opened()
    hot.ask(7, outgoing("a"))
    hot.ask(8, outgoing("b"))
    (frame,) = written(hot)
    bad = {"error": {"code": "recipient_invalid", "detail": "Not a number", "next_step": "Write +49…"}}
    answer = {"op": "sent", "request": frame["request"], "results": [{"message_id": "M1"}, bad]}
    first, second = hot.receive(json.dumps(answer))
    assert isinstance(first, Answered)
    assert first.token == 7
    assert isinstance(first.answer, Sent)
    assert first.answer.message_id == "M1"
    assert isinstance(second, Answered)
    assert second.token == 8
    assert isinstance(second.answer, RecipientInvalid)
    assert str(second.answer) == "Not a number. Next step: write +49…"
    assert hot.unanswered == 0


def test_a_new_connection_asks_again_for_what_was_not_answered_with_the_same_keys() -> None:
    hot = HotPath(None)
    hot.opened()
    for token in range(3):
        hot.ask(token, outgoing(f"k{token}"))
    (frame,) = written(hot)
    answered = {"op": "sent", "request": frame["request"], "results": [{"message_id": "M0"}]}
    hot.receive(json.dumps(answered))  # the server answered the first and died
    hot.forget(2)  # nobody waits for the third
    hot.opened()
    hot.ask(3, outgoing("k3"))
    (again,) = written(hot)
    assert [message["idempotency_key"] for message in again["messages"]] == ["k1", "k3"]


def test_an_answer_for_another_connections_request_is_ignored() -> None:
    hot = HotPath(None)
    hot.opened()
    hot.ask(1, outgoing("a"))
    (frame,) = written(hot)
    hot.opened()
    stale = {"op": "sent", "request": frame["request"], "results": [{"message_id": "M1"}]}
    assert hot.receive(json.dumps(stale)) == []
    assert hot.unanswered == 1


def test_a_stream_that_comes_back_says_what_it_has_heard_last() -> None:
    # For a named one the gateway's record counts; only where that is gone, this is where it begins.
    for name in ("billing", None):
        hot = HotPath(Wanted(name, types=["message.received"], after=""))
        hot.opened()
        (first,) = written(hot)
        assert first["op"] == "subscribe"
        assert first["after"] == ""
        assert hot.receive('{"op": "subscribed", "cursor": "5"}') == [Subscribed("5")]
        (arrived,) = hot.receive(json.dumps({"op": "events", "events": [event(6), event(7)]}))
        assert isinstance(arrived, EventsArrived)
        assert [e.event_id for e in arrived.events] == ["evt_6", "evt_7"]
        hot.opened()
        (again,) = written(hot)
        assert again["after"] == "7"


def test_before_the_first_confirmation_the_wish_is_repeated_as_it_was() -> None:
    hot = HotPath(Wanted("billing", after=""))
    hot.opened()
    written(hot)
    hot.opened()
    (again,) = written(hot)
    assert again["after"] == ""


def test_only_the_newest_acknowledgement_is_written_and_again_after_a_reconnect() -> None:
    hot = HotPath(Wanted("billing"))
    hot.opened()
    written(hot)
    hot.ack("1")
    hot.ack("2")
    assert written(hot) == [{"op": "ack", "cursor": "2"}]
    hot.opened()
    assert [frame["op"] for frame in written(hot)] == ["subscribe", "ack"]


def test_errors_are_typed_and_unknown_frames_mean_nothing() -> None:
    hot = HotPath(None)
    (refused,) = hot.receive('{"op": "error", "error": {"code": "cursor_invalid", "detail": "No cursor"}}')
    assert isinstance(refused, Refused)
    assert refused.error.code == "cursor_invalid"
    assert hot.receive('{"op": "weather"}') == []


def test_a_frame_that_is_refused_as_a_whole_is_the_trouble_of_those_who_asked() -> None:
    hot = HotPath(Wanted("billing"))
    hot.opened()
    written(hot)
    hot.ask(1, outgoing("a"))
    hot.ask(2, outgoing("b"))
    (sent,) = written(hot)
    refused = {"op": "error", "request": sent["request"], "error": {"code": "forbidden", "detail": "No"}}
    answers = hot.receive(json.dumps(refused))
    assert [(it.token, type(it.answer)) for it in answers if isinstance(it, Answered)] == [
        (1, Forbidden),
        (2, Forbidden),
    ]
    assert hot.unanswered == 0


def test_the_cursor_moves_only_over_an_unbroken_run() -> None:
    ledger = Ledger()
    events = [Event.read(event(position)) for position in range(1, 5)]
    assert all(ledger.admit(each) for each in events)
    assert ledger.done("evt_2") is None
    assert ledger.done("evt_4") is None
    assert ledger.done("evt_1") == "2"
    assert ledger.done("evt_1") is None
    assert ledger.done("evt_3") == "4"
    assert len(ledger) == 0


def test_an_event_that_comes_again_is_recognised_open_or_finished() -> None:
    ledger = Ledger()
    first, second = Event.read(event(1)), Event.read(event(2))
    assert ledger.admit(first)
    assert not ledger.admit(first)
    assert ledger.admit(second)
    ledger.done("evt_1")
    assert not ledger.admit(first)


def test_reconnects_spread_out_and_are_capped() -> None:
    assert delay_s(0, 0.5) == 0
    assert delay_s(1, 0.0) == 0.025
    assert [delay_s(attempt, 0.999999) < 5.0001 for attempt in (5, 50, 500)] == [True] * 3
    assert delay_s(500, 0.0) == 2.5


def refused(code: str) -> HoldfastError:
    return from_problem({"code": code, "detail": "It is so.", "next_step": "Use another."}, 409)


def test_a_refusal_has_the_type_of_its_code() -> None:
    error = refused("idempotency_conflict")
    assert type(error) is IdempotencyConflict
    assert (error.code, error.message, error.next_step) == (
        "idempotency_conflict",
        "It is so",
        "Use another.",
    )
    assert str(error) == "It is so. Next step: use another."


def test_a_refusal_of_a_newer_gateway_keeps_its_code() -> None:
    error = refused("quota_exceeded")
    assert type(error) is HoldfastError
    assert error.code == "quota_exceeded"


@pytest.mark.parametrize(("status", "kind"), [(401, Unauthorized), (403, Forbidden), (502, HoldfastError)])
def test_an_answer_that_is_not_the_gateways_is_judged_by_its_status(
    status: int, kind: type[HoldfastError]
) -> None:
    assert type(from_problem("<html>", status)) is kind
