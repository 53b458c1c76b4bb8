"""Types commands for one data folder, as a user does."""

import asyncio
import os
import sys
from pathlib import Path

from holdfast.keeper import free_port
from patience import PATIENCE_S


class Terminal:
    """Commands see only this folder and these ports. `output` is a file that takes what they print."""

    def __init__(self, data: Path, **env: str) -> None:
        self.data = data
        self.umask = -1
        self.output: Path | None = None
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
        self.env = {
            **kept,
            "HOLDFAST_DATA": str(data),
            "HOLDFAST_MASTER_KEY_FILE": str(data.parent / "master.key"),
            "HOLDFAST_API_PORT": str(free_port()),
            "HOLDFAST_DASHBOARD_PORT": str(free_port()),
            **env,
        }

    async def type(self, *argv: str, code: int = 0) -> str:
        """One `holdfast` command that ends with this exit code; what it printed."""
        return await self.run(sys.executable, "-m", "holdfast.cli", *argv, code=code)

    async def run(self, *argv: str, code: int = 0) -> str:
        """One command of any kind that ends with this exit code; what it printed."""
        with (self.output or Path(os.devnull)).open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output if self.output else asyncio.subprocess.PIPE,
                stderr=output if self.output else asyncio.subprocess.STDOUT,
                env=self.env,
                umask=self.umask,
            )
        async with asyncio.timeout(PATIENCE_S):
            out = (await process.communicate())[0]
        assert process.returncode == code, out
        return (out or b"").decode(self.env.get("PYTHONIOENCODING", "utf-8"))


async def until_said(terminal: Terminal, phone: str, words: str) -> None:
    """Return when a simulated phone has got a message with these words."""
    async with asyncio.timeout(PATIENCE_S):
        while words not in await terminal.type("lab", "inbox", phone):
            pass
