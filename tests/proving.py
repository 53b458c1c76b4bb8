"""A selftest that must succeed, as a process of its own."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from patience import PATIENCE_S


async def proven(folder: Path, *options: str, before: Sequence[str] = ()) -> dict[str, Any]:
    """The verdict of a selftest that must succeed. `before` are words that its command is put behind."""
    process = await asyncio.create_subprocess_exec(
        *(*before, sys.executable, "-m", "holdfast.cli", "selftest", "--json", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    async with asyncio.timeout(5 * PATIENCE_S):
        out, err = await process.communicate()
    assert process.returncode == 0, (out.decode(), err.decode())
    result: dict[str, Any] = json.loads(out)
    for count in ("inbound_lost", "inbound_duplicates", "outbound_lost", "outbound_duplicates", "extra_qr"):
        assert result[count] == 0
    assert result["ok"] is True
    return result
