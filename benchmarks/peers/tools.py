"""What peers are built with, brought as the Makefile brings it: Node.js, Go, a C compiler."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.installation import ROOT
from benchmarks.processes import ProcessFailed

_WITHIN_S = 900.0


async def with_tool(script: str) -> dict[str, str]:
    """The environment after `. tools/SCRIPT`, which puts something on the PATH. Raises ProcessFailed."""
    command = ["sh", "-c", f'. tools/{script} >&2 && printf %s "$PATH"']
    return {**os.environ, "PATH": await run(command, ROOT, os.environ)}


async def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """Run one step to its end; what it printed. Raises ProcessFailed with the end of its errors."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=dict(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_WITHIN_S):
            printed, errors = await process.communicate()
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    if process.returncode:
        raise ProcessFailed(
            f"`{' '.join(command)}` failed in {folder.name}/\n{errors.decode(errors='replace')[-2000:]}"
        )
    return printed.decode()
