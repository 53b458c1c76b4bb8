"""How many messages each number has received and sent since a moment: counted once, read often.

Nothing is done per message for it. Whoever asks has what is new since the last question counted, in one
statement for all numbers; what was counted is kept by quarters of an hour, so that everybody's day begins
where their clock says.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from holdfast.chats import statements
from holdfast.kit.clock import Clock, now_ms
from holdfast.store import ReadUnit, Row, Store

#: Every time zone is a number of these away from Greenwich.
QUARTER_MS: Final = 15 * 60 * 1000
#: A day of 25 hours, and whoever asks across a date line.
KEPT_MS: Final = 50 * 3600 * 1000

#: Which session, received (True) or sent, in which quarter.
_Place = tuple[str, bool, int]


@dataclass(frozen=True, slots=True)
class Count:
    """How many messages one number has received and sent."""

    received: int = 0
    sent: int = 0


class Traffic:
    """The messages of the last two days, by number and quarter of an hour."""

    def __init__(self, store: Store, clock: Clock = now_ms) -> None:
        self._store, self._clock = store, clock
        self._counts: dict[_Place, int] = {}
        #: The message up to which was counted; None: nothing was.
        self._after: int | None = None
        self._counting = asyncio.Lock()

    async def since(self, at_ms: int) -> Mapping[str, Count]:
        """What each number has received and sent since then, 50 hours ago at the most.

        The quarter of an hour in which `at_ms` lies is counted whole. Numbers without any are left out.
        Raises StoreUnavailable.
        """
        async with self._counting:
            await self._count()
            oldest = self._clock() - KEPT_MS
            self._counts = {it: n for it, n in self._counts.items() if (it[2] + 1) * QUARTER_MS > oldest}
            found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
            for (session_id, received, quarter), count in self._counts.items():
                if quarter >= at_ms // QUARTER_MS:
                    found[session_id][0 if received else 1] += count
        return {session_id: Count(*both) for session_id, both in found.items()}

    async def _count(self) -> None:
        """Count what is new. A failure changes nothing: the next question begins where this one did."""
        if self._after is None:
            self._after = await self._store.read(partial(_place_before, at_ms=self._clock() - KEPT_MS))
        rows = await self._store.read(partial(_new, after=self._after, oldest_ms=self._clock() - KEPT_MS))
        for session_id, direction, quarter, count, last in rows:
            place = (str(session_id), direction == "in", int(quarter))
            self._counts[place] = self._counts.get(place, 0) + int(count)
            self._after = max(self._after, int(last))


def _new(unit: ReadUnit, *, after: int, oldest_ms: int) -> "list[Row]":
    return list(unit.all(statements.TRAFFIC, after=after, oldest_ms=oldest_ms, quarter_ms=QUARTER_MS))


def _place_before(unit: ReadUnit, *, at_ms: int) -> int:
    """The last message before this time, found by halving: messages are taken in the order of their places.

    0 where there is none. It looks at a few dozen rows, however many there are.
    """
    low, high = 0, int((unit.first(statements.LAST_PLACE) or (0,))[0])
    while low < high:
        middle = (low + high) // 2
        row = unit.first(statements.NEXT_TAKEN, after=middle)
        if row is None or int(row[1]) >= at_ms:
            high = middle
        else:
            low = int(row[0])
    return low
