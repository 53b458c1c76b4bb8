"""The dashboard as a process of its own, and Debian's Chromium without a sandbox of its own."""

import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

#: The one without windows where it is there: each of them costs a renderer of its own.
CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
#: A busy machine is slow, not wrong.
SLOW_MS = 90_000
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
        yield await served(data, process)
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(60):
            await process.wait()


async def served(data: Path, process: asyncio.subprocess.Process | None = None) -> str:
    """Wait until the dashboard of this data folder listens; its address."""
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and (process is None or process.returncode is None):
        try:
            return str(json.loads((data / "run" / "dashboard.json").read_text())["url"])
        except (OSError, ValueError):
            await asyncio.sleep(0.05)
    raise AssertionError("the dashboard did not start")


async def a_context(browser: Browser, **more: Any) -> BrowserContext:
    """A memory of its own and patience, for somebody who has chosen that nothing moves.

    What moves without end is drawn without end, by a core that other tests need.
    """
    context = await browser.new_context(reduced_motion="reduce", **more)
    context.set_default_timeout(SLOW_MS)
    return context


@asynccontextmanager
async def a_page(browser: Browser) -> AsyncIterator[Page]:
    """An empty page with a memory of its own and patience, closed with this block."""
    context = await a_context(browser)
    try:
        yield await context.new_page()
    finally:
        await context.close()


@asynccontextmanager
async def started_chromium() -> AsyncIterator[Browser]:
    """A browser, ended with this block."""
    async with async_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=SLOW_MS)
        yield browser
        await browser.close()
