"""The story after a kill: it ends well only when everything that was connected was seen connected again."""

from typing import Any

from dashboard_values import NOW, PAIRING, later, made_event, made_session, made_system

from holdfast.client import Session
from holdfast.dashboard.killing import Killing, Victim


def sessions(**states: str) -> dict[str, Session]:
    return {f"ses_{name}": made_session(name, state) for name, state in states.items()}


def begun(victim: Victim, **states: str) -> Killing:
    return Killing.begin(victim, NOW, made_system(), sessions(**states))


def engine(number: int) -> dict[str, Any]:
    return {"attached": True, "engine_id": f"eng_{number}", "pid": 10 + number}


def gateway(pid: int) -> dict[str, Any]:
    return {"pid": pid, "started_at": NOW.isoformat()}


def test_engine_and_gateway_killed_and_back() -> None:
    story = begun(Victim.BOTH, a="connected", b="connected", c="stopped")
    story = story.silent(later(0.2)).silent(later(0.3))
    system = made_system(gateway=gateway(22), engine={"attached": False})
    story = story.answered(system, later(1.0))
    assert not story.listed(sessions(a="connected", b="connected"), later(1.1), later(1.2)).over
    story = story.answered(made_system(gateway=gateway(22), engine=engine(2)), later(1.5))
    story = story.listed(sessions(a="connected", b="connecting"), later(1.6), later(1.7))
    assert not story.over
    story = story.listed(sessions(a="connected", b="connected", c="stopped"), later(2.0), later(2.1))
    assert story.over
    assert [(line.text, round(line.seconds, 1)) for line in story.lines()] == [
        ("kill -9 of engine and gateway", 0.0),
        ("the gateway is gone", 0.2),
        ("a new gateway answers", 1.0),
        ("a new engine is at work", 1.5),
        ("2 of 2 numbers are connected again after 2.1 s, 0 QR codes asked", 2.1),
    ]
    assert all(line.good for line in story.lines())


def test_a_list_from_before_the_new_process_proves_nothing() -> None:
    story = begun(Victim.ENGINE, a="connected").answered(made_system(engine=engine(2)), later(1.0))
    assert not story.listed(sessions(a="connected"), later(0.9), later(1.1)).over
    assert story.listed(sessions(a="connected"), later(1.0), later(1.2)).over


def test_the_same_processes_are_not_back() -> None:
    story = begun(Victim.BOTH, a="connected").answered(made_system(), later(1))
    assert not story.listed(sessions(a="connected"), later(2), later(2)).over


def test_a_killed_gateway_does_not_wait_for_another_engine() -> None:
    story = begun(Victim.GATEWAY, a="connected").answered(made_system(gateway=gateway(22)), later(1))
    assert story.listed(sessions(a="connected"), later(1), later(1.4)).over


def test_a_number_that_is_gone_or_was_never_connected() -> None:
    story = begun(Victim.ENGINE, a="connected").answered(made_system(engine=engine(2)), later(1))
    assert not story.listed({}, later(2), later(2)).over
    nothing = begun(Victim.ENGINE, a="stopped").answered(made_system(engine=engine(2)), later(1))
    nothing = nothing.listed(sessions(a="stopped"), later(1), later(1))
    assert nothing.over
    assert nothing.lines()[-1].text == "no number was connected before: back after 1.0 s, 0 QR codes asked"


def test_a_code_that_was_asked_for_spoils_the_ending() -> None:
    story = begun(Victim.ENGINE, a="connected").answered(made_system(engine=engine(2)), later(1))
    story = story.event(made_event(PAIRING, "ses_other", index=1)).event(
        made_event(PAIRING, "ses_a", index=1)
    )
    story = story.event(made_event("session.state", "ses_a", state="pairing"))
    ending = story.listed(sessions(a="connected"), later(2), later(2)).lines()[-1]
    assert ending.text == "the number is connected again after 2.0 s, 1 QR code asked"
    assert not ending.good
