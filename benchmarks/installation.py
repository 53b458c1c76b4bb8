"""One installation of Holdfast under measurement: simulator, gateway, engine, in a folder of its own."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks import procfs
from benchmarks.keepalive import KeepAlive, Refused
from benchmarks.processes import ProcessFailed, Started, end_adopted
from benchmarks.simulator import Simulator

ROOT = Path(__file__).resolve().parent.parent
SCRATCH = ROOT / "build" / "bench"
_LIVE_S, _RESTORE_S = 60.0, 180.0
_POLL_S = 0.004


class Installation:
    """Starts and ends gateway and engine as often as a benchmark wants, beside one simulator.

    `before` are words that the gateway's command is put behind, of a program that becomes it.
    """

    def __init__(
        self,
        folder: Path,
        simulator: Simulator,
        database_url: str | None,
        applications: str = "",
        settings: Mapping[str, str] = MappingProxyType({}),
        *,
        before: Sequence[str] = (),
    ) -> None:
        self.folder, self.simulator = folder, simulator
        self._before = before
        self._database_url, self._applications, self._settings = database_url, applications, settings
        self.home = folder / "holdfast"
        self.port = free_port()
        self._gateway: Started | None = None
        self._api: KeepAlive | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What tells a process of the product that it belongs to this installation."""
        return {
            "HOLDFAST_DATA": str(self.home),
            "HOLDFAST_HOST": "127.0.0.1",
            "HOLDFAST_API_PORT": str(self.port),
            "HOLDFAST_MASTER_KEY_FILE": str(self.folder / "master.key"),
            "HOLDFAST_LAB": str(self.simulator.trust),
            "HOLDFAST_DATABASE_URL": self._database_url or "",
            "HOLDFAST_APPLICATIONS": self._applications,
            **self._settings,
        }

    @property
    def api(self) -> KeepAlive:
        """The gateway's API, with the machine-local key."""
        if self._api is None:
            key = json.loads((self.home / "local.key").read_text())["key"]
            self._api = KeepAlive("127.0.0.1", self.port, headers={"Authorization": f"Bearer {key}"})
        return self._api

    @property
    def gateway_pid(self) -> int:
        """The running gateway's id."""
        assert self._gateway is not None
        return self._gateway.pid

    @property
    def engine_pid(self) -> int:
        """The engine's id, 0 when there is none."""
        try:
            return int((self.home / "run" / "engine.pid").read_text())
        except (OSError, ValueError):
            return 0

    async def start(self) -> float:
        """Start a gateway, which starts an engine or adopts the one that runs.

        Returns the seconds from starting the process to the first answer on /livez.
        """
        began = time.perf_counter()
        command: list[str | Path] = [*self._before, sys.executable, "-m", "holdfast.app"]
        gateway = await Started.start("gateway", command, self.folder / "gateway.log", self.environment)
        self._gateway = gateway
        probe = KeepAlive("127.0.0.1", self.port)
        try:
            while True:
                try:
                    await probe.get("/livez", timeout_s=5)
                    return time.perf_counter() - began
                except (OSError, Refused, asyncio.IncompleteReadError):
                    if gateway.ended:
                        raise ProcessFailed(f"the gateway ended\n{gateway.last_words()}") from None
                    if time.perf_counter() - began > _LIVE_S:
                        raise ProcessFailed(f"no answer on /livez\n{gateway.last_words()}") from None
                    await asyncio.sleep(_POLL_S)
        finally:
            await probe.close()

    async def all_connected(self, count: int, limit_s: float = _RESTORE_S) -> None:
        """Return when the API says that so many sessions are connected. Raises ProcessFailed."""
        limit = time.perf_counter() + limit_s
        while True:
            restoration = (await self.api.get("/v1/system"))["restoration"]
            if restoration["connected"] >= count:
                return
            if time.perf_counter() > limit:
                raise ProcessFailed(
                    f"{restoration['connected']} of {count} sessions connected after {limit_s:.0f} s"
                )
            await asyncio.sleep(0.02)

    async def sessions(self) -> list[dict[str, Any]]:
        """Every session as the API shows it."""
        return list((await self.api.get("/v1/sessions"))["sessions"])

    async def kill(self) -> None:
        """`kill -9` gateway and engine, in this order, and wait until both are gone."""
        engine = self.engine_pid
        if self._gateway is not None:
            os.kill(self._gateway.pid, signal.SIGKILL)
        await end_adopted(engine, str(self.home), signal.SIGKILL)
        await self._forget_gateway(killed=True)

    async def stop(self) -> None:
        """Stop gateway and engine cleanly."""
        await self._forget_gateway(killed=False)
        await end_adopted(self.engine_pid, str(self.home), signal.SIGTERM)

    def memory_kib(self) -> dict[str, dict[str, int]]:
        """Memory of gateway and engine."""
        return {name: procfs.memory_kib(pid) for name, pid in self.pids().items()}

    def pids(self) -> dict[str, int]:
        """The two processes whose cost is the product's."""
        return {"engine": self.engine_pid, "gateway": self.gateway_pid}

    async def _forget_gateway(self, *, killed: bool) -> None:
        gateway, self._gateway = self._gateway, None
        api, self._api = self._api, None
        if api is not None:
            await api.close()
        if gateway is not None:
            await (gateway.kill() if killed else gateway.end())


@asynccontextmanager
async def installed(
    fixture: Path | None = None,
    *,
    database_url: str | None = None,
    applications: str = "",
    settings: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Installation]:
    """A fresh installation, or one on a copy of a fixture. What it starts ends with it, its folder goes.

    With a database of its own elsewhere, a fixture's numbers come from the registry in its data folder.
    """
    with scratch() as folder:
        if fixture is not None:
            _copy(fixture, folder)
        (folder / "wasim").mkdir(exist_ok=True)
        (folder / "holdfast").mkdir(exist_ok=True, mode=0o700)
        simulator = await Simulator.start(folder, folder / "wasim", os.getpid())
        installation = Installation(folder, simulator, database_url, applications, settings)
        try:
            yield installation
        except ProcessFailed as failed:
            raise ProcessFailed(f"{failed}\n{_engine_words(installation)}") from None
        finally:
            await installation.stop()
            await simulator.close()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder beside the repository, not in a /tmp that may be memory: fsync must cost what it costs."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=SCRATCH))
    try:
        yield folder
    finally:
        if not os.environ.get("HOLDFAST_BENCH_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)


def _copy(fixture: Path, folder: Path) -> None:
    shutil.copytree(fixture, folder, dirs_exist_ok=True)
    os.sync()  # or the write-back of the copy would slow the first fsyncs that we measure


def _engine_words(installation: Installation) -> str:
    try:
        log = (installation.home / "logs" / "engine.log").read_text(errors="replace")
    except OSError:
        return ""
    return "\n".join(log.splitlines()[-8:])


def free_port() -> int:
    """A port on which nothing listens just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
