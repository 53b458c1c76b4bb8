"""The slice, with real processes: scan once, kill everything with kill -9, still connected, nothing lost,
nothing doubled.
"""

import asyncio
import contextlib
import signal

import httpx
import pytest

from holdfast.keeper import alive, gone
from house import House
from patience import PATIENCE_S


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
        assert house.place.engine_pid() == engine  # adopted, not started again
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
    async with asyncio.timeout(PATIENCE_S):
        assert await house.process.wait() == -signal.SIGKILL
    assert await gone(engine, PATIENCE_S)
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
    kept = house.kept()
    assert b"linked_devices#" not in kept
    master = (house.place.data.parent / "master.key").read_bytes().strip().split(b":")[1]
    assert master not in kept
