"""A session's file is torn, cut or gone, with real processes.

The number comes back without a code, its owner is told, and no message is lost.
"""

import random
import shutil
from pathlib import Path

import pytest

from house import House


async def repaired(house: House) -> str:
    """Return when the session is back after a repair; what its timeline says of it."""

    async def told() -> bool:
        timeline = (await house.ask("GET", "/v1/sessions/taxi/timeline"))["timeline"]
        return any(entry["reason"] == "restored_from_snapshot" for entry in timeline)

    await house.until(told, "nothing was repaired")
    await house.connected("taxi")
    timeline = (await house.ask("GET", "/v1/sessions/taxi/timeline"))["timeline"]
    (entry,) = [entry for entry in timeline if entry["reason"] == "restored_from_snapshot"]
    return str(entry["detail"])


def tear(file: Path, how: str) -> None:
    """Damage a file as a bad disk or a crash does."""
    if how == "gone":
        shutil.rmtree(file.parent)
        return
    for log in ("session.db-wal", "session.db-shm"):
        (file.parent / log).unlink(missing_ok=True)
    content = bytearray(file.read_bytes())
    dice = random.Random(how)
    if how == "cut":
        content = content[: dice.randrange(1, len(content))]
    else:
        for start in range(4096, len(content), 4096):
            content[start : start + 512] = dice.randbytes(512)
    file.write_bytes(content)


@pytest.mark.parametrize("how", ["torn", "cut", "gone"])
async def test_a_damaged_file_is_replaced_at_the_start(house: House, how: str) -> None:
    number, _ = await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    await guest.say(number, "before")
    await house.received("before")
    await house.send("taxi", guest.phone, "an answer")
    await guest.wait_for("an answer")
    await house.saved(number)
    await house.kill("engine", "gateway")
    tear(house.place.data / "sessions" / number / "session.db", how)
    await guest.say(number, "meanwhile")

    await house.start()
    detail = await repaired(house)
    assert "snapshot of" in detail
    await guest.say(number, "after")
    await house.received("before", "meanwhile", "after")
    await house.send("taxi", guest.phone, "again")
    await guest.wait_for("again")
    account = await house.simulator.at(number).account()
    assert (account.registrations, len(account.companions)) == (1, 1)
    put_away = list((house.place.data / "quarantine").iterdir())
    assert len(put_away) == (0 if how == "gone" else 1)


async def test_a_folder_that_is_removed_under_a_connection_comes_back(house: House, tmp_path: Path) -> None:
    number, _ = await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    await guest.say(number, "before")
    await house.received("before")
    await house.saved(number)
    # In one step: while single files are removed, the engine may make others in the folder.
    (house.place.data / "sessions" / number).rename(tmp_path / "removed")
    await guest.say(number, "meanwhile")
    assert "missing" in await repaired(house)
    await guest.say(number, "after")
    await house.received("before", "meanwhile", "after")
    assert (await house.simulator.at(number).account()).registrations == 1


async def test_what_the_phone_removed_is_listed_and_can_be_tried_again(house: House) -> None:
    number, _ = await house.link("taxi")
    await house.simulator.at(number).unlink(1)

    async def logged_out() -> bool:
        return bool((await house.session("taxi"))["state"] == "logged_out") and bool(await listed())

    async def listed() -> list[dict[str, str]]:
        return list((await house.ask("GET", "/v1/quarantine"))["quarantine"])

    await house.until(logged_out, "not logged out")
    (first,) = await listed()
    assert (first["session"], first["phone"], first["why"]) == ("taxi", f"+{number}", "logged_out")
    path = f"/v1/quarantine/{first['name']}/restore"
    assert (await house.ask("POST", path, 404, json={"session": "nobody"}))["code"] == "unknown_session"
    await house.ask("POST", path, json={"session": "taxi"})

    async def again() -> bool:
        return await logged_out() and (await listed())[0]["name"] != first["name"]

    await house.until(again, "WhatsApp took it")
    assert len(await listed()) == 1
    await house.ask("POST", path, 404, json={"session": "taxi"})
