"""A whole Holdfast that a test starts and kills by itself: nothing keeps it running, so its end is seen."""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

import warm
from holdfast.keeper import Place, end_with_parent, gone
from holdfast.lab import Phone, Simulator
from patience import PATIENCE_S


@dataclass
class House:
    """A data folder, and the gateway process that serves it at the moment."""

    place: Place
    simulator: Simulator
    process: warm.Warm | asyncio.subprocess.Process | None = None
    #: Where /proc has to show the gateway's own command line and environment.
    cold: bool = False
    #: Put into the environment of the gateways that are started from now on.
    extra: Mapping[str, str] = field(default_factory=dict)
    http: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S)
    )

    @property
    def log(self) -> Path:
        return self.place.data / "gateway.log"

    async def start(self) -> None:
        """Start a gateway; return when it is ready."""
        self.place.data.mkdir(exist_ok=True, parents=True)
        with self.log.open("ab") as log:
            env = dict(self.place.environment()) | dict(self.extra)
            if self.cold or "PYTHONPATH" in self.extra:  # another version's: nobody has imported that
                command = (sys.executable, "-m", "holdfast.app")
                self.process = await asyncio.create_subprocess_exec(
                    *command, env=env, stderr=log, preexec_fn=end_with_parent
                )
            else:
                self.process = await warm.start("holdfast.app", env=env, stderr=log)
        await self.until(self._ready, "the gateway did not become ready")

    async def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, self.log.read_text()[-2000:]
        try:
            announced = json.loads((self.place.data / "run" / "gateway.json").read_bytes())
            key = json.loads((self.place.data / "local.key").read_bytes())["key"]
        except (OSError, ValueError):
            return False
        if announced["pid"] != self.process.pid:
            return False
        self.http.base_url = announced["url"]
        self.http.headers["Authorization"] = f"Bearer {key}"
        try:
            return (await self.http.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def kill(self, *what: str) -> None:
        """kill -9, and wait until it is gone and, for the engine alone, until the gateway has noticed.

        An engine that is being started is waited for.
        """
        engine = await self._running_engine() if "engine" in what else None
        if "gateway" in what:
            assert self.process is not None
            self.process.kill()  # first: it would start another engine
        if engine is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(engine, signal.SIGKILL)
        if "gateway" in what:
            assert self.process is not None
            await self.process.wait()
        if engine is not None:
            assert await gone(engine, PATIENCE_S)
            if self.process is not None and self.process.returncode is None:
                await self._noticed(engine)

    async def _noticed(self, engine: int) -> None:
        """Until then the gateway still calls everything connected."""

        async def without() -> bool:
            told: int | None = (await self.ask("GET", "/v1/system"))["engine"]["pid"]
            return told != engine

        await self.until(without, "the gateway does not notice that its engine is gone")

    async def _running_engine(self) -> int:
        found: list[int] = []

        async def has_one() -> bool:
            pid = self.place.engine_pid()
            if pid is not None:
                found.append(pid)
            return bool(found)

        await self.until(has_one, "no engine was started")
        return found[0]

    async def stop(self) -> None:
        """SIGTERM for the gateway; the engine stays."""
        assert self.process is not None
        self.process.terminate()
        async with asyncio.timeout(PATIENCE_S):
            assert await self.process.wait() == 0

    async def end(self) -> None:
        """Every process of it ends, without a word."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        engine = self.place.engine_pid()
        if engine is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(engine, signal.SIGKILL)
            assert await gone(engine, PATIENCE_S)
        await self.http.aclose()

    async def ask(self, method: str, path: str, expect: int = 200, **more: Any) -> Any:
        response = await self.http.request(method, path, **more)
        assert response.status_code == expect, response.text
        return response.json() if response.content else None

    async def session(self, ref: str) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = await self.ask("GET", f"/v1/sessions/{ref}")
        return answer

    async def until(self, true: Callable[[], Any], otherwise: str, within_s: float = PATIENCE_S) -> None:
        deadline = time.monotonic() + within_s
        while not await true():
            assert time.monotonic() < deadline, otherwise
            await asyncio.sleep(0.02)

    def kept(self, *, without: str = "") -> bytes:
        """Everything that lies in the data folder, also while programs write and rename in it."""
        found = []
        for folder, _, names in os.walk(self.place.data):
            for path in (Path(folder, name) for name in names if name != without):
                with contextlib.suppress(OSError):  # gone since it was listed, or a socket
                    found.append(path.read_bytes())
        return b"".join(found)

    async def saved(self, number: str) -> None:
        """Return when a snapshot of the number's credentials is whole."""

        async def there() -> bool:
            return any((self.place.data / "snapshots" / number).glob("*/session.digest"))

        await self.until(there, "no snapshot was taken")

    async def connected(self, ref: str) -> None:
        async def is_up() -> bool:
            return bool((await self.session(ref))["state"] == "connected")

        await self.until(is_up, f"{ref} did not connect")

    async def link(self, name: str) -> tuple[str, Phone]:
        """Link a session to a new phone by QR."""
        phone = await self.simulator.phone(f"Owner of {name}")
        await self.http.put(f"/v1/sessions/{name}")
        await self.ask("POST", f"/v1/sessions/{name}/pair", 202)
        qr = await self.ask("GET", f"/v1/sessions/{name}/qr", params={"wait_s": 20})
        await phone.scan(qr["code"])
        await self.connected(name)
        return phone.phone, phone

    async def texts(self) -> list[str]:
        """Every message in the event log, in order."""
        events, after = [], ""
        while True:
            page = await self.ask(
                "GET", "/v1/events", params={"format": "json", "after": after, "type": "message.received"}
            )
            events += page["events"]
            if not page["events"]:
                return [it["data"]["content"].get("text", "") for it in events]
            after = page["next"]

    async def received(self, *wanted: str) -> None:
        """Each of these texts is in the event log, exactly once."""

        async def there() -> bool:
            return set(wanted) <= set(await self.texts())

        await self.until(there, f"not all of {wanted} arrived")
        texts = await self.texts()
        assert [texts.count(it) for it in wanted] == [1] * len(wanted)

    async def send(self, ref: str, to: str, text: str) -> str:
        body = {"to": f"+{to}", "text": text}
        headers = {"Idempotency-Key": f"key of {text}"}
        answer = await self.ask("POST", f"/v1/sessions/{ref}/messages", 202, json=body, headers=headers)
        return str(answer["message_id"])


@asynccontextmanager
async def running_house(
    folder: Path, simulator: Simulator, extra: Mapping[str, str] | None = None, *, cold: bool = False
) -> AsyncIterator[House]:
    """A house in a folder of its own, ready for requests; every process of it ends with the block."""
    place = Place(folder / "data", "127.0.0.1", 0, 0, simulator.trust_file, folder / "master.key")
    made = House(place, simulator, extra=extra or {}, cold=cold)
    try:
        await made.start()
        yield made
    finally:
        await made.end()
