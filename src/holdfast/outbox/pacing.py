"""How fast a number may write, so that it is not taken for a machine that writes to strangers. Pure.

WhatsApp publishes no limits. What it acts on is known from what happens to people: messages to those who have
never written are what gets reported, and reports are what gets a number restricted; a number that answers is
left alone. So there are three budgets for each number, and one that is used up holds up no other:

* `reply`: the chat has written within the last 24 hours. That is the window in which WhatsApp lets its own
  business customers answer freely. A burst of 60 and 2 a second: a busy help desk never notices it.
* `chat`: it has written before, or is a group. A burst of 20 and 20 a minute: about what a person at a
  keyboard sends.
* `stranger`: a person who has not written (lately) to this number. A burst of 5 and 20 an hour: a day of
  booking confirmations fits, a campaign does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

#: How long after a chat has written a message to it counts as an answer.
ANSWER_WITHIN: Final = timedelta(hours=24)


class Pace(StrEnum):
    """The budget that a message belongs to."""

    REPLY = "reply"
    CHAT = "chat"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Budget:
    """So many at once, then so many in an hour."""

    burst: int
    per_hour: float

    @property
    def every_s(self) -> float:
        """Seconds between two messages once the burst is used up."""
        return 3600 / self.per_hour


#: See this file's beginning for the reasons.
DEFAULTS: Final[Mapping[Pace, Budget]] = {
    Pace.REPLY: Budget(60, 7200),
    Pace.CHAT: Budget(20, 1200),
    Pace.STRANGER: Budget(5, 20),
}


def pace_of(*, group: bool, heard_ms: int | None, now_ms: int) -> Pace:
    """The budget of a message to a chat that was heard last at `heard_ms`; None: not lately, or never."""
    if heard_ms is not None and now_ms - heard_ms < ANSWER_WITHIN / timedelta(milliseconds=1):
        return Pace.REPLY
    return Pace.CHAT if group or heard_ms is not None else Pace.STRANGER


@dataclass(slots=True)
class Bucket:
    """What is left of one budget. Times are seconds of any clock that only goes forward."""

    budget: Budget
    #: When the last message that was let through would be due if there were no burst.
    used_to_s: float = float("-inf")

    def reserve(self, now_s: float, roll: float) -> float:
        """Take one place; the seconds until it may be used, 0 while the burst lasts.

        `roll` in [0, 1) moves what has to wait within its gap: nothing that people write is regular.
        """
        every_s = self.budget.every_s
        due_s = max(self.used_to_s, now_s)
        self.used_to_s = due_s + every_s
        wait_s = due_s - (self.budget.burst - 1) * every_s - now_s
        return wait_s + every_s * roll / 2 if wait_s > 0 else 0.0

    def debt_s(self, now_s: float) -> float:
        """How long it takes until the whole burst is there again, at most that of a burst that is used up.

        For whoever goes on after a restart: places that were taken and not used are given back.
        """
        return min(max(0.0, self.used_to_s - now_s), self.budget.burst * self.budget.every_s)


@dataclass(slots=True)
class Pacer:
    """The budgets of one number."""

    budgets: Mapping[Pace, Budget]
    buckets: dict[Pace, Bucket] = field(default_factory=dict)

    def reserve(self, pace: Pace, now_s: float, roll: float) -> float:
        """Take one place of a budget; the seconds until it may be used. 0 where nothing is limited."""
        if pace not in self.budgets:
            return 0.0
        return self._bucket(pace).reserve(now_s, roll)

    def restore(self, debts_s: Mapping[Pace, float], now_s: float) -> None:
        """Go on as these debts say, by `now_s`. What was reserved here meanwhile stays."""
        for pace, debt_s in debts_s.items():
            if pace in self.budgets:
                bucket = self._bucket(pace)
                most_s = bucket.budget.burst * bucket.budget.every_s
                bucket.used_to_s = max(bucket.used_to_s, now_s + min(debt_s, most_s))

    def debts_s(self, now_s: float) -> Mapping[Pace, float]:
        """What `restore` is given later."""
        return {pace: bucket.debt_s(now_s) for pace, bucket in self.buckets.items()}

    def _bucket(self, pace: Pace) -> Bucket:
        return self.buckets.setdefault(pace, Bucket(self.budgets[pace]))
