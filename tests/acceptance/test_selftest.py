"""The reconnection test that ships, at the size at which every named point is hit."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from holdfast.cli.selftest.plan import POINTS


@pytest.mark.timeout(240)
async def test_nothing_is_lost_doubled_or_asked_again(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.cli", "selftest", "--sessions", "4", "--kills", "16", "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    async with asyncio.timeout(220):
        out, err = await process.communicate()
    result = json.loads(out)
    assert process.returncode == 0, (result, err.decode())
    assert result["ok"] is True
    assert result["sessions"] == 4
    assert result["kills"] == 16
    assert set(POINTS) <= set(result["kills_by_point"])
    assert result["inbound_sent"] > 50
    assert result["outbound_accepted"] > 50
    for count in ("inbound_lost", "inbound_duplicates", "outbound_lost", "outbound_duplicates", "extra_qr"):
        assert result[count] == 0
    assert 0 < result["restore_s"]["p50"] <= result["restore_s"]["max"]
