"""How patient reconnection is: every figure with its bounds, and what follows from them. Pure.

The one place of these settings: each field is also an environment variable, HOLDFAST_ and its name in
capitals. `model/reasons` says which reason takes which pace.
"""

from dataclasses import dataclass
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from holdfast.kit.backoff import backoff
from holdfast.model.reasons import MEANINGS, Reason, Retry


@dataclass(frozen=True, slots=True)
class Pace:
    """Waits that double from the first to the longest, in seconds."""

    first_s: float
    longest_s: float


class Policy(BaseModel):
    """The figures of reconnection. All times in seconds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    reconnect_first_s: float = Field(1, ge=0.2, le=60, description="after a lost connection: the first wait")
    reconnect_longest_s: float = Field(
        60, ge=5, le=3600, description="after a lost connection: the longest wait"
    )
    slow_first_s: float = Field(
        5, ge=1, le=600, description="after trouble at WhatsApp, or an unknown code: the first wait"
    )
    slow_longest_s: float = Field(
        300, ge=30, le=7200, description="after trouble at WhatsApp, or an unknown code: the longest wait"
    )
    rate_limited_first_s: float = Field(
        60, ge=30, le=3600, description="after WhatsApp rate-limited the number: the first wait"
    )
    rate_limited_longest_s: float = Field(
        3600, ge=300, le=86_400, description="after WhatsApp rate-limited the number: the longest wait"
    )
    rare_first_s: float = Field(
        120, ge=60, le=3600, description="after this number ended the engine: the first wait"
    )
    rare_longest_s: float = Field(
        6 * 3600, ge=600, le=86_400, description="after this number ended the engine: the longest wait"
    )
    outdated_first_s: float = Field(
        3600, ge=600, le=86_400, description="after WhatsApp refused this version: the first wait"
    )
    outdated_longest_s: float = Field(
        86_400, ge=3600, le=7 * 86_400, description="after WhatsApp refused this version: the longest wait"
    )
    ban_spread_s: float = Field(
        10, ge=1, le=3600, description="after the end of a ban: an attempt within so long"
    )
    stable_after_s: float = Field(
        60, ge=10, le=3600, description="a connection that lived so long sets the count of attempts back"
    )
    conflict: str = Field(
        "rest",
        pattern=r"^(rest|retry:([1-9]|10))$",
        description="when another program opened the session: `rest`, or `retry:n` for at most n attempts",
    )
    conflict_first_s: float = Field(60, ge=30, le=3600, description="with `retry:n`: the first wait")
    conflict_longest_s: float = Field(3600, ge=60, le=86_400, description="with `retry:n`: the longest wait")
    conflict_forgotten_after_s: float = Field(
        86_400,
        ge=3600,
        le=30 * 86_400,
        description="a connection that lived so long sets the count of conflicts back",
    )
    first_code_within_s: float = Field(20, ge=5, le=60, description="pairing without a code gives up")
    pairing_gives_up_after_s: float = Field(180, ge=30, le=600, description="pairing without a scan gives up")
    scout_every_s: float = Field(
        2, ge=1, le=60, description="while every number is down by the network: a look whether it is back"
    )
    connects_at_once: int = Field(
        1000, ge=1, le=100_000, description="so many connections may begin at once, over all numbers"
    )
    connects_per_s: float = Field(300, ge=0.5, le=10_000, description="and then so many connections a second")

    @model_validator(mode="after")
    def _first_is_not_longer(self) -> Self:
        for first in (name for name in type(self).model_fields if name.endswith("_first_s")):
            longest = first.replace("_first_s", "_longest_s")
            shorter, longer = getattr(self, first), getattr(self, longest)
            if shorter > longer:
                names = f"HOLDFAST_{first.upper()}", f"HOLDFAST_{longest.upper()}"
                raise ValueError(f"{names[0]} ({shorter:g}) is more than {names[1]} ({longer:g})")
        return self

    @property
    def conflict_retries(self) -> int:
        """How often a session that was opened elsewhere is tried again by itself."""
        return 0 if self.conflict == "rest" else int(self.conflict.removeprefix("retry:"))

    def pace(self, retry: Retry) -> Pace:
        """The first and the longest wait of this kind of retry."""
        match retry:
            case Retry.SLOWLY:
                return Pace(self.slow_first_s, self.slow_longest_s)
            case Retry.PATIENTLY:
                return Pace(self.rate_limited_first_s, self.rate_limited_longest_s)
            case Retry.RARELY:
                return Pace(self.rare_first_s, self.rare_longest_s)
            case Retry.DAILY:
                return Pace(self.outdated_first_s, self.outdated_longest_s)
            case Retry.CONFLICT:
                return Pace(self.conflict_first_s, self.conflict_longest_s)
            case _:
                return Pace(self.reconnect_first_s, self.reconnect_longest_s)

    def wait_s(self, retry: Retry, attempt: int, roll: float) -> float:
        """Seconds before the attempt that follows `attempt` fruitless ones. `roll` in [0, 1)."""
        if retry is Retry.AT_ONCE and attempt == 0:
            return 0.0
        pace = self.pace(retry)
        return backoff(attempt, base_s=pace.first_s, cap_s=pace.longest_s, roll=roll)

    def longest_wait_s(self, reason: Reason) -> float:
        """No wait for this reason is longer."""
        end = MEANINGS[reason].end
        return self.pace(Retry.SLOWLY if end is None else end.retry).longest_s

    def faster(self, times: float) -> "Policy":
        """The same with every time divided, for a lab whose hours are minutes. Rates are multiplied."""
        changes: dict[str, float] = {
            name: getattr(self, name) / times for name in type(self).model_fields if name.endswith("_s")
        }
        return self.model_copy(update={**changes, "connects_per_s": self.connects_per_s * times})


DEFAULT_POLICY: Final = Policy()

#: Ends after which nothing is tried until something else has happened: an owner, an engine, the end of a ban.
_NOT_BY_TIME: Final = frozenset({Retry.NO, Retry.WHEN_ENGINE, Retry.AFTER_BAN})


def attempts_allowed(reason: Reason, seconds: float, policy: Policy = DEFAULT_POLICY) -> int:
    """At most so many connections of one number begin within `seconds` after one ended for this reason.

    That is the promise when every attempt ends for the same reason at once and the number was connected for a
    stable time before. Each of these allows one more: its owner's `connect`, a restart of the gateway (unless
    the reason outlives it), an engine that comes, and, for the reasons of `OF_THE_WAY`, a network that has
    come back.
    """
    end = MEANINGS[reason].end
    if end is None or end.retry in _NOT_BY_TIME:
        return 0
    most = policy.conflict_retries if end.retry is Retry.CONFLICT else None
    attempts, at_s = 0, policy.wait_s(end.retry, 0, 0.0)
    while at_s <= seconds and attempts != most:
        attempts += 1
        at_s += policy.wait_s(end.retry, attempts, 0.0)
    return attempts
