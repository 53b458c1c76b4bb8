"""How long to wait before the next attempt. Pure: the roll of the dice is an argument."""


def backoff(attempt: int, *, base_s: float, cap_s: float, roll: float) -> float:
    """Seconds before the next attempt: doubling, capped, the lower half kept and the upper rolled.

    `roll` in [0, 1), injected. The jitter lies inside the cap, never beyond it.
    """
    ceiling = min(cap_s, base_s * 2.0 ** min(max(attempt, 0), 32))
    return ceiling * (0.5 + roll / 2)
