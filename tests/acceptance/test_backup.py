"""Archives with real processes: made while messages pass, proved, and put back without a code."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pyrage

import warm
from holdfast.keeper import Place
from house import House

ME = pyrage.x25519.Identity.generate()


def opener(folder: Path, identity: pyrage.x25519.Identity = ME) -> Sequence[str]:
    """The options that open an archive: an identity file."""
    file = folder / "identity"
    file.write_text(f"{identity}\n")
    return ("--identity", str(file))


async def backup(house: House, *options: str) -> tuple[int, str]:
    """Run `holdfast backup`; exit code, and what it printed."""
    process = await warm.start(
        *("holdfast.cli", "backup", *options),
        env=dict(house.place.environment()) | dict(house.extra) | {"COLUMNS": "200"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def made(house: House, at: Path, *options: str) -> dict[str, Any]:
    """An archive that was made at a folder."""
    code, text = await backup(house, "create", str(at), "-r", str(ME.to_public()), "--json", *options)
    assert code == 0, text
    answer: dict[str, Any] = json.loads(text)
    return answer


async def told(house: House) -> list[dict[str, Any]]:
    """What the journal says of backups."""
    asked = {"format": "json", "after": "", "type": "backup.status"}
    page = await house.ask("GET", "/v1/events", params=asked)
    return [it["data"] for it in page["events"]]


@asynccontextmanager
async def another(house: House, folder: Path) -> AsyncIterator[House]:
    """An empty place for another installation; every process of it ends with the block."""
    there = House(Place(folder / "data", "127.0.0.1", 0, 0, house.place.lab, folder / "key"), house.simulator)
    try:
        yield there
    finally:
        await there.end()


async def test_everything_comes_back_on_an_empty_machine_without_a_code(house: House, tmp_path: Path) -> None:
    number, _ = await house.link("taxi")
    guest = await house.simulator.phone("Guest")
    await guest.say(number, "before")
    await house.received("before")
    await house.send("taxi", guest.phone, "an answer")
    await guest.wait_for("an answer")
    archive = await made(house, tmp_path / "usb")
    assert archive["numbers"] == [number]
    code, text = await backup(house, "verify", archive["archive"], *opener(tmp_path))
    assert (code, "could connect" in text) == (0, True), text
    (tmp_path / "torn").write_bytes(Path(archive["archive"]).read_bytes()[:2000])
    code, text = await backup(house, "verify", str(tmp_path / "torn"), *opener(tmp_path))
    assert code == 1, text
    assert [(it["status"], it["numbers"]) for it in await told(house)] == [
        ("created", 1),
        ("verified", 1),
        ("failed", 0),
    ]
    code, text = await backup(house, "list", str(tmp_path / "usb"))
    assert (code, "1 number, messages (recipients)" in text) == (0, True), text

    async with another(house, tmp_path / "new") as fresh:
        code, text = await backup(fresh, "restore", archive["archive"], *opener(tmp_path))
        assert code == 1, text
        assert "still runs" in text
        assert not fresh.place.data.exists()  # nothing has changed

        await house.kill("engine", "gateway")
        await guest.say(number, "meanwhile")
        code, text = await backup(fresh, "restore", archive["archive"], *opener(tmp_path))
        assert code == 0, text
        await fresh.start()
        await fresh.connected("taxi")
        await guest.say(number, "after")
        await fresh.received("before", "meanwhile", "after")
        name = Path(archive["archive"]).name

        async def is_told() -> bool:
            # The archive has the journal as it was before it was made: only the restore is told in it.
            return await told(fresh) == [{"status": "restored", "archive": name, "numbers": 1, "error": ""}]

        await fresh.until(is_told, "the restore is not told of")
        await fresh.send("taxi", guest.phone, "from the new machine")
        await guest.wait_for("from the new machine")
        items, _ = await guest.inbox()
        assert [it.text for it in items if not it.from_me].count("an answer") == 1  # not sent again
        assert (await house.simulator.at(number).account()).registrations == 1

        code, text = await backup(fresh, "restore", archive["archive"], *opener(tmp_path))
        assert (code, "Holdfast runs on" in text) == (1, True), text
        await fresh.kill("engine", "gateway")
        code, text = await backup(fresh, "restore", archive["archive"], *opener(tmp_path))
        assert (code, "is in use" in text) == (1, True), text


async def test_one_number_of_a_stopped_installation_comes_back_beside_others(
    house: House, tmp_path: Path
) -> None:
    number, _ = await house.link("taxi")
    await house.kill("engine", "gateway")
    archive = await made(house, tmp_path / "usb", "--number", "taxi")
    assert archive["numbers"] == [number]
    assert house.place.engine_pid() is None  # it was started only to look

    async with another(house, tmp_path / "new") as other:
        await other.start()
        neighbour, _ = await other.link("office")
        await other.kill("engine", "gateway")
        restore = ("restore", archive["archive"], "--number", f"+{number}", *opener(tmp_path))
        code, text = await backup(other, *restore)
        assert code == 0, text
        code, text = await backup(other, *restore)
        assert (code, "may be newer" in text) == (1, True), text
        await other.start()
        await other.connected("office")
        await other.connected("taxi")
        for each in (number, neighbour):
            assert (await house.simulator.at(each).account()).registrations == 1


async def test_what_is_wrong_with_an_archive_is_one_line_and_changes_nothing(
    house: House, tmp_path: Path
) -> None:
    await house.link("taxi")
    archive = Path((await made(house, tmp_path / "usb"))["archive"])
    await house.kill("engine", "gateway")
    whole = archive.read_bytes()
    torn, changed, newer, none = (tmp_path / name for name in ("torn", "changed", "newer", "none"))
    torn.write_bytes(whole[:-5000])
    changed.write_bytes(whole[: len(whole) // 2] + b"\0" + whole[len(whole) // 2 + 1 :])
    newer.write_bytes(whole.replace(b'"format": 1', b'"format": 9'))
    none.write_bytes(b"something else")
    stranger = pyrage.x25519.Identity.generate()
    async with another(house, tmp_path / "new") as fresh:
        for verb, path, identity, said in (
            ("restore", archive, stranger, "locked for others"),
            ("verify", torn, ME, "The archive ends early"),
            ("restore", changed, ME, "torn or was changed"),
            ("restore", newer, ME, "which is newer"),
            ("verify", none, ME, "no backup of Holdfast"),
        ):
            code, text = await backup(fresh, verb, str(path), *opener(tmp_path, identity))
            assert (code, said in text) == (1, True), (path, text)
            assert len(text.strip().splitlines()) == 1, text
            assert not fresh.place.data.exists()


async def test_a_schedule_makes_backups_and_one_that_fails_is_said(house: House, tmp_path: Path) -> None:
    number, _ = await house.link("taxi")
    me = str(ME.to_public())
    code, text = await backup(house, "schedule", str(tmp_path / "usb"), "-r", me, "--keep", "2/1/1")
    assert code == 0, text

    async def made_one() -> bool:
        return bool((await house.ask("GET", "/v1/backups/schedule"))["schedule"]["archive"])

    await house.until(made_one, "no backup was made")
    shown = (await house.ask("GET", "/v1/backups/schedule"))["schedule"]
    assert (Path(shown["archive"]).parent, shown["error"]) == (tmp_path / "usb", "")
    code, text = await backup(house, "verify", shown["archive"], *opener(tmp_path))
    assert (code, f"+{number}" in text) == (0, True), text

    (tmp_path / "file").touch()
    wished = {"to": str(tmp_path / "file" / "below"), "recipients": [me]}
    await house.ask("PUT", "/v1/backups/schedule", json=wished)

    async def failed() -> bool:
        return "cannot be used" in (await house.ask("GET", "/v1/backups/schedule"))["schedule"]["error"]

    await house.until(failed, "the failure is not said")
    await house.ask("DELETE", "/v1/backups/schedule", 204)
    assert (await house.ask("GET", "/v1/backups/schedule"))["schedule"] is None
