"""The reconnection test that ships, at the size at which every named point is hit."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from holdfast.cli.selftest.plan import POINTS
from patience import PATIENCE_S


async def proven(folder: Path, *options: str) -> dict[str, Any]:
    """The verdict of a selftest that must succeed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.cli", "selftest", "--json", *options),
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


async def test_nothing_is_lost_doubled_or_asked_again(tmp_path: Path) -> None:
    result = await proven(tmp_path, "--sessions", "4", "--kills", "16")
    assert result["sessions"] == 4
    assert result["kills"] == 16
    assert set(POINTS) <= set(result["kills_by_point"])
    assert result["inbound_sent"] > 50
    assert result["outbound_accepted"] > 50
    assert 0 < result["restore_s"]["p50"] <= result["restore_s"]["max"]


async def test_faults_between_the_kills_lose_nothing_either(tmp_path: Path) -> None:
    result = await proven(tmp_path, "--sessions", "4", "--kills", "8", "--faults", "--seed", "3")
    assert result["kills"] == 8
    assert result["faults"] > 0


async def test_people_who_change_their_minds_between_the_kills_break_nothing(tmp_path: Path) -> None:
    result = await proven(tmp_path, "--sessions", "4", "--kills", "8", "--people", "--seed", "5")
    assert result["kills"] == 8
