"""The reconnection test that ships, at the size at which every named point is hit."""

from pathlib import Path

from holdfast.cli.selftest.plan import POINTS
from proving import proven


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
