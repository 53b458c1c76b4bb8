"""Numbers move in from other programs: what those have written themselves, by pairing and talking here."""

import asyncio
import sys
from pathlib import Path

import pytest
from stage import Stage, pn

from house import running_house

pytestmark = [pytest.mark.timeout(180), pytest.mark.only("baileys")]


async def run(environment: dict[str, str], *argv: str) -> tuple[int, str]:
    """A command; exit code, and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.cli", *argv),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_baileys_moves_in_without_a_code_and_goes_on_talking(stage: Stage, tmp_path: Path) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    await stage.settled(anna)
    await ben.say(anna.phone, "to Baileys")
    await client.expect("message", text="to Baileys")
    await client.order("send", to=pn(ben), text="from Baileys")
    await ben.wait_for("from Baileys")
    folder = stage.folder / "client-1" / "credentials"
    async with running_house(tmp_path / "house", stage.wasim) as house:
        environment = dict(house.place.environment())
        code, text = await run(environment, "import", "baileys", str(folder), "-s", "taxi")
        assert (code, "still use" in text) == (1, True), text
        await client.kill()
        await ben.say(anna.phone, "meanwhile")

        before = {it.name: it.read_bytes() for it in folder.iterdir() if it.suffix == ".json"}
        code, text = await run(environment, "import", "baileys", str(folder), "-s", "taxi", "--dry-run")
        assert (code, "comes along" in text, "begins afresh" in text) == (0, True, True), text
        code, text = await run(environment, "import", "baileys", str(folder), "-s", "taxi")
        assert code == 0, text
        await house.connected("taxi")
        await ben.say(anna.phone, "after")
        await house.received("meanwhile", "after")
        await house.send("taxi", ben.phone, "from Holdfast")
        await ben.wait_for("from Holdfast")
        account = await stage.wasim.at(anna.phone).account()
        assert (account.registrations, len(account.companions)) == (1, 1)
        assert {it.name: it.read_bytes() for it in folder.iterdir() if it.suffix == ".json"} == before
        code, text = await run(environment, "import", "baileys", str(folder), "-s", "another")
        assert (code, "belongs to another session" in text) == (1, True), text
