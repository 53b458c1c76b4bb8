"""The world of replays: a simulated WhatsApp, a Holdfast with a linked number, and its bots. One for many."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Set
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

from holdfast.bots.hosting import SUBSCRIPTION, stack_of
from holdfast.bots.runner import Runner
from holdfast.lab.linked import LinkedStack
from holdfast.lab.phone import Phone
from holdfast.lab.simulator import Simulator
from holdfast.model.errors import HoldfastError, UnknownMessage
from holdfast.model.events import EventType, SendStatus

_WITHIN_S: Final = 240.0
#: Looking keeps a gateway busy.
_LOOK_AGAIN_S: Final = 0.01
_LOOK_EVERY_S: Final = 0.1
_PAGE: Final = 200
#: What bots have to be done with before all is quiet.
_WORK: Final = frozenset(
    {EventType.MESSAGE_RECEIVED, EventType.BOT_REMINDER, EventType.NOTICE_RECEIVED, EventType.CHAT_HANDOVER}
)
#: What stands so has not been taken by WhatsApp, or never will be.
_NOT_THERE: Final = frozenset({SendStatus.QUEUED, SendStatus.FAILED})


class World:
    """Everything that a script acts on."""

    def __init__(self, stack: LinkedStack, folder: Path) -> None:
        self.stack, self.client, self._folder = stack, stack.client, folder
        self._bots: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        #: Reads what that process says, so that it never waits for a reader.
        self._listening: asyncio.Task[bytes] | None = None
        self._ahead = timedelta(0)
        #: Documents that a script has changed, as they were before.
        self._documents: dict[str, Mapping[str, Any]] = {}

    @classmethod
    @asynccontextmanager
    async def start(cls, folder: Path) -> AsyncIterator["World"]:
        """A world in a folder of its own, with every application that is installed.

        Everything of it ends with the block.
        """
        async with (
            Simulator.start(folder / "wasim", state=folder / "wasim" / "state") as simulator,
            LinkedStack.start(folder / "data", simulator, applications=_applications()) as stack,
        ):
            world = cls(stack, folder)
            try:
                yield world
            finally:
                await world.stop_bots()

    # ---- bots ------------------------------------------------------------------------------------------

    async def start_bots(self, names: list[str], *, apart: bool) -> None:
        """Have these bots at work: in this process, or `apart` in one that can be killed."""
        await self.write("bots", {"enabled": names})
        if apart:
            await self._start_process()
            return
        ready = asyncio.Event()
        stack = stack_of((await self.client.configuration.get("bots")).body)
        self._bots = asyncio.create_task(Runner(stack, self.client).run(ready.set))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({self._bots, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._bots.done():
            self._bots.result()

    async def stop_bots(self) -> None:
        """End them, in whatever process."""
        if self._bots is not None:
            self._bots.cancel()
            await asyncio.wait({self._bots})
            self._bots = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            if self._listening is not None:
                await self._listening
            self._process = self._listening = None

    async def _start_process(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast.cli", "bot", "host"),
            env=dict(self.stack.environment),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(_WITHIN_S):
            while b"at work" not in (line := await self._process.stdout.readline()):
                if not line:
                    raise HoldfastError("The bots' process ended as it began")
        self._listening = asyncio.create_task(self._process.stdout.read())

    # ---- what scripts do -------------------------------------------------------------------------------

    async def write(self, name: str, values: Mapping[str, Any]) -> None:
        """Change places of a document. As it was before it is again at the script's end."""
        now = (await self.client.configuration.get(name)).body
        self._documents.setdefault(name, now)
        await self.client.configuration.put(name, {**now, **values})

    async def put(self, name: str, body: Mapping[str, Any]) -> None:
        """Write a whole document."""
        with contextlib.suppress(HoldfastError):  # one without defaults that nobody has written yet
            self._documents.setdefault(name, (await self.client.configuration.get(name)).body)
        await self.client.configuration.put(name, body)

    async def kill(self, what: str) -> None:
        """kill -9 of "bot", "gateway", "engine" or "all"; returns when everything is back."""
        if what in {"bot", "all"}:
            await self.stop_bots()
        if what != "bot":
            await self.stack.kill("both" if what == "all" else what)
            await self._set_clock()
        if what in {"bot", "all"}:
            await self._start_process()

    async def set_time(self, at: datetime | None, later: timedelta) -> None:
        """Set the gateway's clock, or carry it on."""
        if at is None:
            self._ahead += later
        else:
            self._ahead = timedelta(seconds=at.timestamp() - time.time())
        await self._set_clock()

    async def _set_clock(self) -> None:
        await self.client.lab_set_clock(self._ahead.total_seconds())

    async def arrived(self, message_id: str) -> str:
        """Return when the gateway has this message; the chat that it stands in."""
        pauses = _pauses()
        async with asyncio.timeout(_WITHIN_S):
            while True:
                with contextlib.suppress(UnknownMessage):
                    return (await self.client.message(self.stack.session, message_id)).chat
                await asyncio.sleep(next(pauses))

    async def quiet(self) -> None:
        """Return when the bots are done with everything, and everything that they said is sent."""
        pauses = _pauses()
        async with asyncio.timeout(_WITHIN_S):
            while not (await self._worked_off() and await self._sent()):
                if self._bots is not None and self._bots.done():
                    self._bots.result()
                await asyncio.sleep(next(pauses))

    async def _worked_off(self) -> bool:
        places = {it.name: it.cursor for it in await self.client.subscriptions()}
        if SUBSCRIPTION not in places:
            return True
        after = places[SUBSCRIPTION]
        while True:
            events, after = await self.client.events_page(after=after, limit=_PAGE)
            if any(event.type in _WORK and not event.raw.get("from_me") for event in events):
                return False
            if len(events) < _PAGE:
                return True

    async def _sent(self) -> bool:
        return (await self.client.queue(self.stack.session)).messages == 0

    async def said_to(self, number: str) -> Set[str]:
        """The ids of what WhatsApp has taken for somebody's phone."""
        found: set[str] = set()
        after: str | None = None
        while True:
            page, after = await self.client.messages_page(
                self.stack.session, chat=f"+{number}", direction="out", after=after
            )
            found.update(it.message_id for it in page if it.status not in _NOT_THERE)
            if after is None:
                return found

    async def tidy(self) -> None:
        """As it was before the script: bots, documents, clock."""
        await self.stop_bots()
        for name, body in self._documents.items():
            await self.client.configuration.put(name, body)
        self._documents.clear()
        self._ahead = timedelta(0)
        await self._set_clock()

    async def phone(self, name: str, number: str | None = None) -> Phone:
        """Somebody's phone."""
        return await self.stack.simulator.phone(name, number)


def _pauses() -> Iterator[float]:
    """Between one look and the next: what does not come at once is looked for less and less often."""
    pause = _LOOK_AGAIN_S
    while True:
        yield pause
        pause = min(1.5 * pause, _LOOK_EVERY_S)


def _applications() -> str:
    return " ".join(sorted(it.name for it in entry_points(group="holdfast.applications")))
