"""What a browser is told: words beside colours, next steps for people, nothing claimed in silence."""

import pytest
from dashboard_values import NOW, later, made_event, made_session, made_system

from holdfast.client import Session
from holdfast.dashboard.board import Board
from holdfast.dashboard.killing import Killing, Victim
from holdfast.dashboard.views import CardView, card, head, patch, restoration
from holdfast.dashboard.words import BUTTONS, Tone, Verb, buttons, telephone
from holdfast.model.actions import Action


def board_of(*sessions: Session, **system: object) -> Board:
    board = Board()
    board.answered(made_system(**system))
    board.replace(sessions, board.mark())
    return board


def verbs(view: CardView) -> list[str]:
    return [action["verb"] for action in view["actions"]]


def test_every_action_has_a_button() -> None:
    assert set(BUTTONS) == set(Action)


def test_the_page_offers_what_the_gateway_offers_in_its_order() -> None:
    assert [it.verb for it in buttons(["connect", "log_out", "delete"])] == [Verb.CONNECT, Verb.LOGOUT]
    assert [it.verb for it in buttons(["cancel_pairing"])] == [Verb.SHOW_QR, Verb.CANCEL]
    assert buttons(["log_out"])[0].tone is Tone.DANGER


def test_what_is_linked_is_logged_out_before_it_can_be_removed() -> None:
    assert [it.verb for it in buttons(["pair", "delete"])] == [Verb.LINK, Verb.REMOVE]
    assert Verb.REMOVE not in [it.verb for it in buttons(["delete", "log_out"])]


def test_a_newer_gateway_is_read_as_far_as_it_is_known() -> None:
    view = card(made_session(state="snoozing_now", actions=["wake_up"]), reachable=True)
    assert (view["word"], view["actions"]) == ("Snoozing now", [])
    assert card(made_session(state=""), reachable=True)["word"] == "Unknown"


def test_green_needs_no_sentence_and_no_step() -> None:
    view = card(made_session(next_step="Nothing to do."), reachable=True)
    assert (view["color"], view["word"], view["next_step"]) == ("green", "Connected", "")
    assert view["phone"] == "+49 1511 2345678"
    assert verbs(view) == ["disconnect", "logout"]


def test_red_tells_sentence_and_next_step() -> None:
    view = card(made_session(state="replaced", actions=["connect", "log_out", "delete"]), reachable=True)
    assert (view["color"], view["word"], view["urgent"]) == ("red", "Opened elsewhere", True)
    assert (view["sentence"], view["next_step"]) == ("A sentence.", "A step.")
    assert verbs(view) == ["connect", "logout"]


def test_what_waits_to_be_sent_stands_under_its_number() -> None:
    view = card(made_session(queue={"messages": 1, "reachout_locked_until": None}), reachable=True)
    assert view["warnings"] == ["1 message to be sent."]
    locked = {"messages": 1200, "reachout_locked_until": "2026-09-24T14:00:00.000Z"}
    (line,) = card(made_session(queue=locked), reachable=True)["warnings"]
    assert line.startswith("1,200 messages to be sent. WhatsApp lets this number begin no new chats")
    assert line.endswith("(until 14:00 UTC).")
    assert card(made_session(queue={"messages": 0}), reachable=True)["warnings"] == []


def test_a_warning_stands_under_a_green_number_and_goes_with_its_event() -> None:
    warned = {"code": "flapping", "sentence": "Whatever the gateway calls it.", "next_step": "Look."}
    session = made_session(warnings=[warned])
    (said,) = card(session, reachable=True)["warnings"]
    assert said.startswith("The connection is lost again and again. Next step: look at its timeline")
    newer = made_session(warnings=[{**warned, "code": "of_a_newer_gateway"}])
    assert card(newer, reachable=True)["warnings"] == ["Whatever the gateway calls it. Next step: look."]
    assert card(session, reachable=False)["warnings"] == []
    over = made_event("session.warning", code="flapping", active=False, since=NOW.isoformat())
    assert card(session.after(over), reachable=True)["warnings"] == []
    begun = made_event("session.warning", code="quiet", active=True, since=NOW.isoformat())
    assert len(card(session.after(begun), reachable=True)["warnings"]) == 2


def test_grey_leaves_the_next_step_to_its_button() -> None:
    view = card(made_session(state="stopped", actions=["connect"]), reachable=True)
    assert (view["sentence"], view["next_step"], verbs(view)[0]) == ("A sentence.", "", "connect")


def test_yellow_does_not_tell_people_to_do_nothing() -> None:
    session = made_session(state="reconnecting", next_step="Nothing to do: it reconnects by itself.")
    assert card(session, reachable=True)["next_step"] == ""


def test_silence_shows_no_colour_no_buttons_and_what_was_last_seen() -> None:
    view = card(made_session(), reachable=False)
    assert (view["color"], view["word"], view["actions"]) == ("unknown", "Unknown", [])
    assert view["sentence"] == "Last seen: connected."
    assert view["phone"] == "+49 1511 2345678"


def test_restoring_is_its_own_word() -> None:
    assert card(made_session(state="connecting", restoring=True), reachable=True)["word"] == "Restoring"
    assert card(made_session(state="failed", restoring=True), reachable=True)["word"] == "Needs attention"


def test_what_was_never_linked_offers_a_code_and_not_connect() -> None:
    view = card(made_session(state="stopped", phone=None, actions=["pair", "delete"]), reachable=True)
    assert verbs(view) == ["link", "remove"]
    assert view["phone"] == ""


@pytest.mark.parametrize(
    ("phone", "read"),
    [
        ("+442079460123", "+44 20 7946 0123"),
        ("442079460123", "+44 20 7946 0123"),
        ("+99912", "+99912"),
        (None, ""),
    ],
)
def test_numbers_read_as_people_write_them(phone: str | None, read: str) -> None:
    assert telephone(phone) == read


def test_restoration_counts_then_tells_its_result_then_is_quiet() -> None:
    running = made_system(restoration={"total": 40, "connected": 12, "done": False, "seconds": None})
    view = restoration(running, NOW)
    assert view is not None
    assert (view["connected"], view["total"], view["running"]) == (12, 40, True)
    assert view["text"] == "Restoring: 12 of 40 numbers are back"

    done = made_system(restoration={"total": 40, "connected": 40, "done": True, "seconds": 1.84})
    view = restoration(done, later(5))
    assert view is not None
    assert (view["running"], view["text"]) == (False, "40 of 40 numbers came back by themselves in 1.8 s")
    assert restoration(done, later(40)) is None


def test_a_restoration_that_left_some_behind_says_so() -> None:
    some = made_system(restoration={"total": 3, "connected": 2, "done": True, "seconds": 2.0})
    view = restoration(some, later(3))
    assert view is not None
    assert view["text"] == "2 of 3 numbers came back by themselves in 2.0 s; the others say below why not"


def test_after_a_kill_the_story_tells_the_result_once() -> None:
    board = board_of(made_session(), restoration={"total": 1, "connected": 1, "done": True, "seconds": 0.2})
    assert head(board, None, NOW)["restoration"] is not None
    story = Killing.begin(Victim.BOTH, NOW, made_system(), board.sessions)
    told = head(board, story, NOW)
    assert told["restoration"] is None
    assert told["killing"] is not None
    board.answered(made_system(restoration={"total": 1, "connected": 0, "done": False, "seconds": None}))
    assert head(board, story, NOW)["restoration"] is not None


def test_the_head_counts_by_colour_in_order_of_urgency() -> None:
    board = board_of(made_session("a"), made_session("b"), made_session("c", "replaced"))
    counts = head(board, None, NOW)["counts"]
    assert [(it["count"], it["color"], it["label"]) for it in counts] == [
        (1, "red", "needs you"),
        (0, "yellow", "on their way"),
        (2, "green", "connected"),
        (0, "grey", "resting"),
    ]


def test_a_patch_holds_only_what_a_browser_does_not_know() -> None:
    board = board_of(made_session("a"), made_session("b"))
    first = patch({}, board, None, NOW)
    known = {view["id"]: view for view in first["cards"]}
    assert sorted(known) == ["ses_a", "ses_b"]
    assert patch(known, board, None, NOW)["cards"] == []
    board.replace([made_session("b", "stopped")], board.mark())
    second = patch(known, board, None, NOW)
    assert [view["id"] for view in second["cards"]] == ["ses_b"]
    assert second["gone"] == ["ses_a"]
    board.silent(NOW)
    assert patch(known, board, None, NOW)["cards"][0]["color"] == "unknown"
