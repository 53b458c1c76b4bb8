"""The dashboard as a process of its own, and Debian's Chromium without a sandbox of its own."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def dashboard(data: Path, port: int = 0, *options: str) -> AsyncIterator[str]:
    """A running dashboard; its address."""
    announcement = data / "run" / "dashboard.json"
    announcement.unlink(missing_ok=True)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "holdfast.dashboard", "--data", str(data), "--port", str(port), *options),
        env={key: value for key, value in os.environ.items() if not key.startswith(("HOLDFAST_", "PYTEST_"))},
    )
    try:
        yield await _url(process, announcement)
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 10)


async def _url(process: asyncio.subprocess.Process, announcement: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.returncode is None:
        try:
            return str(json.loads(announcement.read_text())["url"])
        except (OSError, ValueError):
            await asyncio.sleep(0.05)
    raise AssertionError("the dashboard did not start")


@asynccontextmanager
async def started_chromium() -> AsyncIterator[Browser]:
    """A browser, ended with this block."""
    async with async_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()
