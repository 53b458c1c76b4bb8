"""How long a channel is tried, and what may be told when. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.alerts.channels import Channel
from holdfast.alerts.text import Telling
from holdfast.kit.backoff import backoff
from holdfast.model.alerts import Delivery, Severity, Told
from holdfast.model.errors import (
    AlertTargetInternal,
    AlertUrlInvalid,
    HoldfastError,
    RecipientInvalid,
    RequestInvalid,
    UnknownSession,
)
from holdfast.vault import SealBroken

_BASE_S: Final = 30.0
_CAP_S: Final = 3600.0
#: About a day.
_ATTEMPTS: Final = 30
#: After so many the other channels hear of it.
FAILING_AFTER: Final = 3
#: Nothing waits longer than this, whatever a clock that was set back says.
LONGEST_WAIT_MS: Final = 2 * 86_400_000
#: Trying again does not help.
_FINAL: Final = (
    AlertUrlInvalid,
    AlertTargetInternal,
    SealBroken,
    UnknownSession,
    RecipientInvalid,
    RequestInvalid,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """What becomes of a message that was not taken."""

    state: Delivery
    next_at_ms: int
    #: The channel is to be called failing.
    failing: bool


def failed(error: HoldfastError, attempts: int, now_ms: int, roll: float) -> Failure:
    """After an attempt failed; `attempts` counts those before it."""
    if isinstance(error, _FINAL) or attempts + 1 >= _ATTEMPTS:
        return Failure(Delivery.DEAD, now_ms, True)
    wait_s = backoff(attempts, base_s=_BASE_S, cap_s=_CAP_S, roll=roll)
    return Failure(Delivery.WAITING, now_ms + round(wait_s * 1000), attempts + 1 >= FAILING_AFTER)


def wakes(channel: Channel, telling: Telling) -> bool:
    """It is told at once, in quiet hours too."""
    quiet = channel.wishes.quiet
    urgent = telling.severity is Severity.CRITICAL and telling.told is not Told.RESOLVED
    return quiet is None or (urgent and quiet.critical_at_once)


def waits_until(channel: Channel, tellings: Sequence[Telling], now_ms: int) -> int | None:
    """Until when none of these may be told; None when they may now.

    One that may wake takes the others along: the human is awake.
    """
    quiet = channel.wishes.quiet
    if quiet is None or any(wakes(channel, it) for it in tellings):
        return None
    return quiet.end_ms(now_ms)
