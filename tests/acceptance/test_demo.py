"""The demo, whole: real processes, a real scan, a real kill -9. What it tells is what is checked."""

import asyncio
import os
import re
import sys
from pathlib import Path

from holdfast.keeper import free_port
from patience import PATIENCE_S


def left_over(marker: str) -> list[str]:
    """Processes whose command line or environment still names the demo's folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if marker.encode() in (entry / "cmdline").read_bytes():
                    found.append(entry.name)
            except OSError:
                continue
    return found


async def test_the_demo_tells_its_story_and_leaves_nothing_behind(tmp_path: Path) -> None:
    argv = ["demo", "--once", "--api-port", str(free_port()), "--dashboard-port", str(free_port())]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.cli", *argv),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    async with asyncio.timeout(5 * PATIENCE_S):
        out = (await process.communicate())[0].decode()
    assert process.returncode == 0, out
    assert "LAB MODE" in out
    assert re.search(r"connected as \+\d+", out)
    assert "Hello! I am a bot on Holdfast" in out
    assert re.search(r"back in \d+\.\d s, 0 lost, 0 doubled, 0 QR codes", out)
    assert "I am connected since" in out
    assert re.search(r"Reference: \*?[A-Z0-9]{6}", out)
    assert re.search(r"[A-Z0-9]{6}: \d+\.\d\d EUR; the operator was told", out)
    assert re.search(r"http://127\.0\.0\.1:\d+/login\?token=", out)
    assert list(tmp_path.iterdir()) == []
    assert left_over(str(tmp_path)) == []
