"""`up`, `reload`, `down` and the commands around them, as a user types them, against the lab."""

import asyncio
import json
import re
from pathlib import Path

from holdfast.keeper import alive
from patience import PATIENCE_S
from terminal import Terminal, until_said


async def until_connected(terminal: Terminal) -> None:
    """Return when every number is connected."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            sessions = json.loads(await terminal.type("status", "--json"))["sessions"]
            if sessions and all(session["state"] == "connected" for session in sessions):
                return


def pids(data: Path) -> list[int]:
    """Of gateway, parent and engine."""
    run = data / "run"
    gateway = json.loads((run / "gateway.json").read_text())["pid"]
    parent = json.loads((run / "up.json").read_text())["pid"]
    return [gateway, parent, int((run / "engine.pid").read_text().split()[0])]


async def test_a_day_with_holdfast(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "data")
    try:
        out = await terminal.type("up", "--lab", "--detach")
        assert "LAB MODE" in out
        assert re.search(r"http://127\.0\.0\.1:\d+/login\?token=", out)
        assert "already" in await terminal.type("up", "--lab", code=3)
        assert "connected as +" in await terminal.type("lab", "scan", "main")
        customer = re.search(
            r"(\+\d+) -> \+\d+: hi", await terminal.type("lab", "say", "main", "hi", "--wait", "0")
        )
        assert customer is not None
        assert re.search(
            r"(sent|delivered|read) \w+",
            await terminal.type("send", "main", customer[1], "hello", "--wait", "60"),
        )
        await until_said(terminal, customer[1], "hello")

        before = pids(terminal.data)
        assert "the engine stayed" in await terminal.type("reload")
        after = pids(terminal.data)
        assert after[0] != before[0]
        assert after[1:] == before[1:]
        await until_connected(terminal)

        assert "stopped" in await terminal.type("down")
        assert not any(alive(pid) for pid in {*before, *after})
        await terminal.type("status", code=10)

        await terminal.type("up", "--lab", "--detach")
        await until_connected(terminal)  # no QR, nobody pressed anything
    finally:
        await terminal.type("down")
