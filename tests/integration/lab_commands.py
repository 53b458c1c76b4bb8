"""Runs `holdfast lab` in a process of its own, as people do."""

import asyncio
import os
from pathlib import Path

import warm
from patience import PATIENCE_S


async def run(*argv: str, data: Path, stdin: str = "") -> tuple[int, str, str]:
    process = await warm.start(
        *("holdfast.cli", "lab", *argv),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "HOLDFAST_DATA": str(data), "NO_COLOR": "1"},
    )
    async with asyncio.timeout(PATIENCE_S):
        out, err = await process.communicate(stdin.encode())
    return int(process.returncode or 0), out.decode(), err.decode()
