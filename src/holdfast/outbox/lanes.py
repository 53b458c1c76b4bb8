"""What waits in memory, per session and chat. Pure: it says what may be sent, somebody else sends it.

A session holds at most a window of its queued rows in memory; the rest stays in the database until there is
room, so that a long backlog of a session that is down costs nothing.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from holdfast.outbox.rows import OutboxRow

WINDOW: Final = 512


@dataclass(slots=True)
class Lane:
    """One chat: its rows in order, and whether somebody works on the first."""

    rows: deque[OutboxRow] = field(default_factory=deque)
    driven: bool = False
    #: Attempts of the first row that came to nothing, one after the other, also those that never left this
    #: machine.
    fruitless: int = 0


@dataclass(slots=True)
class Session:
    """One session's lanes."""

    session_id: str
    up: bool = False
    #: False: the database may hold queued rows after `loaded_to` that are not here.
    complete: bool = False
    loading: bool = False
    loaded_to: int = 0
    count: int = 0
    #: Rows that were accepted but found no room here. A load that saw this number unchanged has seen them
    #: all.
    skipped: int = 0
    lanes: dict[str, Lane] = field(default_factory=dict)

    def accepted(self, row: OutboxRow) -> None:
        """A row was committed just now. Without room or with older rows outside, it waits in the database."""
        if self.complete and self.count < WINDOW:
            self._put(row)
        else:
            self.complete = False
            self.skipped += 1

    def wants_rows(self) -> bool:
        """True when rows should be read from the database: after `loaded_to`, up to `room()` of them."""
        return self.up and not self.complete and not self.loading and self.count <= WINDOW // 2

    def room(self) -> int:
        """How many rows fit."""
        return WINDOW - self.count

    def loaded(self, rows: Sequence[OutboxRow], asked: int, skipped_before: int) -> None:
        """Rows came from the database, in order; `skipped_before` is `skipped` at the time of asking."""
        for row in rows:
            if row.order_no > self.loaded_to:
                self._put(row)
        self.complete = len(rows) < asked and self.skipped == skipped_before

    def idle_lanes(self) -> list[tuple[str, Lane]]:
        """Lanes with rows on which nobody works."""
        return [(chat, lane) for chat, lane in self.lanes.items() if lane.rows and not lane.driven]

    def first_done(self, chat: str) -> None:
        """The first row of this lane is settled."""
        lane = self.lanes[chat]
        lane.rows.popleft()
        lane.fruitless = 0
        self.count -= 1

    def left(self, chat: str) -> None:
        """Nobody works on this lane any more. Forget it when it is empty."""
        lane = self.lanes[chat]
        lane.driven = False
        if not lane.rows:
            del self.lanes[chat]

    def _put(self, row: OutboxRow) -> None:
        self.lanes.setdefault(row.chat, Lane()).rows.append(row)
        self.loaded_to = row.order_no
        self.count += 1
