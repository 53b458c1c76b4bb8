"""`holdfast doctor` as people run it: on a running and on a stopped installation."""

import asyncio
import json
from typing import Any

import warm
from house import House


async def doctor(house: House, *options: str) -> tuple[int, str]:
    """Exit code, and what it printed."""
    process = await warm.start(
        *("holdfast.cli", "doctor", *options),
        env=dict(house.place.environment()),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


def of(report: dict[str, Any], code: str) -> dict[str, Any]:
    (check,) = [check for check in report["checks"] if check["code"] == code]
    return dict(check)


async def test_running_and_stopped(house: House) -> None:
    number, _ = await house.link("taxi")

    async def healthy() -> bool:
        return (await house.ask("GET", "/v1/doctor"))["level"] == "ok"

    await house.until(healthy, "it is not healthy")
    await house.saved(number)
    code, text = await doctor(house)
    assert code == 0, text
    assert "the gateway runs" in text
    assert "The credentials are valid" in text
    report = json.loads((await doctor(house, "--json"))[1])
    assert (report["running"], of(report, "credentials_valid")["phone"]) == (True, f"+{number}")

    await house.kill("engine", "gateway")
    file = house.place.data / "sessions" / number / "session.db"
    file.write_bytes(file.read_bytes()[:5000])
    (house.place.data / "registry.json").write_text("{")
    code, text = await doctor(house)
    assert code == 1, text
    assert "the gateway is stopped" in text
    assert (
        "--repair will put the file into quarantine and its newest good snapshot in its place (taxi)" in text
    )
    assert not list((house.place.data / "quarantine").iterdir())
    assert (house.place.data / "registry.json").read_text() == "{"

    stopped = json.loads((await doctor(house, "--json"))[1])
    assert of(stopped, "credentials_repairable")["verdict"] == "repairable"
    code, text = await doctor(house, "--repair")
    assert code == 0, text
    assert text.count("repaired") == 2
    assert len(list((house.place.data / "quarantine").iterdir())) == 2
    assert house.place.engine_pid() is None  # it was started only to look

    await house.start()
    await house.connected("taxi")
    assert (await house.simulator.at(number).account()).registrations == 1


async def test_a_folder_that_is_not_there_is_said_and_not_made(house: House) -> None:
    nowhere = house.place.data / "nowhere"
    code, text = await doctor(house, "--data", str(nowhere))
    assert code != 0
    assert f"There is no data folder {nowhere}" in text
    assert not nowhere.exists()
