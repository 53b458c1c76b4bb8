"""Who is logged in: what the simulator saw, never what a program says of itself."""

import asyncio
import time
from collections.abc import Sequence

from benchmarks.simulator import Simulator

_POLL_S = 0.005


async def counted(simulator: Simulator, numbers: Sequence[str]) -> dict[str, int]:
    """How often the linked devices of each number have logged in so far."""
    return {number: (await _seen(simulator, number))[0] for number in numbers}


async def again(simulator: Simulator, before: dict[str, int], limit_s: float) -> set[str]:
    """Wait until every number has logged in once more than `before` and is connected.

    Returns the numbers that had not after `limit_s`. One number is asked for at a time: the moment of the
    last login is known to a few milliseconds, and the asking costs one call a number.
    """
    limit = time.perf_counter() + limit_s
    missing = set()
    for number, known in before.items():
        while True:
            logins, connected = await _seen(simulator, number)
            if connected and logins > known:
                break
            if time.perf_counter() > limit:
                missing.add(number)
                break
            await asyncio.sleep(_POLL_S)
    return missing


async def _seen(simulator: Simulator, number: str) -> tuple[int, bool]:
    companions = (await simulator.admin.get(f"/admin/accounts/{number}"))["companions"]
    return sum(each["logins"] for each in companions), any(each["connected"] for each in companions)
