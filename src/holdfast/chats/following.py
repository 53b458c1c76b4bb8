"""Follows the messages that are stored, and keeps the list of chats in step, off their way."""

import asyncio
from functools import partial
from typing import Final

from holdfast import messages
from holdfast.chats import rows, statements
from holdfast.chats.chat import ChatRow, Said, is_chat
from holdfast.kit import logging
from holdfast.model.errors import StoreUnavailable
from holdfast.store import ReadUnit, Store, WriteUnit, aliases

log = logging.get("chats")

_EVERY_S: Final = 5.0
#: Messages of one unit: it must not hold up the commits of messages that come.
_AT_ONCE: Final = 200
#: What one reader waits for at most; after an outage the rest follows in the background.
_MOST_FOR_A_READER: Final = 50


class Follower:
    """Reads on from the last message that was followed, also after a kill. One per gateway."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Follow until cancelled. What goes wrong is logged and tried again."""
        while True:
            try:
                await self.catch_up()
            except StoreUnavailable as exc:
                log.warning("chats.store_unavailable", error=str(exc))
            except Exception:
                log.exception("chats.following_failed")
            await asyncio.sleep(_EVERY_S)

    async def catch_up(self) -> None:
        """Follow what is stored by now: whoever reads afterwards sees it. Raises StoreUnavailable."""
        async with self._one_at_a_time:
            for _ in range(_MOST_FOR_A_READER):
                if not await self._step():
                    return

    async def _step(self) -> bool:
        """Follow some messages; False when there was none."""
        new = await self._store.read(_next)
        if new:
            await self._store.write(partial(_follow, new=new))
        return len(new) == _AT_ONCE


def _next(unit: ReadUnit) -> list[Said]:
    place = rows.followed(unit)
    if messages.newest_order(unit) <= place:
        return []
    return [rows.said(row) for row in unit.all(statements.NEXT_MESSAGES, after=place, limit=_AT_ONCE)]


def _follow(unit: WriteUnit, new: list[Said]) -> None:
    place = rows.followed(unit)
    named = [
        (each, (each.session_id, aliases.canonical(unit, each.session_id, each.chat)))
        for each in new
        if each.order_no > place and is_chat(each.chat)
    ]
    known = rows.here(unit, dict.fromkeys(key for _, key in named))
    for each, key in named:
        row = known.get(key) or ChatRow(*key, each.group)
        known[key] = row.after(each)
    rows.put(unit, list(known.values()))
    unit.run(statements.FOLLOW, place=str(new[-1].order_no))
