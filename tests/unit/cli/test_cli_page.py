"""`holdfast dashboard-link`: one line that can be opened, at the address where the dashboard listens."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from scripted_gateway import KEY, ScriptedGateway, running_gateway

import warm
from announced import announced
from holdfast.cli import page


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[ScriptedGateway]:
    async with running_gateway() as running:
        (tmp_path / "local.key").write_text(json.dumps({"key": KEY}))
        running.answers["POST", "/v1/dashboard/links"] = {"path": "/login?token=abc", "expires_at": None}
        with announced(tmp_path, running.url):
            yield running


async def printed(data: Path) -> str:
    process = await warm.start(
        *("holdfast.cli", "dashboard-link", "--data", str(data)),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "NO_COLOR": "1"},
    )
    async with asyncio.timeout(60):
        out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode().splitlines()[0]


async def test_the_link_names_the_running_dashboard(gateway: ScriptedGateway, tmp_path: Path) -> None:
    assert await printed(tmp_path) == "http://127.0.0.1:4000/login?token=abc"
    (tmp_path / "run" / "dashboard.json").write_text(json.dumps({"url": "http://127.0.0.1:5123", "pid": 1}))
    assert await printed(tmp_path) == "http://127.0.0.1:5123/login?token=abc"


@pytest.mark.parametrize(
    ("told", "address", "open_to_others"),
    [
        ({"url": "http://0.0.0.0:5123"}, "http://192.168.1.20:5123", True),
        ({"url": "https://[::]:5123"}, "https://192.168.1.20:5123", True),
        ({"url": "http://127.0.0.1:5123"}, "http://127.0.0.1:5123", False),
        ({}, "http://127.0.0.1:4000", False),
    ],
)
def test_an_address_of_all_is_shown_as_one_that_can_be_opened(
    told: dict[str, str], address: str, open_to_others: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("holdfast.cli.network._interfaces", lambda: [("eth0", "192.168.1.20")])
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "dashboard.json").write_text(json.dumps(told))
    assert page.address(tmp_path) == (address, open_to_others)
