"""The demo's second chapter: a customer books a ride in words, and everything is killed after the price."""

import asyncio
import contextlib
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from holdfast.cli.screen import number
from holdfast.cli.story import Story, StoryFailed
from holdfast.keeper import Program
from holdfast.lab import Phone, Stack

_PATIENCE_S: Final = 60.0
_BOT: Final = "chauffeur"


class Ride:
    """One booking: who takes part in it, and what was said."""

    def __init__(self, stack: Stack, business: Phone, customer: Phone, operator: Phone) -> None:
        self._stack, self._business = stack, business
        self._customer, self._operator = customer, operator
        self._price = ""

    async def tell(self, story: Story, example: Path) -> None:
        """The whole chapter. Raises StoryFailed."""
        await self._start(story, example)
        await self._ask(story)
        await self._kill_and_confirm(story)
        await self._check(story)

    async def _start(self, story: Story, example: Path) -> None:
        with story.step("start the chauffeur's bot in the greeting's place") as step:
            service = {"name": "Chauffeur Weber", "operators": [f"+{self._operator.phone}"]}
            await self._stack.client.ask("PUT", "/v1/configuration/chauffeur", body={"body": service})
            await self._stack.keeper.stop("bot")
            argv = ("-m", "holdfast.cli", "bot", "run", str(example))
            program = self._stack.place.program(_BOT, *argv)
            await self._stack.keeper.start(program)
            await at_work(program)
            step.done(f"holdfast bot run {example.name}; the operator is {number(self._operator.phone)}")

    async def _ask(self, story: Story) -> None:
        day = (datetime.now(UTC) + timedelta(days=40)).strftime("%d.%m.%Y")
        words = f"From Marienplatz to the airport on {day} at 14:00, 2 passengers, 1 suitcase, sedan"
        with story.step("the customer writes where to go, in words") as step:
            began = time.monotonic()
            await self._customer.say(self._business.phone, words)
            answer = await self._customer.wait_for("Shall I book it?", timeout_s=_PATIENCE_S)
            took_ms = (time.monotonic() - began) * 1000
            self._price = (answer.text or "").partition("*Total: ")[2].partition("*")[0]
            step.done(f"“{words}”: {self._price} after {took_ms:.0f} ms")

    async def _kill_and_confirm(self, story: Story) -> None:
        with story.step("kill -9: gateway, engine and bot; the customer says “yes”") as step:
            began = time.monotonic()
            self._stack.kill("both")
            bot = self._stack.keeper.pid(_BOT)
            if bot is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(bot, signal.SIGKILL)
            await self._customer.say(self._business.phone, "yes")
            await self._stack.wait_ready()
            answer = await self._customer.wait_for("Reference: ", timeout_s=_PATIENCE_S)
            step.done(f"after {time.monotonic() - began:.1f} s: “{answer.text}”")

    async def _check(self, story: Story) -> None:
        with story.step("the booking exists once, at the quoted price") as step:
            bookings: list[dict[str, Any]] = list(
                (await self._stack.client.ask("GET", "/v1/chauffeur/bookings"))["bookings"]
            )
            if len(bookings) != 1:
                raise StoryFailed(f"There are {len(bookings)} bookings, one is right")
            reference, quote = bookings[0]["reference"], bookings[0]["quote"]
            if f"{quote['total']} {quote['currency']}" != self._price:
                raise StoryFailed(f"{self._price} was quoted, {quote['total']} is booked")
            told = await self._operator.wait_for(f"New booking {reference}", timeout_s=_PATIENCE_S)
            lines = len((told.text or "").splitlines())
            step.done(f"{reference}: {self._price}; the operator was told in {lines} lines")


async def at_work(program: Program) -> None:
    """Return when a bot's program says that it is at work. Raises StoryFailed."""
    deadline = time.monotonic() + _PATIENCE_S
    while "is at work" not in (program.log.read_text() if program.log.exists() else ""):
        if time.monotonic() > deadline:
            raise StoryFailed(f"The bot did not start. Its log: {program.log}")
        await asyncio.sleep(0.05)
