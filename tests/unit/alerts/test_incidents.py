"""When an alert is told, told again, held back and ended."""

import pytest

from holdfast.alerts import incidents
from holdfast.alerts.incidents import FLAP_WINDOW_MS, STEADY_MS, Incident
from holdfast.alerts.rules import Rule
from holdfast.model.alerts import Phase, Severity, Told

AT_ONCE = Rule(Severity.CRITICAL, repeat_s=86_400)
LATER = Rule(Severity.WARNING, after_s=600)
MINUTE = 60_000


class Run:
    """One incident through time."""

    def __init__(self, rule: Rule = AT_ONCE) -> None:
        self.rule, self.now, self.it = rule, 1_000_000_000_000, None
        self.told: list[Told] = []

    it: Incident | None

    def _take(self, step: incidents.Step) -> "Run":
        self.it = step.incident
        if step.tells is not None:
            self.told.append(step.tells)
        return self

    def raised(self, *, again: bool = False) -> "Run":
        return self._take(incidents.raised(self.it, self.rule, self.now, again=again))

    def cleared(self) -> "Run":
        assert self.it is not None
        return self._take(incidents.cleared(self.it, self.now))

    def dropped(self) -> "Run":
        assert self.it is not None
        return self._take(incidents.dropped(self.it, self.now))

    def wait(self, ms: int) -> "Run":
        end = self.now + ms
        while self.it is not None and self.it.due_ms is not None and self.it.due_ms <= end:
            self.now = self.it.due_ms
            self._take(incidents.passed(self.it, self.rule, self.now))
        self.now = end
        return self


def test_it_is_told_once_however_often_it_is_raised() -> None:
    assert Run().raised().raised().raised().told == [Told.RAISED]


def test_its_end_is_told_after_a_steady_minute() -> None:
    run = Run().raised().cleared()
    assert run.told == [Told.RAISED]
    assert run.wait(STEADY_MS).told == [Told.RAISED, Told.RESOLVED]
    assert run.it is not None
    assert run.it.phase is Phase.ENDED


def test_what_comes_back_within_that_minute_has_never_gone() -> None:
    run = Run().raised().cleared().wait(STEADY_MS - 1).raised().wait(MINUTE)
    assert run.told == [Told.RAISED]


def test_what_passes_by_itself_is_not_told() -> None:
    assert Run(LATER).raised().wait(599_999).cleared().wait(MINUTE * 60).told == []


def test_what_lasts_is_told_when_it_has_lasted_long_enough() -> None:
    assert Run(LATER).raised().wait(600_000).told == [Told.RAISED]


def test_it_is_told_again_every_day() -> None:
    assert Run().raised().wait(2 * 86_400_000).told == [Told.RAISED, Told.STILL, Told.STILL]


def test_a_signal_may_ask_to_be_told_again() -> None:
    assert Run().raised().raised(again=True).told == [Told.RAISED, Told.STILL]


def test_what_its_owner_ended_is_not_told() -> None:
    assert Run().raised().dropped().wait(MINUTE * 60).told == [Told.RAISED]


def test_what_comes_and_goes_is_told_so_once_and_then_rests_until_it_is_steady() -> None:
    run = Run()
    for _ in range(20):
        run.raised().wait(MINUTE).cleared().wait(2 * MINUTE)
    assert run.told == [Told.RAISED, Told.RESOLVED] * 3 + [Told.FLAPPING]
    assert run.wait(FLAP_WINDOW_MS).told[-1] is Told.RESOLVED
    assert run.raised().told[-1] is Told.RAISED


def test_what_flapped_and_stays_is_told_when_it_is_steady() -> None:
    run = Run()
    for _ in range(5):
        run.raised().wait(MINUTE).cleared().wait(2 * MINUTE)
    run.raised().wait(FLAP_WINDOW_MS)
    assert run.told[-2:] == [Told.FLAPPING, Told.STILL]


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_takes_every_turn(phase: Phase) -> None:
    it = Incident(phase, True, 1, due_ms=None if phase is Phase.ENDED else 2)
    for step in (
        incidents.raised(it, AT_ONCE, 5),
        incidents.cleared(it, 5),
        incidents.dropped(it, 5),
        incidents.passed(it, AT_ONCE, 5),
    ):
        ended = step.incident.phase is Phase.ENDED
        assert step.incident.due_ms is None or not ended
        # Whatever waits has an end: nothing is forgotten in a phase that leads on by time alone.
        waits = step.incident.phase in {Phase.PENDING, Phase.CLEARING, Phase.FLAPPING}
        assert not waits or step.incident.due_ms is not None
