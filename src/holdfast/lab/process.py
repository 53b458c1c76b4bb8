"""The simulator as a process of ours: started, killed, started again at the same place."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from holdfast import binaries
from holdfast.keeper import end_with_parent
from holdfast.lab.admin import SimulatorError
from holdfast.lab.facts import AnswerDelay

_READY_WITHIN_S = 60.0
_END_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How a simulator is started. Its trust file and its log lie in `folder`."""

    folder: Path
    seed: int = 1
    state: Path | None = None
    port: int = 0
    transcript: int = 0
    answer_delay: AnswerDelay | None = None
    options: Sequence[str] = ()

    @property
    def trust_file(self) -> Path:
        """Address, root key and certificate for clients."""
        return self.folder / "trust.json"

    @property
    def log_file(self) -> Path:
        """What it logged, JSON lines."""
        return self.folder / "simulator.log"

    def argv(self, port: int) -> Sequence[str]:
        """The command line. Raises BinaryMissing when it is not built."""
        argv = [str(binaries.path("wasim")), "--listen", f"127.0.0.1:{port}", "--seed", str(self.seed)]
        argv += ["--trust-file", str(self.trust_file), "--parent-pid", str(os.getpid())]
        argv += ["--state", str(self.state)] if self.state else []
        argv += ["--transcript", str(self.transcript)] if self.transcript else []
        argv += ["--answer-delay", _milliseconds(self.answer_delay)] if self.answer_delay else []
        return [*argv, *self.options]


def _milliseconds(delay: AnswerDelay) -> str:
    """As the simulator's option takes it."""
    return "-".join(f"{each / timedelta(milliseconds=1):g}ms" for each in (delay.shortest, delay.longest))


class Program:
    """One simulator by one plan. Whoever starts it has to end it; it also ends with this process."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self, port: int | None = None) -> Mapping[str, Any]:
        """Start it; returns what it announces: address, root_key, ca_pem.

        Raises BinaryMissing when it is not built, SimulatorError when it does not start.
        """
        self.plan.folder.mkdir(parents=True, exist_ok=True)
        argv = self.plan.argv(self.plan.port if port is None else port)
        with self.plan.log_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *argv,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        try:
            return await self._ready_line(self._process)
        except BaseException:
            await self.end()
            raise

    async def _ready_line(self, process: asyncio.subprocess.Process) -> Mapping[str, Any]:
        assert process.stdout is not None
        try:
            async with asyncio.timeout(_READY_WITHIN_S):
                async for line in process.stdout:
                    with contextlib.suppress(ValueError):
                        entry: Mapping[str, Any] = json.loads(line)
                        if entry.get("event") == "wasim.ready":
                            return entry
        except TimeoutError:
            raise SimulatorError(f"The simulator was not ready within {_READY_WITHIN_S:g} s") from None
        raise SimulatorError(
            f"The simulator did not start{self._last_words()}. Its log: {self.plan.log_file}"
        )

    def _last_words(self) -> str:
        lines = [line for line in self.plan.log_file.read_text(errors="replace").splitlines() if line.strip()]
        return f" ({lines[-1].removeprefix('wasim: ')})" if lines and lines[-1].startswith("wasim: ") else ""

    async def kill(self) -> None:
        """kill -9: it gets no chance to save or to say goodbye."""
        await self._stop(signal.SIGKILL)

    async def end(self) -> None:
        """Ask it to end, and wait. With a state folder it saves before it goes."""
        await self._stop(signal.SIGTERM)

    async def _stop(self, how: signal.Signals) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(how)
        try:
            async with asyncio.timeout(_END_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
