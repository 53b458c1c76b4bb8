"""The slice, with real processes: scan once, kill everything with kill -9, still connected, nothing lost,
nothing doubled.

No keeper here: every process is started and killed by the test itself.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from holdfast.keeper import Place, alive, gone
from holdfast.lab import Phone, Simulator

pytestmark = pytest.mark.timeout(180)


@dataclass
class House:
    """A data folder, and the gateway process that serves it at the moment."""

    place: Place
    simulator: Simulator
    process: asyncio.subprocess.Process | None = None
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(trust_env=False, timeout=30))

    @property
    def log(self) -> Path:
        return self.place.data / "gateway.log"

    async def start(self) -> None:
        """Start a gateway; return when it is ready."""
        self.place.data.mkdir(exist_ok=True, parents=True)
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "holdfast.app"), env=dict(self.place.environment()), stderr=log
            )
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
        """kill -9, and wait until it is gone."""
        engine = self.place.engine_pid()
        if "engine" in what:
            assert engine is not None
            os.kill(engine, signal.SIGKILL)
        if "gateway" in what:
            assert self.process is not None
            self.process.kill()
            await self.process.wait()
        if "engine" in what:
            assert engine is not None
            assert await gone(engine, 10)

    async def stop(self) -> None:
        """SIGTERM for the gateway; the engine stays."""
        assert self.process is not None
        self.process.terminate()
        assert await asyncio.wait_for(self.process.wait(), 15) == 0

    async def ask(self, method: str, path: str, expect: int = 200, **more: Any) -> Any:
        response = await self.http.request(method, path, **more)
        assert response.status_code == expect, response.text
        return response.json() if response.content else None

    async def session(self, ref: str) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = await self.ask("GET", f"/v1/sessions/{ref}")
        return answer

    async def until(self, true: Callable[[], Any], otherwise: str, within_s: float = 40.0) -> None:
        deadline = time.monotonic() + within_s
        while not await true():
            assert time.monotonic() < deadline, otherwise
            await asyncio.sleep(0.02)

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
                return [it["data"]["text"] for it in events]
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


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with Simulator.start(tmp_path / "sim") as simulator:
        place = Place(tmp_path / "data", "127.0.0.1", 0, 0, simulator.trust_file, tmp_path / "master.key")
        made = House(place, simulator)
        try:
            await made.start()
            yield made
        finally:
            if made.process is not None and made.process.returncode is None:
                made.process.kill()
                await made.process.wait()
            await place.stop_engine()
            await made.http.aclose()


@pytest.mark.parametrize("what", [("engine",), ("gateway",), ("engine", "gateway")], ids="+".join)
async def test_kill_minus_nine_and_it_is_back_without_a_code(house: House, what: tuple[str, ...]) -> None:
    number, _ = await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    await guest.say(number, "before")
    await house.received("before")
    engine = house.place.engine_pid()

    await house.kill(*what)
    await guest.say(number, "meanwhile")
    if "gateway" in what:
        await house.start()
    await house.connected("taxi")
    await guest.say(number, "after")
    await house.received("before", "meanwhile", "after")

    await house.send("taxi", guest.phone, "an answer")
    answer = await guest.wait_for("an answer")
    assert answer.duplicates == 0
    account = await house.simulator.at(number).account()
    assert account.registrations == 1
    assert len(account.companions) == 1
    if what == ("gateway",):
        assert house.place.engine_pid() == engine  # adopted, not started anew
        assert account.companions[0].logins == 1  # its connection was never touched
    assert (await house.session("taxi"))["phone"] == f"+{number}"


async def test_killed_again_and_again_under_load_loses_and_doubles_nothing(house: House) -> None:
    number, _ = await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    said: list[str] = []
    answered: list[str] = []
    over = asyncio.Event()

    async def talk() -> None:
        while not over.is_set():
            said.append(f"in-{len(said)}")
            await guest.say(number, said[-1])
            await asyncio.sleep(0.02)

    async def answer() -> None:
        while not over.is_set():
            text = f"out-{len(answered)}"
            with contextlib.suppress(httpx.TransportError, AssertionError):
                await house.send("taxi", guest.phone, text)
                answered.append(text)
            await asyncio.sleep(0.05)

    talking = [asyncio.create_task(talk()), asyncio.create_task(answer())]
    for what in (("engine",), ("gateway",), ("engine", "gateway"), ("engine",)):
        await asyncio.sleep(0.7)
        await house.kill(*what)
        if "gateway" in what:
            await house.start()
        await house.connected("taxi")
    over.set()
    await asyncio.gather(*talking)

    await house.received(*said)
    await guest.wait_for(answered[-1])
    items, _ = await guest.inbox()
    texts = [it.text for it in items if not it.from_me]
    assert [texts.count(it) for it in answered] == [1] * len(answered)
    # Repeated with the same id where the outcome was unknown: the phone shows it once, which is what counts.
    assert (await house.simulator.at(number).account()).registrations == 1


async def test_a_reload_leaves_the_connection_alone(house: House) -> None:
    number, _ = await house.link("taxi")
    engine = house.place.engine_pid()
    await house.stop()
    assert not (house.place.data / "run" / "gateway.json").exists()
    assert engine is not None
    assert alive(engine)
    await house.start()
    await house.connected("taxi")
    assert house.place.engine_pid() == engine
    assert (await house.simulator.at(number).account()).companions[0].logins == 1


@pytest.mark.parametrize("point", ["pair_success"])
async def test_killed_between_scan_and_rename_no_second_code_is_needed(house: House, point: str) -> None:
    points = house.place.data / "run" / "kill-points"
    points.mkdir()
    (points / point).touch()
    number, _ = await house.link("taxi")
    assert not (points / point).exists()  # it struck
    assert (await house.simulator.at(number).account()).registrations == 1


async def test_logged_out_on_the_phone_needs_a_human_and_a_fresh_code(house: House) -> None:
    number, phone = await house.link("taxi")
    await house.simulator.at(number).unlink(1)

    async def logged_out() -> bool:
        return bool((await house.session("taxi"))["state"] == "logged_out")

    await house.until(logged_out, "not logged out")
    session = await house.session("taxi")
    assert (session["color"], session["requires_auth"], session["requiresAuth"]) == ("red", True, True)
    await house.kill("engine", "gateway")
    await house.start()
    assert (await house.session("taxi"))["state"] == "logged_out"
    await house.ask("POST", "/v1/sessions/taxi/pair", 202)
    qr = await house.ask("GET", "/v1/sessions/taxi/qr", params={"wait_s": 20})
    await phone.scan(qr["code"])
    await house.connected("taxi")
    quarantined = list((house.place.data / "quarantine").iterdir())
    assert [it.name.startswith(number) for it in quarantined] == [True]


async def test_replaced_rests_over_restarts_until_its_owner_connects(house: House) -> None:
    number, _ = await house.link("taxi")
    await house.simulator.at(number).kick(1, "replaced")

    async def replaced() -> bool:
        return bool((await house.session("taxi"))["state"] == "replaced")

    await house.until(replaced, "not replaced")
    logins = (await house.simulator.at(number).account()).companions[0].logins
    await house.kill("engine", "gateway")
    await house.start()
    assert (await house.session("taxi"))["state"] == "replaced"
    assert (await house.simulator.at(number).account()).companions[0].logins == logins
    await house.ask("POST", "/v1/sessions/taxi/connect")
    await house.connected("taxi")


async def test_a_second_pairing_of_a_number_renews_its_session(house: House) -> None:
    number, phone = await house.link("taxi")
    await house.ask("PUT", "/v1/sessions/other", 201)
    await house.ask("POST", "/v1/sessions/other/pair", 202)
    qr = await house.ask("GET", "/v1/sessions/other/qr", params={"wait_s": 20})
    await phone.scan(qr["code"])

    async def renewed() -> bool:
        return bool((await house.session("other"))["reason"] == "number_renewed_elsewhere")

    await house.until(renewed, "the other session was not told")
    await house.connected("taxi")
    guest = await house.simulator.phone("Guest")
    await guest.say(number, "to the new device")
    await house.received("to the new device")
    assert [it.name for it in (house.place.data / "sessions").iterdir()] == [number]
    assert len(list((house.place.data / "quarantine").iterdir())) == 1
    await house.kill("engine", "gateway")
    await house.start()
    await house.connected("taxi")
    await house.send("taxi", guest.phone, "still here")
    await guest.wait_for("still here")


async def test_the_lab_kills_on_request_and_deleting_leaves_no_credentials_in_place(house: House) -> None:
    number, _ = await house.link("taxi")
    engine = house.place.engine_pid()
    assert engine is not None
    assert house.process is not None
    killed = await house.ask("POST", "/v1/lab/kill", 202, json={"what": "both"})
    assert set(killed["killed"]) == {engine, house.process.pid}
    assert await asyncio.wait_for(house.process.wait(), 10) == -signal.SIGKILL
    assert await gone(engine, 10)
    await house.start()
    await house.connected("taxi")
    await house.ask("DELETE", "/v1/sessions/taxi", 204)
    assert list((house.place.data / "sessions").iterdir()) == []
    assert len(list((house.place.data / "quarantine").iterdir())) == 1
    assert (await house.simulator.at(number).account()).companions == []
    await house.stop()
    await house.start()
    assert (await house.ask("GET", "/v1/sessions"))["sessions"] == []


@pytest.mark.parametrize("lost", ["holdfast.db", "registry.json", "both"])
async def test_a_lost_record_is_rebuilt_without_a_code(house: House, lost: str) -> None:
    number, _ = await house.link("taxi")
    await house.stop()
    await house.place.stop_engine()
    for path in house.place.data.iterdir():
        if path.is_file() and (lost == "both" or path.name.startswith(lost)) and "local" not in path.name:
            path.unlink()
    await house.start()
    await house.connected(f"+{number}")
    session = await house.session(f"+{number}")
    assert session["name"] == (f"recovered-{number}" if lost == "both" else "taxi")
    assert (await house.simulator.at(number).account()).registrations == 1


@pytest.mark.parametrize("reason", ["close", "503", "515"])
async def test_what_whatsapp_ends_comes_back_by_itself(house: House, reason: str) -> None:
    number, _ = await house.link("taxi")
    await house.simulator.at(number).kick(1, reason)

    async def back() -> bool:
        companion = (await house.simulator.at(number).account()).companions[0]
        return companion.connected and companion.logins == 2

    await house.until(back, "it did not come back")
    await house.connected("taxi")


async def test_no_code_and_no_key_is_kept_anywhere(house: House) -> None:
    await house.link("taxi")
    await house.ask("GET", "/v1/sessions/taxi/qr", 404)
    await house.ask("POST", "/v1/sessions/taxi/pair", 409)
    await house.stop()
    kept = b"".join(it.read_bytes() for it in house.place.data.rglob("*") if it.is_file())
    assert b"linked_devices#" not in kept
    master = (house.place.data.parent / "master.key").read_bytes().strip().split(b":")[1]
    assert master not in kept
