"""Drives one foreign client: a process that takes orders and tells events, JSON lines both ways."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from contenders import Contender

from holdfast.keeper import end_with_parent

Event = Mapping[str, Any]

# Longer than any client's own time-out for one query would be useless: tests look for what happens soon.
PATIENCE_S = 25.0


class ClientRefused(Exception):
    """The client answered an order with an error of its own."""


class ClientEnded(Exception):
    """The client's process is gone."""


class Client:
    """One running client. Each event can be expected once; all of them stay in `events`."""

    def __init__(self, contender: Contender, process: asyncio.subprocess.Process, log: Path) -> None:
        self.contender = contender
        self.name = contender.name
        self.events: list[Event] = []
        self.log = log
        self._process = process
        self._taken: set[int] = set()
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self._orders = 0
        self._news = asyncio.Event()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    @asynccontextmanager
    async def run(
        cls, contender: Contender, address: str, trust_file: Path, folder: Path
    ) -> AsyncIterator["Client"]:
        """A client of our own, ended with this block. `folder` keeps its credentials and its log."""
        folder.mkdir(parents=True, exist_ok=True)
        log = folder / "client.log"
        argv = contender.argv(f"wss://{address}/ws/chat", trust_file, folder / "credentials")
        with log.open("ab") as sink:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=sink,
                env={**os.environ, **contender.env(trust_file)},
                start_new_session=True,
                preexec_fn=end_with_parent,
                limit=1 << 22,
            )
        client = cls(contender, process, log)
        try:
            await client.expect("ready")
            yield client
        finally:
            await client.kill()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.returncode is None

    @property
    def exit_code(self) -> int | None:
        """How the process ended; None while it runs."""
        return self._process.returncode

    async def order(self, verb: str, *, within: float = PATIENCE_S, **fields: Any) -> Any:
        """Have the client do something; returns its answer.

        Raises ClientRefused with the client's own error, ClientEnded, TimeoutError.
        """
        if not self.alive or self._process.stdin is None:
            raise ClientEnded(self._describe(f"before {verb}"))
        self._orders += 1
        waiter = self._replies[self._orders] = asyncio.get_running_loop().create_future()
        self._process.stdin.write((json.dumps({"n": self._orders, "do": verb, **fields}) + "\n").encode())
        try:
            return await asyncio.wait_for(waiter, within)
        except TimeoutError:
            raise TimeoutError(self._describe(f"no answer to {verb} within {within:g} s")) from None

    async def expect(self, event: str, *, within: float = PATIENCE_S, **fields: Any) -> Event:
        """The next event of this name whose fields are as given, from now or from before.

        Raises TimeoutError, ClientEnded.
        """
        deadline = asyncio.get_running_loop().time() + within
        while True:
            for index, candidate in enumerate(self.events):
                if index not in self._taken and _matches(candidate, event, fields):
                    self._taken.add(index)
                    return candidate
            if not self.alive:
                raise ClientEnded(self._describe(f"before {event} {fields}"))
            self._news.clear()
            left = deadline - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._news.wait(), max(left, 0.001))
            except TimeoutError:
                raise TimeoutError(self._describe(f"no {event} {fields} within {within:g} s")) from None

    async def forget(self) -> None:
        """Take every event so far as expected."""
        self._taken.update(range(len(self.events)))

    def seen(self, event: str, **fields: Any) -> list[Event]:
        """Every event of this name so far whose fields are as given, expected or not."""
        return [candidate for candidate in self.events if _matches(candidate, event, fields)]

    async def quiet(self, seconds: float, event: str, **fields: Any) -> None:
        """Fail if such an event comes (again) within the time."""
        before = len(self.seen(event, **fields))
        await asyncio.sleep(seconds)  # absence has no event to wait for
        assert len(self.seen(event, **fields)) == before, self._describe(f"unwanted {event} {fields}")

    async def ended(self, within: float = PATIENCE_S) -> int:
        """Wait until the process ends by itself; returns its exit code. Raises TimeoutError."""
        return await asyncio.wait_for(self._process.wait(), within)

    async def kill(self) -> None:
        """End the process as a power cut would."""
        if self.alive:
            self._process.send_signal(signal.SIGKILL)
        await self._process.wait()
        await self._reader

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            entry = json.loads(line)
            if (number := entry.get("reply")) is None:
                self.events.append(entry)
            elif not (waiter := self._replies.pop(number)).done():
                if "error" in entry:
                    waiter.set_exception(ClientRefused(f"{self.name}: {entry['error']}"))
                else:
                    waiter.set_result(entry.get("ok"))
            self._news.set()
        await self._process.wait()
        for waiter in self._replies.values():
            if not waiter.done():
                waiter.set_exception(ClientEnded(self._describe("in the middle of an order")))
        self._news.set()

    def _describe(self, what: str) -> str:
        recent = "\n  ".join(json.dumps(event)[:300] for event in self.events[-12:])
        tail = "\n  ".join(self.log.read_text(errors="replace").splitlines()[-8:])
        return f"{self.name} ({self.exit_code=}): {what}\n  {recent}\nlog:\n  {tail[-3000:]}"


def _matches(candidate: Event, event: str, fields: Mapping[str, Any]) -> bool:
    return candidate["event"] == event and all(candidate.get(name) == value for name, value in fields.items())
