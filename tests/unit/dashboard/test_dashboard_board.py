"""The board: the newest truth wins, and silence is never green."""

from dashboard_values import NOW, PAIRING, STATE, later, made_event, made_session, made_system

from holdfast.dashboard.board import Board


def told(*sessions: object) -> Board:
    board = Board()
    board.answered(made_system())
    board.replace(sessions, board.mark())  # type: ignore[arg-type]
    return board


def test_a_state_event_changes_the_session_at_once() -> None:
    board = told(made_session())
    lost = made_event(
        STATE,
        at=later(5),
        state="reconnecting",
        color="yellow",
        reason="network",
    )
    assert board.apply(lost)
    session = board.sessions["ses_reception"]
    assert (session.state, session.color, session.reason) == ("reconnecting", "yellow", "network")
    assert session.sentence == "The connection to WhatsApp was lost."
    assert (session.next_step, session.since) == ("Nothing to do: it reconnects by itself.", later(5))
    assert session.phone == "+4915112345678"
    assert session.last_heartbeat_at == NOW


def test_connected_again_is_a_sign_of_life_and_ends_restoring() -> None:
    board = told(made_session(state="connecting", restoring=True, last_heartbeat_at=None))
    board.apply(made_event(STATE, at=later(1), state="connecting", color="yellow"))
    assert board.sessions["ses_reception"].restoring
    board.apply(made_event(STATE, at=later(2), state="connected", color="green"))
    session = board.sessions["ses_reception"]
    assert not session.restoring
    assert session.last_heartbeat_at == session.last_connected_at == later(2)


def test_an_event_newer_than_the_list_is_not_undone_by_it() -> None:
    board = told(made_session())
    mark = board.mark()
    board.apply(made_event(STATE, state="logged_out", color="red"))
    board.replace([made_session()], mark)
    assert board.sessions["ses_reception"].state == "logged_out"
    board.replace([made_session()], board.mark())
    assert board.sessions["ses_reception"].state == "connected"


def test_a_list_adds_and_removes() -> None:
    board = told(made_session("a"), made_session("b"))
    assert board.replace([made_session("b"), made_session("c")], board.mark())
    assert sorted(board.sessions) == ["ses_b", "ses_c"]
    assert not board.replace([made_session("b"), made_session("c")], board.mark())


def test_an_event_of_an_unknown_session_asks_for_a_list() -> None:
    board = told()
    assert not board.apply(made_event(STATE, state="connected"))
    assert board.sessions == {}


def test_pairing_comes_and_goes_with_its_events() -> None:
    board = told(made_session(state="new", phone=None))
    board.apply(made_event(STATE, state="pairing", color="yellow"))
    board.apply(made_event(PAIRING, index=2, of=6, valid_until=later(20).isoformat()))
    pairing = board.sessions["ses_reception"].pairing
    assert pairing is not None
    assert (pairing.index, pairing.of, pairing.valid_until) == (2, 6, later(20))
    board.apply(made_event(PAIRING, ended="linked"))
    assert board.sessions["ses_reception"].pairing is None


def test_leaving_pairing_takes_the_code_away_even_without_its_event() -> None:
    board = told(made_session(state="pairing", pairing={"index": 1, "of": 6, "valid_until": None}))
    board.apply(made_event(STATE, state="connecting", color="yellow", phone="+4930123456"))
    session = board.sessions["ses_reception"]
    assert session.pairing is None
    assert session.phone == "+4930123456"


def test_silence_is_news_once_and_ends_only_with_a_fresh_list() -> None:
    board = told(made_session())
    assert board.reachable
    assert board.silent(later(1))
    assert not board.silent(later(2))
    assert board.silent_since == later(1)
    assert not board.reachable
    assert board.answered(made_system())
    assert not board.reachable, "what is known is still from before the silence"
    board.replace([made_session()], board.mark())
    assert board.reachable


def test_another_gateway_process_is_news() -> None:
    board = told(made_session())
    assert not board.answered(made_system())
    assert board.answered(made_system(gateway={"pid": 22, "started_at": later(3).isoformat()}))
    assert not board.reachable
