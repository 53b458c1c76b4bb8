"""One cause of one session, from its beginning to its end: what is told of it, and when. Pure.

    PENDING -> OPEN -> CLEARING -> ENDED
                 \\-> FLAPPING ->/

What ends is told only after a steady minute, so that what comes back at once is told once. What was told too
often within half an hour is told as flapping, and then no more until it has been the same for half an hour.
"""

from dataclasses import dataclass, replace
from typing import Final

from holdfast.alerts.rules import Rule
from holdfast.model.alerts import Phase, Told

#: An end is believed after so long.
STEADY_MS: Final = 60_000
#: Told so often within the window, a cause flaps.
FLAP_TOLD: Final = 3
FLAP_WINDOW_MS: Final = 1_800_000


@dataclass(frozen=True, slots=True)
class Incident:
    """Where it stands. Times are milliseconds UTC by the wall clock."""

    phase: Phase
    #: The cause holds now.
    active: bool
    opened_at_ms: int
    #: When something is to be done without any further signal.
    due_ms: int | None = None
    ended_at_ms: int | None = None
    #: When it was told as raised, within the window; carried on from the incident before.
    told_at_ms: tuple[int, ...] = ()

    @property
    def told(self) -> bool:
        """A human has heard of it."""
        return self.phase in {Phase.OPEN, Phase.CLEARING, Phase.FLAPPING}


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of an incident, and what is told."""

    incident: Incident
    tells: Told | None = None


def raised(before: Incident | None, rule: Rule, now_ms: int, *, again: bool = False) -> Step:
    """The cause holds."""
    if before is None or before.phase is Phase.ENDED:
        begun = Incident(Phase.PENDING, True, now_ms, told_at_ms=_recent(before, now_ms))
        if rule.after_s:
            return Step(replace(begun, due_ms=now_ms + rule.after_s * 1000))
        return _tell(begun, rule, now_ms)
    match before.phase:
        case Phase.OPEN if again:
            return Step(replace(before, due_ms=_repeat(rule, now_ms)), Told.STILL)
        case Phase.CLEARING:
            back = replace(before, active=True, due_ms=_repeat(rule, now_ms))
            return Step(replace(back, phase=Phase.OPEN))
        case Phase.FLAPPING:
            return Step(replace(before, active=True, due_ms=now_ms + FLAP_WINDOW_MS))
        case _:
            return Step(before)


def cleared(before: Incident, now_ms: int) -> Step:
    """The cause holds no more."""
    match before.phase:
        case Phase.PENDING:
            return dropped(before, now_ms)
        case Phase.OPEN:
            return Step(replace(before, phase=Phase.CLEARING, active=False, due_ms=now_ms + STEADY_MS))
        case Phase.FLAPPING:
            return Step(replace(before, active=False, due_ms=now_ms + FLAP_WINDOW_MS))
        case _:
            return Step(before)


def dropped(before: Incident, now_ms: int) -> Step:
    """Nobody needs to hear of it any more."""
    if before.phase is Phase.ENDED:
        return Step(before)
    return _end(before, now_ms)


def passed(before: Incident, rule: Rule, now_ms: int) -> Step:
    """Its time has come: what was waited for is so."""
    match before.phase:
        case Phase.PENDING:
            return _tell(before, rule, now_ms)
        case Phase.OPEN:
            return Step(replace(before, due_ms=_repeat(rule, now_ms)), Told.STILL)
        case Phase.CLEARING:
            return replace(_end(before, now_ms), tells=Told.RESOLVED)
        case Phase.FLAPPING if before.active:
            return Step(replace(before, phase=Phase.OPEN, due_ms=_repeat(rule, now_ms)), Told.STILL)
        case Phase.FLAPPING:
            return replace(_end(before, now_ms), tells=Told.RESOLVED)
        case _:
            return Step(replace(before, due_ms=None))


def _tell(it: Incident, rule: Rule, now_ms: int) -> Step:
    told = (*_recent(it, now_ms), now_ms)
    if len(told) > FLAP_TOLD:
        due = now_ms + FLAP_WINDOW_MS
        return Step(replace(it, phase=Phase.FLAPPING, due_ms=due, told_at_ms=told), Told.FLAPPING)
    return Step(replace(it, phase=Phase.OPEN, due_ms=_repeat(rule, now_ms), told_at_ms=told), Told.RAISED)


def _end(it: Incident, now_ms: int) -> Step:
    return Step(replace(it, phase=Phase.ENDED, active=False, due_ms=None, ended_at_ms=now_ms))


def _repeat(rule: Rule, now_ms: int) -> int | None:
    return None if rule.repeat_s is None else now_ms + rule.repeat_s * 1000


def _recent(it: Incident | None, now_ms: int) -> tuple[int, ...]:
    """A clock that was set back leaves no moment of the future among them."""
    return () if it is None else tuple(at for at in it.told_at_ms if now_ms - FLAP_WINDOW_MS < at <= now_ms)
