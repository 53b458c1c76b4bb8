"""`holdfast up`: a small parent that starts everything, starts it again, and stops it in order."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from holdfast import binaries
from holdfast.cli.network import Reach, reach
from holdfast.cli.pictures import show_code
from holdfast.cli.screen import Exit, command_name, fail, kept_for_others, lab_banner, say
from holdfast.client import Client, HoldfastError, data_folder, lab_folder
from holdfast.keeper import (
    Ended,
    Keeper,
    KeeperFact,
    Place,
    Program,
    ProgramRefused,
    Started,
    alive,
    port_is_free,
)
from holdfast.kit import private
from holdfast.kit.tls import CertificateUnusable, certificate
from holdfast.lab import Simulator
from holdfast.model.events import ConfigurationChanged, EventType

_READY_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asked for."""

    data: Path | None
    host: str
    api_port: int
    dashboard_port: int
    dashboard: bool
    lab: bool
    trust: Path | None
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @property
    def folder(self) -> Path:
        """The data folder, absolute."""
        usual = lab_folder() if self.lab or self.trust else data_folder()
        return (self.data or usual).expanduser().absolute()


def parent_file(folder: Path) -> Path:
    """Where a running `up` names itself."""
    return folder / "run" / "up.json"


def parent_pid(folder: Path) -> int | None:
    """The process id of the `up` that runs on this data folder, None when there is none."""
    try:
        pid = int(json.loads(parent_file(folder).read_text())["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pid if alive(pid) else None


async def up(wanted: Wanted) -> int:
    """Run until Ctrl+C, SIGTERM or `down`. Leaves with a clear line when something refuses to start."""
    check(wanted)
    async with _simulator(wanted) as trust:
        place = Place(
            wanted.folder,
            wanted.host,
            wanted.api_port,
            wanted.dashboard_port,
            trust,
            tls_cert=wanted.tls_cert,
            tls_key=wanted.tls_key,
        )
        parent = _Parent(place, wanted.dashboard)
        try:
            return await parent.run()
        finally:
            await parent.stop()


def check(wanted: Wanted) -> None:
    """Refuse before anything is started. Exits with one line."""
    folder = wanted.folder
    _check_folder(folder)
    if (pid := parent_pid(folder)) is not None:
        fail(
            f"Holdfast runs already on {folder} (process {pid}). "
            "Next step: `holdfast status` shows it, `holdfast down` stops it.",
            Exit.LOCKED,
        )
    binaries.path("holdfast-engine")
    try:
        certificate(wanted.tls_cert, wanted.tls_key)
    except CertificateUnusable as unusable:
        fail(f"{unusable}. Next step: name PEM files with --tls-cert and --tls-key.", Exit.SETTINGS)
    ports = {"--api-port": wanted.api_port}
    if wanted.dashboard:
        ports["--dashboard-port"] = wanted.dashboard_port
    for option, port in ports.items():
        if not port_is_free(port, wanted.host):
            fail(
                f"Port {port} on {wanted.host} is taken by another program. "
                f"Next step: choose another with {option}, or end that program.",
                Exit.PORT_TAKEN,
            )


def _check_folder(folder: Path) -> None:
    try:
        private.folder(folder)
        private.folder(folder / "run")
        with tempfile.TemporaryFile(dir=folder / "run"):
            pass
    except OSError as failure:
        fail(
            f"The data folder {folder} cannot be written ({failure.strerror}). "
            "Next step: make it a folder of this user, or choose another with --data.",
            Exit.SETTINGS,
        )


@asynccontextmanager
async def _simulator(wanted: Wanted) -> AsyncIterator[Path | None]:
    if not wanted.lab or wanted.trust is not None:
        yield wanted.trust
        return
    home = wanted.folder / "lab"
    async with Simulator.start(home, state=home / "state") as simulator:
        yield simulator.trust_file
        with contextlib.suppress(Exception):
            await simulator.save()


class _Parent:
    """Gateway and dashboard, kept running, until somebody says stop."""

    def __init__(self, place: Place, dashboard: bool) -> None:
        self._place = place
        self._dashboard = dashboard
        self._keeper = Keeper(self._tell)
        self._client = Client(data=place.data)
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()
        self._stopping = False
        self._hosting = False

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for end in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(end, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload.set)
        if self._place.lab is not None:
            lab_banner()
        say("[bright_black]data folder {}[/]", self._place.data)
        await self._keeper.start(self._place.program("gateway", "-m", "holdfast.app"))
        await self._until_ready()
        with contextlib.suppress(OSError):  # a full disk: `down` then stops gateway and engine themselves
            note = json.dumps({"pid": os.getpid(), "started_at": time.time()})
            parent_file(self._place.data).write_text(note)
        if self._dashboard:
            await self._keeper.start(self._place.program("dashboard", "-m", "holdfast.dashboard"))
        await self._announce()
        bots = asyncio.create_task(self._keep_bots())
        restoring = asyncio.create_task(self._tell_restoration())
        try:
            await self._wait()
        finally:
            restoring.cancel()
            bots.cancel()
        return 0

    async def stop(self) -> None:
        """Dashboard, gateway, engine, in this order."""
        self._stopping = True
        say("[bright_black]stopping …[/]")
        await self._client.close()
        await self._keeper.stop()
        await self._place.stop_engine()
        path = parent_file(self._place.data)
        with contextlib.suppress(OSError, ValueError):
            if json.loads(path.read_text())["pid"] == os.getpid():
                path.unlink()
        say("stopped. Every number stays linked.")

    async def _until_ready(self) -> None:
        waiting = {
            asyncio.create_task(self._ready()),
            asyncio.create_task(self._stop.wait()),
        }
        refused = asyncio.create_task(self._keeper.refused())
        done, pending = await asyncio.wait(
            {*waiting, refused}, return_when=asyncio.FIRST_COMPLETED, timeout=_READY_WITHIN_S
        )
        for task in pending:
            task.cancel()
        if refused in done:
            raise refused.result()
        if not done:
            log = self._place.data / "logs" / "gateway.log"
            raise ProgramRefused(
                "gateway",
                int(Exit.FAILED),
                f"The gateway was not ready within {_READY_WITHIN_S:g} s. Next step: look into {log}.",
            )

    async def _ready(self) -> None:
        while True:
            with contextlib.suppress(HoldfastError):
                if (await self._client.system()).engine_attached:
                    return
            await asyncio.sleep(0.05)

    async def _announce(self) -> None:
        place = self._place
        found = reach(place.host, place.tls_cert is not None)
        say("API        [bold]{}/v1[/]", found.url(place.api_port))
        if self._dashboard:
            for word, url in zip_longest(("dashboard",), found.urls(place.dashboard_port), fillvalue="also"):
                say("{} [bold]{}[/]", f"{word:<10}", url)
            await tell_link(self._client, found, place.dashboard_port)
        if found.open and not found.tls:
            warn_of_plain_http(place.dashboard_port)
        sessions = await self._client.sessions.list()
        if self._place.lab is not None:
            say("[bright_black]commands other than `lab` need: export HOLDFAST_DATA={}[/]", self._place.data)
        if not sessions:
            pair = "lab scan office" if self._place.lab is not None else "pair office"
            say("No number yet. Next step: [bold]{} {}[/] in another terminal.", command_name(), pair)
        say("[bright_black]Ctrl+C stops everything.[/]")

    async def _tell_restoration(self) -> None:
        told = -1
        while True:
            with contextlib.suppress(HoldfastError):
                system = await self._client.system()
                if system.restore_done:
                    if system.restore_total:
                        seconds = f"{system.restore_seconds or 0:.1f} s"
                        back = f"{system.restore_connected} of {system.restore_total} numbers are back"
                        say("[bold green]{}[/] [bright_black]after {}[/]", back, seconds)
                    return
                if system.restore_connected != told:
                    told = system.restore_connected
                    say("[yellow]restoring: {} of {} numbers are back[/]", told, system.restore_total)
            await asyncio.sleep(1.0)

    async def _keep_bots(self) -> None:
        """A process for the bots while the configuration switches any on."""
        program = self._place.program("bots", "-m", "holdfast.cli", "bot", "host")
        while True:
            with contextlib.suppress(HoldfastError):
                async with self._client.events(types=[EventType.CONFIGURATION_CHANGED]) as changes:
                    await self._switch_bots(program)
                    async for event in changes:
                        if isinstance(event.data, ConfigurationChanged) and event.data.name == "bots":
                            await self._switch_bots(program)
            await asyncio.sleep(1.0)

    async def _switch_bots(self, program: Program) -> None:
        document = (await self._client.configuration.get("bots")).body
        wanted = bool(document["enabled"] or any(it["bots"] for it in document["numbers"]))
        if wanted and not self._hosting:
            await self._keeper.start(program)
            say("bots       [bold]{}[/]", ", ".join(document["enabled"]) or "for single numbers")
        elif self._hosting and not wanted:
            await self._keeper.stop(program.name)
        self._hosting = wanted

    async def _wait(self) -> None:
        while not self._stop.is_set():
            stop, reload = asyncio.create_task(self._stop.wait()), asyncio.create_task(self._reload.wait())
            await asyncio.wait({stop, reload}, return_when=asyncio.FIRST_COMPLETED)
            stop.cancel()
            reload.cancel()
            if self._reload.is_set() and not self._stop.is_set():
                self._reload.clear()
                say("[bright_black]reloading the gateway; the engine stays[/]")
                await self._keeper.restart("gateway")

    def _tell(self, fact: KeeperFact) -> None:
        if self._stopping:
            return
        match fact:
            case Started(name, pid, again):
                if again:
                    say("[bright_black]{} runs again (process {})[/]", name, pid)
            case Ended(name, code, delay_s, line):
                how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
                when = "now" if delay_s == 0 else f"in {delay_s:g} s"
                colour = "yellow" if code else "bright_black"
                say("[{}]{} {}; it is started again {}[/]", colour, name, how, when)
                if code > 0 and line:
                    say("[bright_black]  {}[/]", line)


async def tell_link(client: Client, found: Reach, port: int) -> None:
    """Say a link that logs one browser in, unless what is said here is kept: the link opens everything.

    Where phones reach the page, it is drawn for their camera too.
    """
    if kept_for_others():
        say("           [bright_black]`{} dashboard-link` prints a link that logs you in[/]", command_name())
        return
    with contextlib.suppress(HoldfastError):
        link = await client.dashboard_link()
        say("log in     [bold]{}[/]", found.url(port) + link.path)
        say("           [bright_black]this link logs one browser in, once[/]")
        if found.open:
            show_code(found.url(port) + link.path)


def warn_of_plain_http(port: int) -> None:
    """Say who can read what is sent, and how to put TLS in front of the page."""
    say("[yellow]Plain HTTP: anybody in the same network can read it and take over a login.[/]")
    say("  Beyond your own network: listen on 127.0.0.1, name the page in HOLDFAST_ALLOWED_HOSTS, and")
    say("  put TLS in front: `caddy reverse-proxy --from NAME --to :{}` or `tailscale serve {}`.", port, port)
    say("  Or serve a certificate of your own: --tls-cert FILE --tls-key FILE.")


async def detached(wanted: Wanted) -> int:
    """Start `up` in the background and return when it runs; exit code and line of a refusal are passed on."""
    check(wanted)
    log = wanted.folder / "logs" / "up.log"
    private.folder(log.parent)
    argv = [sys.executable, "-m", "holdfast.cli", "up", "--data", str(wanted.folder), "--host", wanted.host]
    argv += ["--api-port", str(wanted.api_port), "--dashboard-port", str(wanted.dashboard_port)]
    argv += ["--tls-cert", str(wanted.tls_cert)] if wanted.tls_cert else []
    argv += ["--tls-key", str(wanted.tls_key)] if wanted.tls_key else []
    argv += ["--lab"] if wanted.lab else []
    argv += ["--trust", str(wanted.trust)] if wanted.trust else []
    argv += [] if wanted.dashboard else ["--no-dashboard"]
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    deadline = time.monotonic() + _READY_WITHIN_S + 5
    while time.monotonic() < deadline:
        words = log.read_text()
        if process.returncode is not None:
            sys.stderr.write(words)
            return process.returncode
        if "Ctrl+C stops" in words:
            sys.stdout.write(words.replace("Ctrl+C stops everything.", "`holdfast down` stops everything."))
            sys.stdout.flush()
            if wanted.dashboard and not kept_for_others():  # the log has said where a link comes from
                async with Client(data=wanted.folder) as client:
                    found = reach(wanted.host, wanted.tls_cert is not None)
                    await tell_link(client, found, wanted.dashboard_port)
            return 0
        await asyncio.sleep(0.05)
    return fail(f"Holdfast was not ready in time. Next step: look into {log}.")
