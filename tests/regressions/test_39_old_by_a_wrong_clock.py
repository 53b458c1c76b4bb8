"""Never again: a clock that is set deletes what is kept, locks somebody out, or silences an alert.

A machine began with the clock of another year: a minute later its history was gone, for all of it was old.
"""

import pytest

from databases import sql
from holdfast.accounts.throttle import FREE, left_ms, wait_ms
from holdfast.backup.schedule import Outcome, Schedule, overdue
from holdfast.inbox import Inbox
from holdfast.journal import Journal
from holdfast.retention import DeletionClock, Kind, Retention
from holdfast.retention.clock import Believed, believe
from holdfast.store import Store
from rooms import NobodyTold, add_session, message

HOUR, DAY = 3_600_000, 86_400_000
YEAR = 365 * DAY
NOW = 1_800_000_000_000


class Machine:
    """Its wall clock, which is set by hand, and for how long it has run."""

    def __init__(self, wall_ms: int = NOW) -> None:
        self.wall_ms, self.ran_ms = wall_ms, 5_000

    def runs(self, ms: int) -> None:
        self.wall_ms += ms
        self.ran_ms += ms

    def deletion_clock(self, store: Store) -> DeletionClock:
        return DeletionClock(store, lambda: self.wall_ms, lambda: self.ran_ms)


@pytest.mark.parametrize(
    ("before", "wall_ms", "passed_ms", "after"),
    [
        (Believed(NOW), NOW + HOUR, HOUR, Believed(NOW + HOUR)),
        (Believed(NOW), NOW + DAY, 0, Believed(NOW + DAY)),  # a machine that rested
        (Believed(NOW), NOW + YEAR, HOUR, Believed(NOW + HOUR, HOUR)),
        (Believed(NOW, DAY - HOUR), NOW + YEAR, HOUR, Believed(NOW + YEAR)),  # it has stood for a day
        (Believed(NOW, DAY - HOUR), NOW + HOUR, HOUR, Believed(NOW + HOUR)),  # it was set right again
        (Believed(NOW), NOW - YEAR, HOUR, Believed(NOW - YEAR)),  # nothing is old by it
    ],
)
def test_what_is_believed(before: Believed, wall_ms: int, passed_ms: int, after: Believed) -> None:
    assert believe(before, wall_ms, passed_ms) == after


async def _sweep(store: Store, clock: DeletionClock) -> int:
    left = await Retention(store, clock=clock).sweep()
    return left[Kind.EVENTS] + left[Kind.MESSAGES]


async def test_a_clock_of_another_year_deletes_nothing_until_it_has_stood(
    store: Store, journal: Journal
) -> None:
    machine = Machine()
    await add_session(store, "ses_a")
    inbox = Inbox(store, journal, NobodyTold(), clock=lambda: machine.wall_ms)
    await inbox.receive([message(1, "M1"), message(2, "M2")])
    await store.write(lambda unit: unit.run(sql("UPDATE events SET at_ms = :now"), now=NOW))
    clock = machine.deletion_clock(store)
    assert clock() == 0  # nothing is old before it has looked
    await clock.look()
    machine.wall_ms += 2 * YEAR
    for _ in range(12):
        machine.runs(HOUR)
        assert await _sweep(store, clock) == 0
    await clock.look()
    # Another process goes on doubting.
    clock = machine.deletion_clock(store)
    await clock.look()
    for _ in range(11):
        machine.runs(HOUR)
        assert await _sweep(store, clock) == 0
    machine.runs(HOUR)
    assert await _sweep(store, clock) == 2  # the newest event stays, and its message


async def test_the_first_process_goes_by_the_newest_event(store: Store, journal: Journal) -> None:
    await add_session(store, "ses_a")
    inbox = Inbox(store, journal, NobodyTold())
    await inbox.receive([message(1, "M1")])
    await store.write(lambda unit: unit.run(sql("UPDATE events SET at_ms = :now"), now=NOW))
    clock = Machine(NOW + YEAR).deletion_clock(store)
    await clock.look()
    assert clock() == NOW


def test_nobody_waits_longer_for_a_login_than_anybody_can() -> None:
    wait = wait_ms(FREE + 1)
    assert left_ms(NOW + wait, NOW) == wait
    assert left_ms(NOW + wait, NOW + wait) == 0
    assert left_ms(NOW + wait, NOW - DAY) == 0
    assert left_ms(NOW + wait_ms(100), NOW) == wait_ms(100)
    assert left_ms(None, NOW) == 0


def test_a_backup_of_the_future_silences_no_alert() -> None:
    daily = Schedule("/backups", ["age1x"], since_ms=NOW)
    failing = Outcome("a", NOW + YEAR, NOW + YEAR, "the disk is gone")
    assert not overdue(daily, failing, NOW + 25 * HOUR)
    assert overdue(daily, failing, NOW + 26 * HOUR)
    assert overdue(Schedule("/backups", ["age1x"], since_ms=NOW + YEAR), failing, NOW)
