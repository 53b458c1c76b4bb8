"""Archives in a bucket of a real S3 server: made, listed, proved and put back by the command line."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyrage
from s3_server import KEY, SECRET

from holdfast.keeper import Place
from holdfast.lab import Simulator
from house import House, running_house

ME = pyrage.x25519.Identity.generate()


async def backup(house: House, *argv: str, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """A command of `holdfast backup`; exit code, and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.cli", "backup", *argv),
        env={**house.place.environment(), **house.extra, **(environment or {}), "COLUMNS": "200"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_an_archive_in_a_bucket_is_proved_and_comes_back_without_a_code(
    endpoint: str, tmp_path: Path, simulator: Simulator
) -> None:
    bucket = {
        "HOLDFAST_MEDIA_ENDPOINT": endpoint,
        "HOLDFAST_MEDIA_ACCESS_KEY": KEY,
        "HOLDFAST_MEDIA_SECRET_KEY": SECRET,
    }
    (tmp_path / "identity").write_text(f"{ME}\n")
    opener = ("--identity", str(tmp_path / "identity"))
    at, locked = "s3://files/archives", ("-r", str(ME.to_public()))
    async with running_house(tmp_path / "old", simulator, bucket) as house:
        number, _ = await house.link("taxi")
        guest = await simulator.phone("Guest")
        await guest.say(number, "before")
        await house.received("before")
        wrong = {"HOLDFAST_MEDIA_SECRET_KEY": "another"}
        code, text = await backup(house, "create", at, *locked, environment=wrong)
        assert (code, len(text.strip().splitlines())) == (1, 1), text
        code, text = await backup(house, "create", at, *locked, "--json")
        assert code == 0, text
        made: dict[str, Any] = json.loads(text)
        name = str(made["archive"]).rpartition("/")[2]
        assert (made["archive"], made["numbers"]) == (f"{at}/{name}", [number])
        code, text = await backup(house, "list", at)
        assert (code, name in text) == (0, True), text
        code, text = await backup(house, "verify", str(made["archive"]), *opener)
        assert (code, "could connect" in text) == (0, True), text
        code, text = await backup(house, "verify", f"{at}/holdfast-none.backup", *opener)
        assert (code, "no archive" in text) == (1, True), text
        # A schedule keeps the newest and deletes what is older, there too.
        code, text = await backup(house, "schedule", at, *locked, "--keep", "1/0/0")
        assert code == 0, text

        async def alone() -> bool:
            _, listed = await backup(house, "list", at, "--json")
            names = [it["name"] for it in json.loads(listed)]
            return len(names) == 1 and name not in names

        await house.until(alone, "the older archive is not deleted")
        _, listed = await backup(house, "list", at, "--json")
        newest = f"{at}/{json.loads(listed)[0]['name']}"
        await house.kill("engine", "gateway")

    await guest.say(number, "meanwhile")
    place = Place(tmp_path / "new", "127.0.0.1", 0, 0, house.place.lab, tmp_path / "new.key")
    fresh = House(place, simulator, extra=bucket)
    try:
        code, text = await backup(fresh, "restore", newest, *opener)
        assert code == 0, text
        await fresh.start()
        await fresh.connected("taxi")
        await fresh.received("before", "meanwhile")
        assert (await simulator.at(number).account()).registrations == 1
    finally:
        await fresh.end()
