"""How long until everything is connected again after `kill -9` of gateway and engine."""

import asyncio
import time
from collections import Counter
from datetime import datetime
from typing import Any

from benchmarks import fixtures
from benchmarks.context import Context
from benchmarks.figures import Figure, Goal, percentile
from benchmarks.installation import Installation, installed
from benchmarks.processes import ProcessFailed

_GREEN_S = 60.0


async def measure(context: Context) -> list[Figure]:
    """100 and 1,000 sessions, from the start of the new gateway process to all of them connected."""
    sizes = context.sizes
    figures = await _restored(context, sizes.small, sizes.repeats, Goal(1) if sizes.small == 100 else None)
    if sizes.large is not None:
        figures += await _restored(context, sizes.large, sizes.large_repeats, Goal(5))
    return figures


async def _restored(context: Context, count: int, repeats: int, goal: Goal | None) -> list[Figure]:
    fixture = await fixtures.linked(count, context.say)
    totals: list[float] = []
    details: dict[str, list[float]] = {}
    async with installed(fixture, database_url=context.new_database()) as installation:
        await installation.start()
        await installation.all_connected(count)
        for run in range(repeats + 1):
            context.say(f"restore of {count} sessions after kill -9: {run}/{repeats}")
            await installation.kill()
            taken = await _once(installation, count)
            if not run:
                continue  # warm-up
            totals.append(taken.pop("total_s"))
            for name, value in taken.items():
                details.setdefault(name, []).append(value)
    return [
        Figure(f"restore_{count}", f"{count:,} sessions back after kill -9", "s", totals, goal, "", details)
    ]


async def _once(installation: Installation, count: int) -> dict[str, float]:
    wall, began = time.time(), time.perf_counter()
    live = await installation.start()
    await installation.all_connected(count)
    connected = await _all_green(installation, count)
    total = time.perf_counter() - began
    moments = [
        datetime.fromisoformat(session["last_connected_at"]).timestamp() - wall for session in connected
    ]
    return {
        "total_s": total,
        "livez_s": live,
        "first_connected_s": min(moments),
        "half_connected_s": percentile(moments, 0.5),
        "last_connected_s": max(moments),
        "first_to_last_s": max(moments) - min(moments),
    }


async def _all_green(installation: Installation, count: int) -> list[dict[str, Any]]:
    """The sessions, when every one is connected at the same moment.

    Raises ProcessFailed with what the others are.
    """
    limit = time.perf_counter() + _GREEN_S
    while True:
        sessions = await installation.sessions()
        connected = [session for session in sessions if session["state"] == "connected"]
        if len(connected) >= count:
            return connected
        if time.perf_counter() > limit:
            others = Counter(f"{s['state']}: {s['reason']}" for s in sessions if s["state"] != "connected")
            raise ProcessFailed(
                f"{len(connected)} of {count} sessions are connected; the others: {dict(others)}"
            )
        await asyncio.sleep(0.05)
