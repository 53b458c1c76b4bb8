"""A database and a journal for tests that need real ones: both are files in a temporary folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.journal import Journal
from holdfast.store import Store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty database of the newest schema."""
    opened = await Store.open(tmp_path / "holdfast.db")
    yield opened
    await opened.close()


@pytest.fixture
async def journal(store: Store) -> Journal:
    """The journal in that database."""
    return await Journal.open(store)
