"""Where one Holdfast lives: its folder, its ports, its programs' environment."""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from holdfast.keeper.programs import Program

#: Below what Linux and macOS give to whoever connects, or listens without naming a port: nobody gets one of
#: these by chance between the moment of choosing and the listening, nor while the listener is started again.
_CHOSEN_FROM: Final = range(20_000, 32_768)


def free_port() -> int:
    """A port that is free now, and is given to nobody who does not ask for it."""
    while True:
        # From the system's dice: processes that were seeded alike must not choose alike.
        port = secrets.choice(_CHOSEN_FROM)
        if port_is_free(port):
            return port


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """True when a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stack lives. `lab` is the simulator's trust file, None for real WhatsApp."""

    data: Path
    host: str
    api_port: int
    dashboard_port: int
    lab: Path | None
    master_key: Path | None = None
    #: In a lab, by how much every wait of Holdfast's own is divided.
    pace: float = 1.0
    #: Applications that are switched on, beside what the environment says.
    applications: str = ""
    #: A certificate of the owner's for API and page, and its private key, as PEM files.
    tls_cert: Path | None = None
    tls_key: Path | None = None

    def environment(self) -> Mapping[str, str]:
        """For gateway, dashboard and bots."""
        env = {key: value for key, value in os.environ.items() if key not in {"HOLDFAST_URL", "HOLDFAST_KEY"}}
        env |= {
            "HOLDFAST_DATA": str(self.data),
            "HOLDFAST_HOST": self.host,
            "HOLDFAST_API_PORT": str(self.api_port),
            "HOLDFAST_DASHBOARD_PORT": str(self.dashboard_port),
            "PYTHONUNBUFFERED": "1",
        }
        env.pop("HOLDFAST_LAB", None)
        for name, file in (("HOLDFAST_TLS_CERT", self.tls_cert), ("HOLDFAST_TLS_KEY", self.tls_key)):
            env.pop(name, None)
            if file is not None:
                env[name] = str(file.expanduser().absolute())
        if self.lab is not None:
            env["HOLDFAST_LAB"] = str(self.lab)
        env["HOLDFAST_LAB_PACE"] = f"{self.pace:g}"
        if self.applications:
            env["HOLDFAST_APPLICATIONS"] = (
                f"{env.get('HOLDFAST_APPLICATIONS', '')} {self.applications}".strip()
            )
        if self.master_key is not None:
            env["HOLDFAST_MASTER_KEY_FILE"] = str(self.master_key)
        return env

    def program(self, name: str, *argv: str) -> Program:
        """A Python program of Holdfast at this place, e.g. `program("gateway", "-m", "holdfast.app")`."""
        log = self.data / "logs" / f"{name}.log"
        return Program(name, [sys.executable, *argv], self.environment(), log)

    def engine_pid(self) -> int | None:
        """The engine's process id from its pid file, None when there is none alive."""
        try:
            pid = int((self.data / "run" / "engine.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if alive(pid) else None

    async def stop_engine(self, grace_s: float = 15.0) -> None:
        """Ask the engine to end, by its protocol; returns when it has ended. Kills it after `grace_s`."""
        pid = self.engine_pid()
        if pid is None:
            return
        asking = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "holdfast.app",
            "--stop-engine",
            env=dict(self.environment()),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(grace_s):
                await asking.wait()
        except TimeoutError:
            asking.kill()
            await asking.wait()
        if not await gone(pid, grace_s):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            await gone(pid, grace_s)


def alive(pid: int) -> bool:
    """True while the process runs; one that has ended and was not collected yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return True


async def gone(pid: int, within_s: float) -> bool:
    """True as soon as the process has ended, False after `within_s`."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not alive(pid):
            return True
        await asyncio.sleep(0.02)
    return False
