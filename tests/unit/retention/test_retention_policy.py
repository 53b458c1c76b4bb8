"""How far the journal may be cut."""

import pytest

from holdfast.retention.policy import DEFAULTS, EventsDecision, EventsNow, Kind, decide_events


@pytest.mark.parametrize(
    ("now", "decision"),
    [
        pytest.param(EventsNow(0, 0, 0, None), EventsDecision(0, False), id="nothing there"),
        pytest.param(EventsNow(100, 40, 0, None), EventsDecision(40, False), id="by age"),
        pytest.param(EventsNow(100, 40, 0, None, 90), EventsDecision(90, False), id="by number"),
        pytest.param(EventsNow(100, 40, 0, 60), EventsDecision(40, False), id="consumer is further"),
        pytest.param(EventsNow(100, 40, 0, 20), EventsDecision(20, False), id="consumer holds back"),
        pytest.param(EventsNow(100, 40, 30, 20), EventsDecision(30, True), id="up to a limit of age"),
        pytest.param(
            EventsNow(100, 0, 0, 20, 90, 70), EventsDecision(70, True), id="up to a limit of number"
        ),
        pytest.param(EventsNow(100, 100, 100, None), EventsDecision(99, False), id="never the newest"),
        pytest.param(EventsNow(100, 100, 0, 100), EventsDecision(99, False), id="all is read"),
    ],
)
def test_events(now: EventsNow, decision: EventsDecision) -> None:
    assert decide_events(now) == decision


def test_every_kind_has_a_default() -> None:
    assert set(DEFAULTS) == set(Kind)
