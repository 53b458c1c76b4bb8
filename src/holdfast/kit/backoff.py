"""How long to wait before the next attempt. Pure: the roll of the dice is an argument."""

from typing import Final

#: Of the ceiling. So that luck makes no hot loop, and a number of attempts within a time can be promised.
LEAST: Final = 0.1


def backoff(attempt: int, *, base_s: float, cap_s: float, roll: float) -> float:
    """Seconds before the next attempt: a doubling, capped ceiling with full jitter below it.

    Full but for a tenth: no wait is shorter than a tenth of its ceiling. `roll` in [0, 1], injected. The
    jitter lies inside the cap, never beyond it.
    """
    ceiling = min(cap_s, base_s * 2.0 ** min(max(attempt, 0), 32))
    return ceiling * (LEAST + roll * (1 - LEAST))
