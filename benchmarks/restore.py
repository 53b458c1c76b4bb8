"""How long until everything is connected again after `kill -9` of gateway and engine."""

import time
from datetime import datetime

from benchmarks import fixtures
from benchmarks.context import Context
from benchmarks.figures import Figure, Goal, percentile
from benchmarks.installation import Installation, installed


async def measure(context: Context) -> list[Figure]:
    """100 and 1,000 sessions, from the start of the new gateway process to all of them connected."""
    sizes = context.sizes
    figures = await _restored(context, sizes.small, sizes.repeats, None)
    if sizes.large is not None:
        figures += await _restored(context, sizes.large, sizes.large_repeats, Goal(5))
    return figures


async def _restored(context: Context, count: int, repeats: int, goal: Goal | None) -> list[Figure]:
    fixture = await fixtures.linked(count, context.say)
    totals: list[float] = []
    details: dict[str, list[float]] = {}
    async with installed(fixture) as installation:
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
    total = time.perf_counter() - began
    sessions = await installation.sessions()
    connected = [session for session in sessions if session["state"] == "connected"]
    assert len(connected) >= count, f"{len(connected)} of {count} sessions are connected"
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
