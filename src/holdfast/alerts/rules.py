"""What is an alert: one table, and how events are read as alerts. Pure.

A new alert is an entry of `DEFAULTS`, its words in `model/words`, and where it comes from an event of a new
type, a function in `_READERS`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from holdfast.model.alerts import Cause, Severity
from holdfast.model.events import (
    EventType,
    SessionStateChanged,
    SessionUnlinking,
    SessionWarning,
    Unlinked,
    event_from_json,
)
from holdfast.model.reasons import MEANINGS
from holdfast.model.states import ACTIVE, State
from holdfast.model.warnings import WarningCode

_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Rule:
    """How one cause is told."""

    severity: Severity
    #: Told once it has lasted so long: what passes by itself before wakes nobody.
    after_s: int = 0
    #: Told again as long as it lasts. None: once.
    repeat_s: int | None = None
    enabled: bool = True


#: Reasons that nothing but a human ends, as the table of reasons has them.
_STATE_CAUSES: Final = frozenset(reason.value for reason, meaning in MEANINGS.items() if meaning.alert)
#: Reasons by which a connection ends. The others are the ordinary way to one.
_ENDS: Final = frozenset(reason.value for reason, meaning in MEANINGS.items() if meaning.end is not None)

DEFAULTS: Final[Mapping[str, Rule]] = {
    **{cause: Rule(Severity.CRITICAL, repeat_s=_DAY_S) for cause in sorted(_STATE_CAUSES)},
    Cause.NOT_CONNECTED.value: Rule(Severity.WARNING, after_s=600, repeat_s=_DAY_S),
    **{code.value: Rule(Severity.WARNING) for code in WarningCode},
    Cause.DEVICE_LEFT_LINKED.value: Rule(Severity.WARNING),
    Cause.CHANNEL_FAILING.value: Rule(Severity.WARNING),
    Cause.BACKUP_OVERDUE.value: Rule(Severity.WARNING, repeat_s=_DAY_S),
}


class Turn(Enum):
    """What a signal says of its cause."""

    RAISED = auto()
    CLEARED = auto()  # over: told where the alert was told
    DROPPED = auto()  # over because its owner acted or something worse took its place: not told


@dataclass(frozen=True, slots=True)
class Signal:
    """One cause of one session begins or ends."""

    cause: str
    turn: Turn
    #: WhatsApp's or the engine's own words for it.
    detail: str = ""
    #: Told again although it is open already.
    again: bool = False
    #: Nothing is raised while one of these is open: they say more.
    unless: frozenset[str] = frozenset()


def read_signals(type_: str, body: Mapping[str, Any]) -> Sequence[Signal]:
    """What an event says of alerts, in order; nothing for most."""
    reader = _READERS.get(type_)
    return [] if reader is None else reader(event_from_json(type_, body))


def _all(turn: Turn, causes: Iterable[str]) -> Sequence[Signal]:
    return [Signal(cause, turn) for cause in sorted(causes)]


_WAITING: Final = Cause.NOT_CONNECTED.value
#: Of most events, so they are made once.
_DELETED: Final = _all(Turn.DROPPED, DEFAULTS)
_UP: Final = _all(Turn.CLEARED, _STATE_CAUSES | {_WAITING})
_AT_REST: Final = _all(Turn.DROPPED, _STATE_CAUSES | {_WAITING})


def _of_state(it: Any) -> Sequence[Signal]:
    if not isinstance(it, SessionStateChanged):
        return []  # a state that is newer than this program
    if it.state is State.DELETED:
        return _DELETED
    if it.reason in _STATE_CAUSES:
        # A phone that has unlinked this device is not waited for any more.
        unlinked = {WarningCode.PHONE_DORMANT.value} if it.state is State.LOGGED_OUT else set()
        ended = _all(Turn.DROPPED, (_STATE_CAUSES | {_WAITING} | unlinked) - {it.reason})
        return [*ended, Signal(it.reason, Turn.RAISED, it.detail)]
    if it.state.up:
        return _UP
    if it.state is State.PAIRING or it.state in ACTIVE:
        lost = it.state in ACTIVE and it.reason in _ENDS
        return [Signal(_WAITING, Turn.RAISED, it.reason, unless=_STATE_CAUSES)] if lost else []
    return _AT_REST


def _of_warning(it: Any) -> Sequence[Signal]:
    if not isinstance(it, SessionWarning):
        return []  # a warning that is newer than this program
    if not it.active:
        return [Signal(it.code.value, Turn.CLEARED)]
    # Whoever watches tells a warning once; what is told again is meant to be heard again.
    return [Signal(it.code.value, Turn.RAISED, _measured(it), again=True)]


def _measured(it: SessionWarning) -> str:
    """`11 days of 14`, for what is counted in days."""
    if it.code is not WarningCode.PHONE_DORMANT or it.limit is None:
        return ""
    return f"{it.measured // _DAY_S} days of {it.limit // _DAY_S}"


def _of_unlinking(it: Any) -> Sequence[Signal]:
    if not isinstance(it, SessionUnlinking):
        return []
    turn = Turn.RAISED if it.outcome is Unlinked.BY_HAND else Turn.CLEARED
    return [Signal(Cause.DEVICE_LEFT_LINKED.value, turn, it.phone)]


_READERS: Final[Mapping[str, Callable[[Any], Sequence[Signal]]]] = {
    EventType.SESSION_STATE.value: _of_state,
    EventType.SESSION_WARNING.value: _of_warning,
    EventType.SESSION_UNLINKING.value: _of_unlinking,
}

#: The types of events that may be alerts.
TYPES: Final = frozenset(_READERS)
