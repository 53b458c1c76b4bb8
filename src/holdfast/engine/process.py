"""The engine as a process: find a running one, start one detached, end one.

The engine outlives the gateway. It is a child only in the sense that somebody had to start it: it has its own
session, its own log, and is found again through `run/engine.addr`.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from holdfast.engine.channel import Channel
from holdfast.kit import logging, private
from holdfast.model.errors import EngineUnreachable

log = logging.get("engine")

_LAST_WORDS_BYTES: Final = 8192
_NOBODY: Final = "unknown"


@dataclass(frozen=True, slots=True)
class EngineProgram:
    """How to start the engine of one data folder."""

    binary: Path
    data: Path
    lab: Path | None = None  # the simulator's trust file; None: real WhatsApp
    pace: float = 1.0  # in a lab, by how much every wait is divided

    @property
    def argv(self) -> Sequence[str]:
        """The command line. Never a key in it."""
        lab = ["--lab", str(self.lab)] if self.lab is not None else []
        pace = ["--pace", f"{self.pace:g}"] if self.pace != 1 else []
        return [str(self.binary), "serve", "--data", str(self.data), *lab, *pace]

    @property
    def log(self) -> Path:
        """Where it writes."""
        return self.data / "logs" / "engine.log"


def addresses(data: Path) -> Sequence[Path]:
    """Where an engine may listen: the socket that was announced last, and the usual one. Both may be dead."""
    usual = data / "run" / "engine.sock"
    try:
        announced = (data / "run" / "engine.addr").read_text().strip()
    except OSError:
        return [usual]
    return [Path(announced), usual] if announced not in ("", str(usual)) else [usual]


def running(data: Path) -> bool:
    """True while an engine holds the data folder: its lock is let go only by its death."""
    try:
        lock = os.open(data / "run" / "engine.lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def _holder(data: Path) -> str:
    try:
        return (data / "run" / "engine.pid").read_text().strip() or _NOBODY
    except OSError:
        return _NOBODY


class EngineProcess:
    """Starts the engine of one data folder and remembers it, so that its end is noticed and reaped."""

    def __init__(self, program: EngineProgram) -> None:
        self.program = program
        self._child: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.program.data

    @property
    def child_pid(self) -> int | None:
        """The engine that this process started and that has not ended."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def start(self) -> None:
        """Start an engine, detached. Returns at once; it listens a little later, or its `refusal` tells why
        not.

        Raises EngineUnreachable when the program cannot be run.
        """
        try:
            private.folder(self.program.log.parent)
            with self.program.log.open("ab") as output:
                self._log_start = output.tell()
                self._child = subprocess.Popen(
                    self.program.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    cwd="/",
                )
        except OSError as exc:
            raise EngineUnreachable(
                f"The engine {self.program.binary} cannot be started: {exc.strerror}",
                next_step="Run `make setup`.",
            ) from exc
        log.info("engine.started", pid=self._child.pid)

    def take_back(self) -> None:
        """End the engine that was started here: this gateway cannot start. An adopted one is left alone."""
        if self._child is not None and self.child_pid is not None:
            self._child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(5.0)

    @property
    def refusal(self) -> EngineUnreachable | None:
        """Why the engine that was started here ended, in its own last line; None while it has not."""
        if self._child is None or (code := self._child.poll()) is None:
            return None
        end = f"signal {-code}" if code < 0 else f"exit code {code}"
        words = (self._last_words() if code > 0 else "") or f"The engine ended with {end}"
        message, _, step = words.partition("; next step: ")  # its own refusals say what to do
        step = step or f"see {self.program.log}"
        return EngineUnreachable(message, next_step=f"{step[0].upper()}{step[1:]}.")

    def unreachable(self, after_s: float) -> EngineUnreachable:
        """Nobody listened for so long: what is known about it."""
        if self.child_pid is None and running(self.data):
            return EngineUnreachable(
                f"Another engine (pid {_holder(self.data)}) holds {self.data} and does not answer",
                next_step="End that process, then start again.",
            )
        return EngineUnreachable(
            f"The engine did not listen within {after_s:.0f} s",
            next_step=f"See {self.program.log}.",
        )

    def _last_words(self) -> str:
        """The last line that it wrote for people, or the error of its last log line."""
        try:
            with self.program.log.open("rb") as written:
                written.seek(max(self._log_start, os.fstat(written.fileno()).st_size - _LAST_WORDS_BYTES))
                lines = written.read().decode(errors="replace").splitlines()
        except OSError:
            return ""
        for line in reversed(lines):
            plain = line.strip()
            with contextlib.suppress(ValueError):
                entry = json.loads(plain)
                plain = str(entry.get("error") or "") if isinstance(entry, dict) else plain
            if plain:
                return plain
        return ""

    async def reap(self) -> None:
        """Wait for the end of a child whose socket has closed, so that it leaves no zombie behind."""
        if self._child is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(self._child.wait, 5.0)


def stop(data: Path, reason: str, *, grace_s: float = 15.0) -> bool:
    """End the engine of a data folder by the frozen shutdown frame; blocks until it is gone. False: there was
    none.

    Raises EngineUnreachable when it does not end within `grace_s`.
    """
    if not running(data):
        return False
    channel = Channel("", "")
    channel.shutdown(reason)
    frame = channel.data_to_send()
    holder = _holder(data)
    for found in addresses(data):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(grace_s)
            connection.connect(str(found))
            connection.sendall(frame)
            while connection.recv(65536):
                pass
            break
    deadline = time.monotonic() + grace_s
    while time.monotonic() < deadline:
        # Whoever writes its pid there afterwards holds the folder: the one before has let it go.
        if not running(data) or _holder(data) not in (holder, _NOBODY):
            return True
        time.sleep(0.01)
    raise EngineUnreachable(
        f"The engine of {data} did not end within {grace_s:.0f} s",
        next_step="End the process named in run/engine.pid.",
    )
