"""Ten thousand messages that wait for five hundred chats, and `kill -9` of everything in their midst.

Every chat must get its messages in order and once; each number must keep its pace over the restarts. Times
are the phones' own, at decryption.
"""

import asyncio
import time
from collections.abc import Sequence

from benchmarks import fixtures
from benchmarks.context import Context
from benchmarks.figures import Figure, Goal
from benchmarks.installation import Installation, installed
from benchmarks.simulator import Simulator
from holdfast.client import Client

_NUMBERS = 4
_BURST, _PER_HOUR = 50, 36_000
#: A restart that forgot what was used up would allow twice the burst.
_LARGEST_BURST = 1.2 * _BURST
#: The shares of the messages that are sent when everything is killed.
_KILLED_AT = (0.25, 0.5, 0.75)
_ACCEPTED_AT_ONCE = 500
_POLL_S = 0.2
_WITHIN_S = 1_200.0


async def measure(context: Context) -> list[Figure]:
    """Accept all of them, then send, kill and start again until the queue is empty."""
    fixture = await fixtures.linked(_NUMBERS, context.say)
    numbers = fixtures.numbers(fixture)
    settings = {"HOLDFAST_PACE_STRANGER": f"{_BURST}/{_PER_HOUR}"}
    async with installed(fixture, settings=settings) as installation:
        await installation.start()
        await installation.all_connected(len(numbers))
        phones = [
            await installation.simulator.make_phone(f"Customer {index}")
            for index in range(context.sizes.queued_chats)
        ]
        for number in numbers:
            await installation.api.post(f"/v1/sessions/{number}/disconnect")
        accept_s = await _accept(context, installation, numbers, phones)
        for number in numbers:
            await installation.api.post(f"/v1/sessions/{number}/connect")
        began = time.perf_counter()
        restarts_s = await _send(context, installation, numbers)
        sent_s = time.perf_counter() - began
        inboxes = [await _inbox(installation.simulator, phone) for phone in phones]
    return _figures(context, inboxes, accept_s, restarts_s, sent_s)


def _texts(chat: int, count: int) -> list[str]:
    return [f"{chat}: {index} of {count}" for index in range(count)]


async def _accept(
    context: Context, installation: Installation, numbers: Sequence[str], phones: Sequence[str]
) -> float:
    """Queue every message, chat after chat in turn; the seconds that it took."""
    count = context.sizes.queued // len(phones)
    wanted = [
        (numbers[chat % len(numbers)], f"+{phone}", _texts(chat, count)[index])
        for index in range(count)
        for chat, phone in enumerate(phones)
    ]
    began = time.perf_counter()
    async with Client(data=installation.home) as client, client.events():
        for first in range(0, len(wanted), _ACCEPTED_AT_ONCE):
            context.say(f"queue: {first} of {len(wanted)} accepted")
            await asyncio.gather(*(client.send(*it) for it in wanted[first : first + _ACCEPTED_AT_ONCE]))
    return time.perf_counter() - began


async def _send(context: Context, installation: Installation, numbers: Sequence[str]) -> list[float]:
    """Return when nothing waits; the seconds from each start to the next message that was sent."""
    total = context.sizes.queued
    restarts_s: list[float] = []
    async with asyncio.timeout(_WITHIN_S):
        for share in _KILLED_AT:
            await _until_waiting(context, installation, numbers, round(total * (1 - share)))
            await installation.kill()
            began = time.perf_counter()
            await installation.start()
            left = await _waiting(installation, numbers)
            await _until_waiting(context, installation, numbers, max(0, left - 1))
            restarts_s.append(time.perf_counter() - began)
        await _until_waiting(context, installation, numbers, 0)
    return restarts_s


async def _until_waiting(
    context: Context, installation: Installation, numbers: Sequence[str], most: int
) -> None:
    while (now := await _waiting(installation, numbers)) > most:
        context.say(f"queue: {now} of {context.sizes.queued} wait")
        await asyncio.sleep(_POLL_S)


async def _waiting(installation: Installation, numbers: Sequence[str]) -> int:
    pages = [await installation.api.get(f"/v1/sessions/{number}/queue?limit=1") for number in numbers]
    return sum(int(page["messages"]) for page in pages)


async def _inbox(simulator: Simulator, phone: str) -> list[tuple[float, str, int]]:
    """What a phone has: when, what, and how often it came again under the same id."""
    items, _ = await simulator.inbox(phone, 0, 0)
    return [(item["t_ms"] / 1000, item["text"], int(item["duplicates"])) for item in items]


def _figures(
    context: Context,
    inboxes: Sequence[Sequence[tuple[float, str, int]]],
    accept_s: float,
    restarts_s: Sequence[float],
    sent_s: float,
) -> list[Figure]:
    sizes = context.sizes
    count = sizes.queued // sizes.queued_chats
    wrong = [chat for chat, box in enumerate(inboxes) if [it[1] for it in box] != _texts(chat, count)]
    if wrong:
        shown = [text for _, text, _ in inboxes[wrong[0]]]
        context.errors["queue"] = f"{len(wrong)} chats did not get each message in order and once: {shown}"
    bursts = [
        _largest_burst(sorted(at_s for box in inboxes[number::_NUMBERS] for at_s, _, _ in box))
        for number in range(_NUMBERS)
    ]
    details = {
        "per_s": sizes.queued / sent_s,
        "accepted_per_s": sizes.queued / accept_s,
        "repeated_under_its_id": sum(again for box in inboxes for _, _, again in box),
    }
    note = (
        f"{sizes.queued:,} messages of {_NUMBERS} numbers to {sizes.queued_chats} chats, "
        f"{len(_KILLED_AT)} times kill -9 of everything; each came in order and once"
    )
    pace = f"a burst of {_BURST} and {_PER_HOUR / 3600:g} a second are allowed"
    return [
        Figure("queue_sent", "queue: until all are sent", "s", [sent_s], None, note, details),
        Figure("queue_restart", "queue: kill -9 to the next message", "s", restarts_s, Goal(5), ""),
        Figure("queue_burst", "queue: largest burst of a number", "", bursts, Goal(_LARGEST_BURST), pace),
    ]


def _largest_burst(times_s: Sequence[float]) -> float:
    """By how many messages the worst stretch of time exceeds what its length allows."""
    rate = _PER_HOUR / 3600
    lowest = worst = 0.0
    for index, at_s in enumerate(times_s):
        level = index - rate * at_s
        lowest = min(lowest, level) if index else level
        worst = max(worst, level - lowest + 1)
    return worst
