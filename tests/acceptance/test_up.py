"""`up`, `reload`, `down` and the commands around them, as a user types them, against the lab."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest

from holdfast.keeper import alive, free_port

pytestmark = pytest.mark.timeout(180)


class Terminal:
    """Types commands for one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.env = {
            **os.environ,
            "HOLDFAST_DATA": str(data),
            "HOLDFAST_MASTER_KEY_FILE": str(data.parent / "master.key"),
            "HOLDFAST_API_PORT": str(free_port()),
            "HOLDFAST_DASHBOARD_PORT": str(free_port()),
        }
        self.env.pop("HOLDFAST_LAB", None)

    async def type(self, *argv: str, code: int = 0) -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast.cli", *argv),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self.env,
        )
        async with asyncio.timeout(60):
            out = (await process.communicate())[0].decode()
        assert process.returncode == code, out
        return out

    async def until_connected(self) -> None:
        async with asyncio.timeout(20):
            while True:
                sessions = json.loads(await self.type("status", "--json"))["sessions"]
                if sessions and all(session["state"] == "connected" for session in sessions):
                    return

    def pids(self) -> list[int]:
        run = self.data / "run"
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
            r"(sent|delivered|read) \w+", await terminal.type("send", "main", customer[1], "hello")
        )
        assert "hello" in await terminal.type("lab", "inbox", customer[1])

        before = terminal.pids()
        assert "the engine stayed" in await terminal.type("reload")
        after = terminal.pids()
        assert after[0] != before[0]
        assert after[1:] == before[1:]
        await terminal.until_connected()

        assert "stopped" in await terminal.type("down")
        assert not any(alive(pid) for pid in {*before, *after})
        await terminal.type("status", code=10)

        await terminal.type("up", "--lab", "--detach")
        await terminal.until_connected()  # no QR, nobody pressed anything
    finally:
        await terminal.type("down")
