"""Every command can be read where the terminal is not UTF-8; a code can still be scanned."""

import asyncio
import sys

import pytest

from house import House
from terminal import Terminal


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252", "ascii"])
async def test_what_draws_ends_well(house: House, encoding: str) -> None:
    terminal = Terminal(
        house.place.data, HOLDFAST_LAB=str(house.simulator.trust_file), PYTHONIOENCODING=encoding
    )
    await terminal.type("--help")
    pairing = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.cli", "pair", "Köln"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=terminal.env,
    )
    assert pairing.stdout is not None
    seen = await asyncio.wait_for(pairing.stdout.readuntil(b" s more"), 60)
    assert ("█" if encoding == "utf-8" else "##").encode() in seen
    phone = await house.simulator.phone("Jürgen ●")
    await phone.scan((await house.ask("GET", "/v1/sessions/Köln/qr"))["code"])
    seen += (await asyncio.wait_for(pairing.communicate(), 60))[0]
    assert pairing.returncode == 0, seen
    assert b"connected as" in seen
    await terminal.type("status")
    await terminal.type("lab", "phones")
    await terminal.type("lab", "show", "+" + phone.phone)
