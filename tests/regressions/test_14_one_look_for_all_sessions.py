"""What sessions may have left over is asked of the database once for all that come up, not once for each.

For sessions that came up, each of those that were up already was looked at again: tens of thousands of reads
for a thousand.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from holdfast.chats.importing import Importer
from holdfast.media.fetching import Fetcher
from holdfast.model.ids import SessionId
from holdfast.store import Store
from patience import PATIENCE_S

CROWDS, OF = 10, 100


class Empty:
    """A database in which nothing is left over."""

    def __init__(self) -> None:
        self.reads = 0
        self.read_at_last = asyncio.Event()
        self.up = 0

    async def read(self, work: Callable[[Any], Any]) -> list[Any]:
        """Count it."""
        self.reads += 1
        if self.up == CROWDS * OF:
            self.read_at_last.set()
        await asyncio.sleep(0)
        return []


def importer(store: Store) -> Importer:
    return Importer(store, cast(Any, None), cast(Any, None))


def fetcher(store: Store) -> Fetcher:
    return Fetcher(store, *cast(Any, (None, None, None, None)))


@pytest.mark.parametrize("of", [importer, fetcher])
async def test_a_thousand_sessions_that_come_up_are_some_reads(
    of: Callable[[Store], Importer | Fetcher],
) -> None:
    empty = Empty()
    room = of(cast(Store, empty))
    work = asyncio.create_task(room.run())
    for crowd in range(CROWDS):
        empty.up += OF
        for number in range(OF):
            room.session_up(SessionId(f"ses_{crowd}_{number}"))
        await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_S):
        await empty.read_at_last.wait()
    for _ in range(3 * CROWDS * OF):  # a read each would be through by then
        await asyncio.sleep(0)
    work.cancel()
    await asyncio.wait([work])
    assert empty.reads <= CROWDS + 2
