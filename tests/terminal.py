"""Types commands for one data folder, as a user does."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import warm
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
        if self.umask != -1 or "PYTHONIOENCODING" in self.env:  # what a process gets at its start
            return await self.run(sys.executable, "-m", "holdfast.cli", *argv, code=code)
        with self._streams() as streams:
            process = await warm.start("holdfast.cli", *argv, env=self.env, **streams)
        return await self._said(process, code)

    async def run(self, *argv: str, code: int = 0) -> str:
        """One command of any kind that ends with this exit code; what it printed."""
        with self._streams() as streams:
            process = await asyncio.create_subprocess_exec(*argv, env=self.env, umask=self.umask, **streams)
        return await self._said(process, code)

    @contextmanager
    def _streams(self) -> Iterator[dict[str, Any]]:
        with (self.output or Path(os.devnull)).open("ab") as output:
            out, err = (output, output) if self.output else (subprocess.PIPE, subprocess.STDOUT)
            yield {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err}

    async def _said(self, process: warm.Warm | asyncio.subprocess.Process, code: int) -> str:
        async with asyncio.timeout(PATIENCE_S):
            out = (await process.communicate())[0]
        assert process.returncode == code, out
        return (out or b"").decode(self.env.get("PYTHONIOENCODING", "utf-8"))


async def until_said(terminal: Terminal, phone: str, words: str) -> None:
    """Return when a simulated phone has got a message with these words."""
    async with asyncio.timeout(PATIENCE_S):
        while words not in await terminal.type("lab", "inbox", phone):
            pass
