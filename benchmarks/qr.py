"""How long a user waits for the first QR."""

import time

from benchmarks import fixtures
from benchmarks.context import Context
from benchmarks.figures import Figure, Goal
from benchmarks.installation import Installation, installed


async def measure(context: Context) -> list[Figure]:
    """From the pairing request to the first QR in hand, beside sessions that are connected."""
    sizes = context.sizes
    fixture = await fixtures.linked(sizes.small, context.say)
    runs: list[float] = []
    async with installed(fixture) as installation:
        await installation.start()
        await installation.all_connected(sizes.small)
        for run in range(sizes.qr_repeats + 1):
            context.say(f"QR {run}/{sizes.qr_repeats}")
            taken = await _one(installation, f"qr-{run}")
            if run:
                runs.append(taken * 1000)
    note = f"beside {sizes.small} connected sessions"
    return [Figure("qr", "QR after the request", "ms", runs, Goal(100), note, {"max_ms": max(runs)})]


async def _one(installation: Installation, name: str) -> float:
    api = installation.api
    await api.call("PUT", f"/v1/sessions/{name}")
    began = time.perf_counter()
    await api.post(f"/v1/sessions/{name}/pair")
    code = await api.get(f"/v1/sessions/{name}/qr?wait_s=20")
    taken = time.perf_counter() - began
    assert code["code"]
    await api.call("DELETE", f"/v1/sessions/{name}/pair")
    return taken
