"""Follows the messages that are stored, off their way: what is made of them a little later is made once."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final, Protocol

from holdfast.kit import logging
from holdfast.messages import statements
from holdfast.model.errors import StoreUnavailable
from holdfast.store import ReadUnit, Row, Store, WriteUnit

log = logging.get("messages")

#: Between two looks when everything was followed, and between two pieces when not: others write in between.
_EVERY_S: Final = 5.0
_PAUSE_S: Final = 0.2
#: Pieces that one reader waits for; what is left after that follows in the background.
_MOST_FOR_A_READER: Final = 50


class Following(Protocol):
    """What is made of the messages."""

    @property
    def name(self) -> str:
        """Under it stands how far this has come."""
        ...

    @property
    def at_once(self) -> int:
        """Messages of one unit of work: it must not hold up the commits of messages that come."""
        ...

    def read(self, unit: ReadUnit, after: int) -> Sequence[Row]:
        """The next messages after a place in the order, at most `at_once`, their order numbers first."""
        ...

    def keep(self, unit: WriteUnit, rows: Sequence[Row]) -> None:
        """Make of them what there is to make, in the unit that notes that it was done."""
        ...


class Follower:
    """Reads on from the last message that was followed, also after a kill. One per gateway and name."""

    def __init__(self, store: Store, following: Following) -> None:
        self._store, self._following = store, following
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Follow until cancelled. What goes wrong is logged and tried again."""
        while True:
            more = False
            try:
                async with self._one_at_a_time:
                    more = await self._step()
            except StoreUnavailable as exc:
                log.warning("messages.not_followed", by=self._following.name, error=str(exc))
            except Exception:
                log.exception("messages.following_failed", by=self._following.name)
            await asyncio.sleep(_PAUSE_S if more else _EVERY_S)

    async def catch_up(self) -> bool:
        """Follow what is stored by now: whoever reads afterwards sees it. False when it is too much for that.

        Raises StoreUnavailable.
        """
        async with self._one_at_a_time:
            for _ in range(_MOST_FOR_A_READER):
                if not await self._step():
                    return True
        return False

    async def _step(self) -> bool:
        """Follow a piece; False when nothing is left."""
        rows = await self._store.read(self._next)
        if rows:
            await self._store.write(partial(self._keep, rows=rows))
        return len(rows) == self._following.at_once

    def _next(self, unit: ReadUnit) -> Sequence[Row]:
        return self._following.read(unit, followed(unit, self._following.name))

    def _keep(self, unit: WriteUnit, rows: Sequence[Row]) -> None:
        place = followed(unit, self._following.name)
        new = [row for row in rows if row[0] > place]
        if new:
            self._following.keep(unit, new)
            unit.run(statements.FOLLOW, name=_key(self._following.name), place=str(new[-1][0]))


def followed(unit: ReadUnit, name: str) -> int:
    """The last message that was followed under this name."""
    return int(unit.scalar(statements.FOLLOWED, name=_key(name)) or 0)


def _key(name: str) -> str:
    return f"{name}_followed"
