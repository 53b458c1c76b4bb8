"""A backup while many numbers talk, the machine lost, and the archive put back elsewhere: counted by token.

`make test-load`. NUMBERS talk at RATE messages a second together, half of them in, half of them out; what is
counted is printed.
"""

import asyncio
import itertools
import json
import os
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pyrage
import pytest

from holdfast.keeper import Place
from holdfast.lab import Phone
from house import House

NUMBERS = int(os.environ.get("NUMBERS", "20"))
RATE = float(os.environ.get("RATE", "50"))
#: How long they talk before the backup and after it, and again once the old machine is lost.
TALK_S = float(os.environ.get("TALK_S", "8"))
ME = pyrage.x25519.Identity.generate()


@dataclass
class Talk:
    """Numbers and their customers, one each, and what was said: every text once."""

    house: House
    numbers: Sequence[str]
    customers: Sequence[Phone]
    #: Written by customers: everything that WhatsApp has taken.
    written: list[str] = field(default_factory=list)
    #: Accepted by Holdfast, to be sent.
    accepted: list[str] = field(default_factory=list)
    _turns: "itertools.count[int]" = field(default_factory=itertools.count)

    async def until(self, over: asyncio.Event, *, answers: bool = True) -> None:
        """Talk at the rate until somebody says so. Whoever hears nothing from Holdfast holds up nobody."""
        loop = asyncio.get_running_loop()
        began, said = loop.time(), 0
        async with asyncio.TaskGroup() as saying:
            while not over.is_set():
                turn, said = next(self._turns), said + 1
                saying.create_task(self._answer(turn) if answers and turn % 2 else self._write(turn))
                await asyncio.sleep(max(0.0, began + said / RATE - loop.time()))  # the rate, not a wait

    async def _write(self, turn: int) -> None:
        which = turn // 2 % len(self.numbers)
        text = f"in {turn}"
        await self.customers[which].say(self.numbers[which], text)
        self.written.append(text)

    async def _answer(self, turn: int) -> None:
        which = turn // 2 % len(self.numbers)
        with suppress(httpx.TransportError, AssertionError):  # the machine is lost: it was not accepted
            await self.house.send(f"n{which}", self.customers[which].phone, f"out {turn}")
            self.accepted.append(f"out {turn}")

    async def heard(self) -> tuple[Counter[str], int]:
        """What customers have received of Holdfast: each text with how often, and how many ids came again."""
        inboxes = [(await customer.inbox())[0] for customer in self.customers]
        items = [it for inbox in inboxes for it in inbox if not it.from_me]
        return Counter(it.text for it in items), sum(it.duplicates for it in items)


def received_in(data: Path) -> set[str]:
    """The texts that were received, in a database that nobody serves."""
    with closing(sqlite3.connect(data / "holdfast.db")) as database:
        rows = database.execute("SELECT body_json FROM messages WHERE direction = 'in'")
        return {json.loads(body)["content"]["text"] for (body,) in rows}


async def run(place: Place, *argv: str) -> dict[str, object]:
    """A command of `holdfast backup` that must succeed; what it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.cli", "backup", *argv, "--json"),
        env=dict(place.environment()),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    answer: dict[str, object] = json.loads(output)
    return answer


@pytest.mark.timeout(1800)
async def test_nothing_is_lost_that_whatsapp_holds_and_nothing_is_sent_twice(
    house: House, tmp_path: Path
) -> None:
    numbers = [(await house.link(f"n{which}"))[0] for which in range(NUMBERS)]
    customers = [await house.simulator.phone(f"Customer {which}") for which in range(NUMBERS)]
    talk, over = Talk(house, numbers, customers), asyncio.Event()
    (tmp_path / "identity").write_text(f"{ME}\n")
    opener = ("--identity", str(tmp_path / "identity"))
    place = Place(tmp_path / "new", "127.0.0.1", 0, 0, house.place.lab, tmp_path / "new.key")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(talk.until(over))
        await asyncio.sleep(TALK_S)  # how long they talk is the load, not a wait
        made = await run(house.place, "create", str(tmp_path / "usb"), "-r", str(ME.to_public()))
        await asyncio.sleep(TALK_S)
        await house.kill("engine", "gateway")
        over.set()
    assert len(made["numbers"]) == NUMBERS  # type: ignore[arg-type]
    archive = str(made["archive"])
    taken = received_in(house.place.data)
    sent_before, _ = await talk.heard()

    # WhatsApp holds what is written while nobody is there.
    over.clear()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(talk.until(over, answers=False))
        await asyncio.sleep(TALK_S)
        over.set()
    proof = await run(place, "verify", archive, *opener)
    assert proof["numbers"] == dict.fromkeys(numbers, True)
    restored = await run(place, "restore", archive, *opener)
    saved = received_in(place.data)
    held = [text for text in talk.written if text not in taken]

    fresh = House(place, house.simulator)
    try:
        await fresh.start()
        for which in range(NUMBERS):
            await fresh.connected(f"n{which}")
        await fresh.received(*held, *saved)
        talk.house = fresh
        for which, customer in enumerate(customers):
            await fresh.send(f"n{which}", customer.phone, f"afterwards {which}")
        for which, customer in enumerate(customers):
            await customer.wait_for(
                f"afterwards {which}", where=lambda it, n=which: it.text == f"afterwards {n}"
            )
            assert (await house.simulator.at(numbers[which]).account()).registrations == 1
        # What cannot be read at first has no text; it comes again, readable.
        received = Counter(text for text in await fresh.texts() if text)
    finally:
        await fresh.end()
    heard, again = await talk.heard()
    counts = {
        "numbers": NUMBERS,
        "messages a second": RATE,
        "written by customers": len(talk.written),
        "of these in the archive": len(saved),
        "taken by the lost machine after the backup, gone with it": len(taken - saved - set(received)),
        "held by WhatsApp": len(held),
        "of these received after the restore": sum(text in received for text in held),
        "received more than once": sum(count > 1 for count in received.values()),
        "accepted to be sent": len(talk.accepted),
        "sent before the machine was lost": len(sent_before),
        "waiting in the archive, not sent again": restored["not_sent"],
        "heard more than once": sum(count > 1 for count in heard.values()),
        "heard again under the same id": again,
    }
    print("\n" + "\n".join(f"{count:>8}  {what}" for what, count in counts.items()))
    # What the lost machine had stored and not yet acknowledged, WhatsApp holds too.
    assert {*held, *saved} <= set(received) <= {*held, *saved, *taken}
    assert set(received.values()) == {1}
    assert set(heard) == set(sent_before) | {f"afterwards {which}" for which in range(NUMBERS)}
    assert set(heard.values()) == {1}
