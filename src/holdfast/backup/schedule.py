"""When backups are made by themselves, and which archives are kept. Pure."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Final

from holdfast.backup import locks
from holdfast.backup.locks import Lock
from holdfast.model.errors import RequestInvalid

_HOUR_MS: Final = 3600 * 1000
#: A backup that failed is tried again so soon.
AGAIN_MS: Final = _HOUR_MS


@dataclass(frozen=True, slots=True)
class Schedule:
    """A wish of the owner's. Locked for recipients alone: no passphrase lies anywhere."""

    to: str
    recipients: Sequence[str]
    every_h: int = 24
    messages: bool = True
    media: bool = False
    #: So many archives, the newest of their day, week or month, are kept.
    daily: int = 7
    weekly: int = 4
    monthly: int = 12
    since_ms: int = 0

    def to_json(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Schedule":
        """As it was kept."""
        body, known = json.loads(text), {it.name for it in fields(cls)}
        return cls(**{key: value for key, value in body.items() if key in known})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the scheduled backups so far."""

    #: The newest that succeeded.
    archive: str = ""
    made_at_ms: int | None = None
    #: The newest attempt, and why it failed; empty: it did not.
    tried_at_ms: int | None = None
    error: str = ""
    #: An event has said that none has succeeded for too long.
    told_overdue: bool = False

    def to_json(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Outcome":
        """As it was kept."""
        body, known = json.loads(text), {it.name for it in fields(cls)}
        return cls(**{key: value for key, value in body.items() if key in known})


def check(schedule: Schedule) -> None:
    """Raises RequestInvalid for a schedule that cannot be carried out."""
    if not schedule.to.startswith(("/", "s3://")) or "\0" in schedule.to:
        raise RequestInvalid(
            "Archives go into an absolute folder of the gateway's machine, or to s3://bucket"
        )
    if not schedule.recipients:
        raise RequestInvalid("A schedule locks its archives for recipients", next_step="Name one: -r age1…")
    locks.check(Lock(recipients=schedule.recipients))


def due(schedule: Schedule, outcome: Outcome, now_ms: int) -> bool:
    """True when a backup is to be made now. Times in the future, by a clock that was set, are none."""
    made, tried = _past(outcome.made_at_ms, now_ms), _past(outcome.tried_at_ms, now_ms)
    if outcome.error and tried is not None and now_ms - tried < AGAIN_MS:
        return False
    return made is None or now_ms - made >= schedule.every_h * _HOUR_MS


def _past(at_ms: int | None, now_ms: int) -> int | None:
    return at_ms if at_ms is not None and at_ms <= now_ms else None


def overdue(schedule: Schedule, outcome: Outcome, now_ms: int) -> bool:
    """True when none has succeeded for an hour longer than there should be between two.

    Also when all that is known is of the future, by a clock that was set: then one is due, and was not made.
    """
    last = _past(outcome.made_at_ms, now_ms) or _past(schedule.since_ms, now_ms)
    return last is None or now_ms - last > schedule.every_h * _HOUR_MS + AGAIN_MS


def superfluous(names: Sequence[str], schedule: Schedule) -> Sequence[str]:
    """The archives that are kept no longer. The newest always stays. `names` are those of archives alone."""
    newest = sorted(names, reverse=True)
    kept = set(newest[:1])
    for most, period in ((schedule.daily, _day), (schedule.weekly, _week), (schedule.monthly, _month)):
        kept |= set(_first_of_each(newest, period)[:most])
    return [name for name in newest if name not in kept]


def _first_of_each(newest: Sequence[str], period: Callable[[datetime], object]) -> Sequence[str]:
    found: dict[object, str] = {}
    for name in newest:
        made = datetime.strptime(f"{name.split('-')[1]}+0000", "%Y%m%dT%H%M%SZ%z").astimezone(UTC)
        found.setdefault(period(made), name)
    return list(found.values())


def _day(at: datetime) -> object:
    return at.date()


def _week(at: datetime) -> object:
    return at.isocalendar()[:2]


def _month(at: datetime) -> object:
    return at.year, at.month
