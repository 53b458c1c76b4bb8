"""A real browser for every test that asks for one."""

from collections.abc import AsyncIterator

import pytest
from browser_stage import started_chromium
from playwright.async_api import Browser, expect

# A busy machine is slow, not wrong: what has to be quick says so where it is asked for.
expect.set_options(timeout=30_000)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A browser, ended with the test."""
    async with started_chromium() as browser:
        yield browser
