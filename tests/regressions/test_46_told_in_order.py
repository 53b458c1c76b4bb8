"""A group of the event loop was told before the one that the writer's thread had just committed."""

import asyncio
from collections.abc import Callable

import pytest

from databases import sql
from holdfast.store import Store
from holdfast.store.writer import Writer

COUNT = sql("SELECT count(*) FROM events")


async def test_what_the_thread_has_committed_is_told_before_a_group_of_the_loop(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else events come out of order, and whoever reads waits for a commit that nobody tells of."""
    loop, came, order = asyncio.get_running_loop(), asyncio.Event(), list[int]()
    held: list[tuple[Callable[..., None], tuple[object, ...]]] = []

    def hold(self: Writer, act: Callable[..., None], *args: object) -> None:
        held.append((act, args))
        loop.call_soon_threadsafe(came.set)

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "_on_loop", hold)
        first = asyncio.ensure_future(store.write(lambda unit: unit.after_commit(lambda: order.append(1))))
        await came.wait()
        second = asyncio.ensure_future(
            store.write(lambda unit: unit.after_commit(lambda: order.append(2)), short=True)
        )
        while len(held) < 2 and not second.done():  # noqa: ASYNC110 - another thread's turn
            await asyncio.sleep(0.001)
    for act, args in held:
        act(*args)
    await first
    await second
    assert order == [1, 2]
    assert await store.read(lambda unit: unit.scalar(COUNT)) == 0
