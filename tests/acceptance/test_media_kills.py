"""kill -9 in the middle of a file, of each process and of both: whole or not at all, never twice."""

import contextlib
import hashlib
from typing import Any

import pytest

from files_stage import file_events, halves, message_with, noise, put, send, strikes
from house import House

#: More than the sockets of both sides hold: whoever sends it is not done before the other side reads.
LARGE = noise(24 * 1024 * 1024)
KILLS = [("engine",), ("gateway",), ("engine", "gateway")]
KILLED = pytest.mark.parametrize("who", KILLS, ids=" and ".join)


async def back(house: House, who: tuple[str, ...]) -> None:
    """Return when what was killed is there again; a gateway brings its engine back by itself."""
    if "gateway" in who:
        await house.start()
    await house.connected("taxi")


async def nothing_half(house: House) -> None:
    """Return when nothing lies beside whole files, which all are what their names say."""

    async def none() -> bool:
        return not halves(house)

    await house.until(none, "something half is left")
    for file in (house.place.data / "media").iterdir():
        assert hashlib.sha256(file.read_bytes()).hexdigest() == file.name


async def received(house: House) -> list[str]:
    """The ids of the messages that the journal tells of."""
    asked = {"format": "json", "after": "", "type": "message.received"}
    page = await house.ask("GET", "/v1/events", params=asked)
    return [each["data"]["message_id"] for each in page["events"]]


@KILLED
async def test_in_the_middle_of_a_download(house: House, who: tuple[str, ...]) -> None:
    number, _ = await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    # Half of it comes, then nothing. Whoever still waits after that begins again.
    held = {"short": True, "ms": 5_000}
    await house.simulator.rule("http", {"tag": "download"}, args=held, count=1)
    message_id = await guest.send_file(number, LARGE, kind="document", file_name="a.bin")

    async def in_the_middle() -> bool:
        with contextlib.suppress(FileNotFoundError):  # a part that has just got its name
            return any(0 < part.stat().st_size < len(LARGE) for part in halves(house))
        return False

    await house.until(in_the_middle, "the download did not begin")
    await house.kill(*who)
    await back(house, who)
    message = await message_with(house)
    got = await house.http.get(f"/v1/media/{message['file']['media_id']}")
    assert got.content == LARGE
    assert [each["state"] for each in await file_events(house)] == ["stored"]
    assert await received(house) == [message_id]
    await nothing_half(house)


@KILLED
async def test_in_the_middle_of_an_upload(house: House, who: tuple[str, ...]) -> None:
    await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    made = await put(house, LARGE)
    rule = (await house.simulator.rule("delay", {"tag": "upload"}, args={"ms": 5_000}, count=-1)).id
    message_id = await send(house, guest.phone, {"kind": "document", "media_id": made["media_id"]})
    after_id = await send(house, guest.phone, {"kind": "text", "text": "after the file"})

    async def in_the_middle() -> bool:
        return await strikes(house, rule) > 0

    await house.until(in_the_middle, "the upload did not begin")
    await house.kill(*who)
    await house.simulator.end_fault(rule)
    await back(house, who)
    await guest.wait_for("after the file")
    items: list[Any] = list((await guest.inbox())[0])
    assert [each.id for each in items] == [message_id, after_id]
    assert [each.duplicates for each in items] == [0, 0]
    assert (await guest.file(items[0])).body == LARGE
    await nothing_half(house)
