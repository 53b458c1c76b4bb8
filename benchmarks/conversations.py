"""Many customers who book at once with one bot process: how long each waits for an answer, without AI.

Times are the phones' own (the simulator's clock, at sending and at decryption). A customer writes the next
message after a pause, as people do, so all conversations are under way together.
"""

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks import fixtures
from benchmarks.context import Context
from benchmarks.figures import Figure, Goal, percentile
from benchmarks.installation import ROOT, Installation, installed
from benchmarks.processes import Started
from benchmarks.simulator import Simulator

#: What a customer writes, and what stands in the answer to it.
_WORDS = (
    ("Hello", "Where shall we pick you up"),
    ("Marienplatz", "Where do you want to go"),
    ("to the airport", "On which day"),
    ("in 3 days at 10:00", "How many"),
    ("2 and 1", "Which vehicle"),
    ("sedan", "Shall I book it?"),
    ("yes", "Reference: "),
)
_LONGEST_PAUSE_S = 20.0
_PATIENCE_S = 120.0
_POLL_S = 30.0


async def measure(context: Context) -> list[Figure]:
    """The wait for an answer, over all messages of all conversations."""
    count = context.sizes.conversations
    fixture = await fixtures.linked(1, context.say)
    [number] = fixtures.numbers(fixture)
    async with installed(fixture, applications="chauffeur") as installation:
        await installation.start()
        await installation.all_connected(1)
        async with _bot(installation):
            context.say(f"conversations: {count} phones")
            simulator = installation.simulator
            phones = [await simulator.make_phone(f"Customer {index}") for index in range(count)]
            context.say(f"conversations: {count} at once")
            waits = await asyncio.gather(*(_talk(simulator, it, number) for it in phones))
        booked = len((await installation.api.get("/v1/chauffeur/bookings?limit=500"))["bookings"])
    unanswered = sum(len(_WORDS) - len(it) for it in waits)
    if unanswered or booked != min(count, 500):
        context.errors["conversations"] = f"{unanswered} messages unanswered, {booked} of {count} booked"
    answered = [wait_ms for it in waits for wait_ms in it] or [float("nan")]
    title = "answer to a customer who books, p95"
    note = f"{count} conversations at once on one bot process, {len(_WORDS)} messages each"
    details = {f"p{it}": percentile(answered, it / 100) for it in (50, 95, 99)}
    goal = Goal(300)
    return [Figure("conversations_p95", title, "ms", [details["p95"]], goal, note, details)]


async def _talk(simulator: Simulator, phone: str, number: str) -> list[float]:
    """One whole booking; how long each answer took, in ms. It ends where none comes."""
    pause = random.Random(phone)
    waits: list[float] = []
    after = 0
    for words, expected in _WORDS:
        await asyncio.sleep(pause.uniform(0, _LONGEST_PAUSE_S))
        sent_ms = float((await simulator.send(phone, number, words))["t_ms"])
        try:
            async with asyncio.timeout(_PATIENCE_S):
                answered_ms, after = await _answer(simulator, phone, after, expected)
        except TimeoutError:
            break
        waits.append(answered_ms - sent_ms)
    return waits


async def _answer(simulator: Simulator, phone: str, after: int, expected: str) -> tuple[float, int]:
    while True:
        items, after = await simulator.inbox(phone, after, _POLL_S)
        for item in items:
            if not item["from_me"] and expected in (item.get("text") or ""):
                return float(item["t_ms"]), after


@asynccontextmanager
async def _bot(installation: Installation) -> AsyncIterator[Started]:
    example = ROOT / "examples" / "chauffeur.py"
    command: list[str | Path] = [sys.executable, "-m", "holdfast.cli", "bot", "run", example]
    log = installation.folder / "bot.log"
    bot = await Started.start("bot", command, log, installation.environment, pipe=True)
    try:
        while "at work" not in await bot.line(60):
            pass
        yield bot
    finally:
        await bot.end()
