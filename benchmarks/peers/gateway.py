"""A gateway on whatsmeow in the manner of gowa: webhook in, HTTP out, and a bot that is a program of its own.

gowa itself is not among the peers: the Go module proxy does not serve its module.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.installation import ROOT, free_port
from benchmarks.peers import tools
from benchmarks.peers.peer import Say
from benchmarks.peers.program import Program
from benchmarks.processes import Started
from benchmarks.simulator import Simulator

_SOURCE = Path(__file__).parent / "programs" / "gateway"
_BUILT = ROOT / "build" / "peers" / "gateway"
_READY_S = 60.0


class WebhookGateway(Program):
    """The plainest of its kind, so that no figure is better only because this one does more."""

    name = "gateway"
    title = "whatsmeow gateway"
    configured = (
        "a program of this repository in the manner of gowa, whose module the Go module proxy does not "
        "serve; whatsmeow with its defaults, all numbers in one process and one SQLite file (go-sqlite3, "
        "WAL), each message kept in a second one, webhook with five tries, HTTP to send; bot in a process of "
        "its own, bare asyncio"
    )

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        super().__init__(folder, simulator)
        self._port, self._bot_port = free_port(), free_port()
        self._bot: Started | None = None

    @classmethod
    async def prepare(cls, say: Say) -> None:
        await tools.run(["sh", "tools/gcc.sh"], ROOT, await tools.with_tool("go.sh"))
        say("building the whatsmeow gateway")
        environment = {**await tools.with_tool("go.sh"), "CGO_ENABLED": "1", "GOTOOLCHAIN": "local"}
        await tools.run(["go", "build", "-trimpath", "-o", str(_BUILT), "."], _SOURCE, environment)

    def command(self, count: int) -> Sequence[str | Path]:
        return [
            *(_BUILT, "-trust", self.simulator.trust, "-folder", self._files, "-sessions", str(count)),
            *("-listen", f"127.0.0.1:{self._port}", "-webhook", f"http://127.0.0.1:{self._bot_port}/"),
        ]

    async def spawn(self, count: int, *, bot: bool) -> None:
        if bot:
            command = [
                sys.executable,
                "-m",
                "benchmarks.peers.webhookbot",
                str(self._bot_port),
                str(self._port),
            ]
            log = self.folder / "bot.log"
            self._bot = await Started.start("bot", [*command, str(self.heard)], log, pipe=True)
            await self._bot.line(_READY_S)
        await super().spawn(count, bot=bot)

    async def kill(self) -> None:
        bot, self._bot = self._bot, None
        if bot is not None:
            await bot.kill()
        await super().kill()

    async def end(self) -> None:
        bot, self._bot = self._bot, None
        if bot is not None:
            await bot.end()
        await super().end()

    def pids(self) -> Mapping[str, int]:
        return {**super().pids(), **({} if self._bot is None else {"bot": self._bot.pid})}
