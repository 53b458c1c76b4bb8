"""Files when something goes wrong, with real processes: whole or not at all, fetched once, sent once."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

import warm
from files_stage import file_events, halves, message_with, noise, put, send, strikes
from house import House
from patience import PATIENCE_S


async def killed_at(house: House, point: str) -> None:
    """Return when the gateway has died at a point that was armed."""
    assert house.process is not None
    async with asyncio.timeout(PATIENCE_S):
        assert await house.process.wait() == -signal.SIGKILL
    assert not (house.place.data / "run" / "kill-points" / point).exists()


def arm(house: House, point: str) -> None:
    folder = house.place.data / "run" / "kill-points"
    folder.mkdir(exist_ok=True)
    (folder / point).touch()


async def counted(house: House, tag: str) -> int:
    """A rule that does nothing but count requests of this tag: its id."""
    return (await house.simulator.rule("delay", {"tag": tag}, args={"ms": 1}, count=-1)).id


async def test_a_file_that_was_fetched_and_not_noted_is_not_fetched_again(house: House) -> None:
    number, _ = await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    rule = await counted(house, "download")
    arm(house, "file_unstored")
    body = noise(100_000)
    await guest.send_file(number, body, kind="document", file_name="a.bin")
    await killed_at(house, "file_unstored")
    await house.start()
    message = await message_with(house)
    got = await house.http.get(f"/v1/media/{message['file']['media_id']}")
    assert got.content == body
    assert await strikes(house, rule) == 1
    assert [each["state"] for each in await file_events(house)] == ["stored"]


async def test_a_message_whose_gateway_died_after_its_upload_is_sent_once(house: House) -> None:
    await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    made = await put(house, noise(50_000))
    arm(house, "file_placed")
    message_id = await send(house, guest.phone, {"kind": "document", "media_id": made["media_id"]})
    await killed_at(house, "file_placed")
    await house.start()
    await house.connected("taxi")
    await house.send("taxi", guest.phone, "after the file")
    await guest.wait_for("after the file")
    items = (await guest.inbox())[0]
    assert items[0].id == message_id
    assert [each.duplicates for each in items] == [0, 0]
    assert (await guest.file(items[0])).body == noise(50_000)


async def test_a_gateway_killed_in_the_middle_of_an_upload_keeps_nothing_of_it(house: House) -> None:
    async def endless() -> Any:
        while True:
            yield noise(200_000)
            await asyncio.sleep(0.01)

    upload = asyncio.create_task(house.http.post("/v1/media", content=endless()))

    async def begun() -> bool:
        return bool(halves(house))

    await house.until(begun, "the upload did not begin")
    await house.kill("gateway")
    await asyncio.wait([upload])
    assert upload.exception() is not None
    await house.start()
    assert os.listdir(house.place.data / "media") == []


@pytest.mark.parametrize("fault", ["media-404", "media-410"])
async def test_what_whatsapp_dropped_is_placed_again_by_the_phone(house: House, fault: str) -> None:
    number, _ = await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    await house.simulator.fault(fault)
    await guest.send_file(number, noise(70_000), kind="document", file_name="a.bin")
    message = await message_with(house)
    assert (await house.http.get(f"/v1/media/{message['file']['media_id']}")).content == noise(70_000)
    assert [each["state"] for each in await file_events(house)] == ["stored"]


async def test_what_nobody_has_any_more_is_told_and_can_be_asked_for_again(house: House) -> None:
    number, _ = await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    dropped = await house.simulator.fault("media-410", count=-1)
    await guest.send_file(number, noise(60_000), kind="document", file_name="a.bin")
    message = await message_with(house, "failed")
    assert message["file"]["error"]["code"] == "media_gone"
    gone = await house.http.get(f"/v1/media/{message['file']['media_id']}")
    assert (gone.status_code, gone.json()["code"]) == (410, "media_gone")
    assert gone.json()["next_step"] == "Ask the sender to send it again."
    await house.simulator.end_fault(dropped)
    path = f"/v1/sessions/taxi/messages/{message['message_id']}/file"
    assert (await house.ask("POST", path, 202))["state"] == "wanted"
    assert (await message_with(house))["message_id"] == message["message_id"]


async def test_what_the_policy_leaves_out_is_fetched_by_request(house: House) -> None:
    number, _ = await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    policy = {"kinds": ["image", "document"], "max_bytes": 50_000}
    await house.ask("PUT", "/v1/sessions/taxi/media-policy", json=policy)
    await guest.send_file(number, noise(50_001), kind="document", file_name="large.bin")
    large = await message_with(house, "skipped")
    await guest.send_file(number, noise(10), kind="document", file_name="small.bin")
    await message_with(house, "stored")
    path = f"/v1/sessions/taxi/messages/{large['message_id']}/file"
    assert (await house.ask("POST", path, 202))["state"] == "wanted"

    async def both() -> bool:
        return [each["state"] for each in await file_events(house)] == ["skipped", "stored", "stored"]

    await house.until(both, "the large one was not fetched")
    assert (await house.ask("GET", "/v1/sessions/taxi/media-policy"))["own"]


async def test_the_command_line_sends_files(house: House, tmp_path: Path) -> None:
    await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    file = tmp_path / "bill.pdf"
    file.write_bytes(b"%PDF-1.7 " + noise(3000))
    wanted = ("send", "taxi", f"+{guest.phone}", "please", "--file", str(file))
    ended = await warm.start(
        *("holdfast.cli", *wanted, "--data", str(house.place.data)),
        env=dict(house.place.environment()),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await ended.communicate())[0].decode()
    assert ended.returncode == 0, said
    seen = await guest.wait_for("please")
    assert seen.kind == "document"
    assert (await guest.file(seen)).body == file.read_bytes()
