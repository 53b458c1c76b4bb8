"""A real browser for every test that asks for one."""

from collections.abc import AsyncIterator

import pytest
from browser_stage import SLOW_MS, started_chromium
from playwright.async_api import Browser, expect

expect.set_options(timeout=SLOW_MS)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A browser, ended with the test."""
    async with started_chromium() as browser:
        yield browser
