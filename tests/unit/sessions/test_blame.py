"""Whom the deaths of engines are blamed on."""

from holdfast.engine.lastdealt import Note, suspects
from holdfast.model.ids import SessionId
from holdfast.sessions.blame import Blame

A, B, C = SessionId("ses_a"), SessionId("ses_b"), SessionId("ses_c")


def test_one_death_is_an_accident() -> None:
    blame = Blame()
    assert blame.died(1000, [A]) is None
    assert blame.may_connect(A, 1001)
    assert blame.died(1000 + 600_001, [A]) is None  # and so is another one, later
    assert blame.may_connect(A, 700_000)


def test_the_only_one_that_two_deaths_have_in_common_is_the_culprit() -> None:
    blame = Blame()
    assert blame.died(1000, [A, C]) is None
    assert blame.died(500_000, [B, A]) is A
    # the others are no suspects, and the next death is the first again
    assert blame.may_connect(B, 500_400)
    assert blame.died(510_000, [B]) is None


def test_after_two_deaths_the_suspects_connect_alone_and_the_others_run() -> None:
    blame = Blame()
    blame.died(1000, [B, A])
    blame.died(2000, [A, B])
    assert blame.may_connect(C, 2001)
    # whoever asks first: the likeliest goes first
    assert not blame.may_connect(B, 2100)
    assert not blame.may_connect(A, 2200)
    assert not blame.may_connect(B, 2300)
    assert blame.may_connect(A, 2301)
    assert not blame.may_connect(B, 2302)
    # A lives on: it was not it
    assert blame.may_connect(B, 7301)
    assert blame.died(7500, [B]) is B


def test_a_suspect_that_does_not_want_to_connect_holds_up_nobody() -> None:
    blame = Blame()
    blame.died(1000, [B, A])
    blame.died(2000, [A, B])
    assert blame.may_connect(B, 2400)


def test_a_culprit_of_before_connects_alone_and_one_death_is_enough() -> None:
    blame = Blame()
    blame.suspect(A)
    blame.suspect(B)
    assert blame.may_connect(A, 1000)
    assert not blame.may_connect(B, 1001)
    assert blame.died(1500, [A, C]) is A
    # the others are no suspects any more
    assert blame.may_connect(B, 1600)
    assert blame.may_connect(C, 1600)


def test_an_engine_s_notes_name_the_last_frame_and_who_dialled_without_one() -> None:
    notes = [
        Note(30, "frame", A),
        Note(10, "dial", A),
        Note(20, "dial", B),
        Note(25, "dial", C),
        Note(24, "frame", C),
        Note(5, "frame", SessionId("ses_d")),
    ]
    assert suspects(notes) == [A, C, B]
    assert suspects([]) == []
