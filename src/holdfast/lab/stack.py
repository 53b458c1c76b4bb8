"""A whole Holdfast in a folder of its own: gateway and engine as real processes, to be killed at will."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Set
from contextlib import asynccontextmanager

from holdfast.client import Client, HoldfastError, System
from holdfast.keeper import Keeper, KeeperFact, Place
from holdfast.kit import private

_READY_WITHIN_S = 60.0


class StackError(Exception):
    """The stack did not start. The message is one line, from the program that refused with this exit code."""

    def __init__(self, line: str, code: int = 1) -> None:
        self.code = code
        super().__init__(line)


class Stack:
    """Gateway and engine at one place, kept running: whatever is killed comes back by itself."""

    def __init__(self, place: Place, keeper: Keeper) -> None:
        self.place = place
        self.keeper = keeper
        self.client = Client(data=place.data)

    @classmethod
    @asynccontextmanager
    async def start(
        cls, place: Place, tell: Callable[[KeeperFact], None] = lambda fact: None
    ) -> AsyncIterator["Stack"]:
        """A running stack, ready for requests; everything of it is ended with this block.

        Raises StackError with the program's own line when it refuses to start.
        """
        private.folder(place.data)
        # Here kills are no sign of a crash loop: whatever ran for a moment is started again at once.
        keeper = Keeper(tell, steady_after_s=0.5)
        stack = cls(place, keeper)
        try:
            await keeper.start(place.program("gateway", "-m", "holdfast.app"))
            await stack.wait_ready()
            yield stack
        finally:
            await stack.client.close()
            await keeper.stop()
            await place.stop_engine()

    async def wait_ready(self, timeout_s: float = _READY_WITHIN_S) -> None:
        """Return when the gateway answers and holds its engine. Raises StackError."""
        await self.wait_replaced(frozenset(), None, timeout_s)

    async def identity(self) -> System | None:
        """Which gateway and engine run, for `wait_replaced`; None while no gateway answers."""
        with contextlib.suppress(HoldfastError):
            return await self.client.system()
        return None

    async def wait_replaced(
        self, victims: Set[str], before: System | None, timeout_s: float = _READY_WITHIN_S
    ) -> None:
        """As `wait_ready`, for what runs in the place of whom `kill` has hit. Raises StackError.

        `before` is the `identity` before the kill: a gateway holds a dead engine until it has noticed.
        """
        refused = asyncio.create_task(self.keeper.refused())
        deadline = time.monotonic() + timeout_s
        try:
            while time.monotonic() < deadline:
                if refused.done():
                    refusal = refused.result()
                    raise StackError(str(refusal), refusal.code)
                with contextlib.suppress(HoldfastError):
                    if replaced(victims, before, await self.client.system()):
                        return
                await asyncio.sleep(0.05)
        finally:
            refused.cancel()
        log = self.place.data / "logs" / "gateway.log"
        raise StackError(f"The gateway was not ready within {timeout_s:g} s. Its log: {log}")

    def kill(self, what: str) -> frozenset[str]:
        """kill -9 of "gateway", "engine" or "both"; returns which of them were alive and are dead now.

        The keeper starts the gateway again, the gateway the engine.
        """
        killed = set()
        pids = {"engine": self.place.engine_pid(), "gateway": self.keeper.pid("gateway")}
        for name, pid in pids.items():
            if what in {name, "both"} and pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed.add(name)
        return frozenset(killed)

    def arm(self, point: str) -> None:
        """The next process that passes this named point is killed there (lab mode)."""
        folder = self.place.data / "run" / "kill-points"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / point).touch()

    def armed(self, point: str) -> bool:
        """True while nobody has passed the point."""
        return (self.place.data / "run" / "kill-points" / point).exists()

    def disarm(self, point: str) -> bool:
        """Take a point back; False when it has been passed meanwhile."""
        try:
            (self.place.data / "run" / "kill-points" / point).unlink()
        except FileNotFoundError:
            return False
        return True


def replaced(victims: Set[str], before: System | None, now: System) -> bool:
    """True when other processes than before run in the victims' places: an old state is no recovery."""
    if not now.engine_attached:
        return False
    if before is None:
        return True
    gateway = "gateway" not in victims or now.gateway_pid != before.gateway_pid
    engine = "engine" not in victims or now.engine_id != before.engine_id
    return gateway and engine
