"""How far the journal may be cut."""

import pytest

from holdfast.retention.policy import DEFAULTS, EventsDecision, EventsNow, Keep, Kind, decide_events

AGE_ALONE, TEN = Keep(30), Keep(30, 10)


@pytest.mark.parametrize(
    ("now", "keep", "decision"),
    [
        pytest.param(EventsNow(0, 0, 0, None), TEN, EventsDecision(0, False), id="nothing there"),
        pytest.param(EventsNow(100, 40, 0, None), AGE_ALONE, EventsDecision(40, False), id="by age"),
        pytest.param(EventsNow(100, 40, 0, None), TEN, EventsDecision(90, False), id="by number"),
        pytest.param(
            EventsNow(100, 40, 0, 60), AGE_ALONE, EventsDecision(40, False), id="consumer is further"
        ),
        pytest.param(
            EventsNow(100, 40, 0, 20), AGE_ALONE, EventsDecision(20, False), id="consumer holds back"
        ),
        pytest.param(
            EventsNow(100, 40, 30, 20), AGE_ALONE, EventsDecision(30, True), id="up to a limit of age"
        ),
        pytest.param(EventsNow(100, 0, 0, 20), TEN, EventsDecision(70, True), id="up to a limit of number"),
        pytest.param(EventsNow(100, 100, 100, None), TEN, EventsDecision(99, False), id="never the newest"),
        pytest.param(EventsNow(100, 100, 0, 100), AGE_ALONE, EventsDecision(99, False), id="all is read"),
    ],
)
def test_events(now: EventsNow, keep: Keep, decision: EventsDecision) -> None:
    assert decide_events(now, keep) == decision


def test_every_kind_has_a_default() -> None:
    assert set(DEFAULTS) == set(Kind)
