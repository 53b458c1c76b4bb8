"""What waits, per session and chat. Pure: it says what may be sent, somebody else sends it.

Each chat has a lane of its own, so that one dead chat holds up nobody else. A lane holds at most a handful
of its rows in memory; the rest stays in the database until there is room, so that a long backlog costs
nothing.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from holdfast.model.ids import SessionId
from holdfast.outbox.lock import ReachoutLock
from holdfast.outbox.pacing import Pace, Pacer
from holdfast.outbox.queued import Queued

#: Rows of one chat in memory.
LANE_ROWS: Final = 32
#: Rows of one session in memory, over all chats. Beyond it new rows wait in the database.
SESSION_ROWS: Final = 1024


#: The number's lock among its budgets.
LOCK: Final = "reachout"


@dataclass(slots=True)
class Lane:
    """One chat: its rows in order, and whether somebody works on the first."""

    chat: str
    rows: deque[Queued] = field(default_factory=deque)
    #: Rows after these that are in the database alone. May be too high, never too low.
    outside: int = 0
    #: The newest row that was here; what is read from the database comes after it.
    loaded_to: int = 0
    #: Rows that were counted as `outside` so far: a read that saw this number unchanged has seen them all.
    added_outside: int = 0
    #: How often rows joined that may be older than those here: a read that began before may have missed them.
    joined: int = 0
    working: bool = False
    #: Attempts of the first row that came to nothing, one after the other, also those that never left this
    #: machine.
    fruitless: int = 0
    #: Lanes that were merged into this one and have an attempt under way: it must be over before the next
    #: begins.
    held_by: int = 0
    #: The lane that this one was merged into.
    merged_into: "Lane | None" = None

    @property
    def has_work(self) -> bool:
        """True while something waits here."""
        return bool(self.rows) or self.outside > 0

    @property
    def read_mark(self) -> tuple[int, int]:
        """What `loaded` has to know of the time at which its rows were asked for."""
        return self.added_outside, self.joined

    def loaded(self, rows: Sequence[Queued], asked: int, before: tuple[int, int], busy: set[int]) -> int:
        """Rows came from the database, in order; how many are new here.

        `before` is `read_mark` at the time of asking, `busy` what is under way or settled already. Where
        older rows have joined since, nothing is taken: they would be passed over.
        """
        added_before, joined_before = before
        if self.joined != joined_before:
            return 0
        fresh = [row for row in rows if row.order_no > self.loaded_to and row.order_no not in busy]
        self.rows.extend(fresh)
        if rows:
            self.loaded_to = max(self.loaded_to, rows[-1].order_no)
        if len(rows) < asked:
            self.outside = self.added_outside - added_before
        else:
            self.outside = max(1, self.outside - len(rows))
        return len(fresh)

    def rest(self) -> int:
        """Keep only the first row: this lane waits for long. How many rows left memory."""
        left = len(self.rows) - 1
        if left > 0:
            first = self.rows[0]
            self.rows = deque([first])
            self.outside += left
            self.loaded_to = first.order_no
        return max(0, left)


@dataclass(slots=True)
class Session:
    """One session's lanes."""

    session_id: SessionId
    up: bool = False
    ups: int = 0  #: how often it came up
    #: The number that is linked now, digits; empty while nobody knows.
    phone: str = ""
    #: False: the database may hold rows of chats that have no lane here.
    counted: bool = False
    counting: bool = False
    #: What happened while `counted` was False and a count may have missed: rows accepted or due, merges.
    uncounted: int = 0
    #: Rows in memory.
    count: int = 0
    lanes: dict[str, Lane] = field(default_factory=dict)
    #: Attempts under way and results that are not stored yet, by order number: never to be read again.
    busy: set[int] = field(default_factory=set)
    #: Those of them whose result has been stored since the reads under way began.
    settled: set[int] = field(default_factory=set)
    #: Rows that were withdrawn, and whether the database knows: a read may be under way that does not.
    withdrawn: dict[int, bool] = field(default_factory=dict)
    #: Reads under way.
    loading: int = 0
    #: Rows that failed while others waited: what is about them fails too.
    failed: set[int] = field(default_factory=set)
    pacer: Pacer = field(default_factory=lambda: Pacer({}))
    lock: ReachoutLock = field(default_factory=ReachoutLock)

    @property
    def unwanted(self) -> set[int]:
        """Rows that a read may bring and nobody wants."""
        return self.busy | self.withdrawn.keys() if self.withdrawn else self.busy

    def debts_s(self, now_s: float) -> dict[str, float]:
        """What a restart must know: how far the number's budgets are used up, and its lock."""
        if not self.pacer.buckets and self.lock.until_s is None:
            return {}
        debts = {pace.value: debt_s for pace, debt_s in self.pacer.debts_s(now_s).items()}
        return debts | {LOCK: 0.0 if self.lock.until_s is None else max(0.0, self.lock.until_s - now_s)}

    def restore(self, debts_s: Mapping[str, float], now_s: float) -> None:
        """Go on as before a restart."""
        known = {Pace(name): debt_s for name, debt_s in debts_s.items() if name in set(Pace)}
        self.pacer.restore(known, now_s)
        if debts_s.get(LOCK):
            self.lock.told(now_s + debts_s[LOCK])

    def accepted(self, row: Queued) -> None:
        """A row was committed just now."""
        if not self.counted:
            self.uncounted += 1
            return
        lane = self._lane(row.chat)
        if row.order_no <= lane.loaded_to:
            return  # a read was faster than the news of the commit
        if lane.outside or len(lane.rows) >= LANE_ROWS or self.count >= SESSION_ROWS:
            lane.outside += 1
            lane.added_outside += 1
            return
        lane.rows.append(row)
        lane.loaded_to = row.order_no
        self.count += 1

    def count_lanes(self, census: Sequence[tuple[str, int]], uncounted_before: int) -> None:
        """The database told how many rows wait in each chat; `uncounted_before` is `uncounted` at the time
        of asking.
        """
        for chat, rows in census:
            lane = self._lane(chat)
            lane.outside = lane.added_outside = rows
        self.counted = self.uncounted == uncounted_before

    def idle_lanes(self) -> Iterator[Lane]:
        """Lanes with work on which nobody works."""
        for lane in self.lanes.values():
            if lane.has_work and not lane.working and not lane.held_by:
                yield lane

    def bind(self, phone: str) -> None:
        """What was accepted before the session was linked belongs to this number."""
        for lane in self.lanes.values():
            lane.rows = deque(row if row.phone else replace(row, phone=phone) for row in lane.rows)

    def first_done(self, lane: Lane) -> None:
        """The first row of this lane is settled."""
        lane.rows.popleft()
        lane.fruitless = 0
        self.count -= 1

    def left(self, lane: Lane) -> None:
        """Nobody works on this lane any more. It is forgotten when it is empty, or merged into another."""
        lane.working = False
        if lane.merged_into is not None:
            target = lane.merged_into
            target.held_by -= 1
            if lane.rows:  # its attempt came to nothing: the row waits in the other lane now
                self.count -= len(lane.rows)
                self._read_again(target, len(lane.rows))
        elif not lane.has_work and not lane.held_by:
            self.lanes.pop(lane.chat, None)
        if not self.lanes:
            self.failed.clear()

    def merge(self, pn: str, lid: str) -> None:
        """What waits under the number waits under the LID from now on, in the order of acceptance.

        The rows are in the database under the LID already; a count that is under way may not have seen that.
        """
        if not self.counted:
            self.uncounted += 1
        source = self.lanes.pop(pn, None)
        if source is None:
            return
        target = self._lane(lid)
        moved = len(source.rows) + source.outside
        if source.working:
            # Its first row is under way and stays with whoever works on it.
            source.merged_into = target
            target.held_by += 1
            self.count -= len(source.rows) - 1 if source.rows else 0
            source.rows = deque([source.rows[0]]) if source.rows else source.rows
            source.outside = 0
        else:
            self.count -= len(source.rows)
            target.held_by += source.held_by
        self._read_again(target, moved)

    def due(self, chat: str, rows: int) -> None:
        """Rows of this chat have come to their time; they stand in the order of acceptance."""
        if not self.counted:
            self.uncounted += rows
            return
        self._read_again(self._lane(chat), rows)

    def is_uncertain(self, order_no: int) -> bool:
        """True when an attempt has shown that WhatsApp may have this row; the database may not know yet."""
        return any(
            row.uncertain for lane in self.lanes.values() for row in lane.rows if row.order_no == order_no
        )

    def withdraw(self, order_no: int) -> Lane | None:
        """Take a row out of memory, and let none be read in again; its lane where it was the first.

        Not for one that is busy.
        """
        self.withdrawn[order_no] = False
        for lane in self.lanes.values():
            kept = [row for row in lane.rows if row.order_no != order_no]
            if len(kept) < len(lane.rows):
                first = lane.rows[0].order_no == order_no
                lane.rows = deque(kept)
                lane.fruitless = 0 if first else lane.fruitless
                self.count -= 1
                return lane if first else None
        return None

    def withdrawal_stored(self, order_no: int) -> None:
        """The database knows that this row waits no more."""
        self.withdrawn[order_no] = True
        self.failed.add(order_no)
        self._forget_withdrawn()

    def withdrawal_failed(self, order_no: int, chat: str) -> None:
        """The row waits as before."""
        self.withdrawn.pop(order_no, None)
        self.due(chat, 1)

    def stored(self, order_no: int) -> None:
        """The database knows what became of this row; a read that is under way may not."""
        self.settled.add(order_no)
        self._forget_settled()

    def load_ended(self) -> None:
        """A read is over."""
        self.loading -= 1
        self._forget_withdrawn()
        self._forget_settled()

    def _forget_withdrawn(self) -> None:
        if self.withdrawn and not self.loading:
            self.withdrawn = {order_no: stored for order_no, stored in self.withdrawn.items() if not stored}

    def _forget_settled(self) -> None:
        if not self.loading:
            self.busy -= self.settled
            self.settled.clear()

    def drop(self) -> None:
        """Nothing of this session will be sent any more."""
        for lane in self.lanes.values():
            lane.outside = 0
            lane.rows = deque([lane.rows[0]]) if lane.working and lane.rows else deque()
        self.lanes = {chat: lane for chat, lane in self.lanes.items() if lane.working}
        self.count = sum(len(lane.rows) for lane in self.lanes.values())

    def _read_again(self, lane: Lane, rows: int) -> None:
        """Older rows joined this lane: all but the one under way are read from the database again, in
        order.
        """
        keep = 1 if lane.working and lane.rows else 0
        gone = len(lane.rows) - keep
        lane.rows = deque(list(lane.rows)[:keep])
        self.count -= gone
        lane.outside += gone + rows
        lane.added_outside += gone + rows
        lane.loaded_to = 0
        lane.joined += 1

    def _lane(self, chat: str) -> Lane:
        lane = self.lanes.get(chat)
        if lane is None:
            lane = self.lanes[chat] = Lane(chat)
        return lane
