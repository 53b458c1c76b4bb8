"""The queue of a database that was put back: what waited then may have been sent since."""

from functools import partial
from typing import Final

from holdfast.journal import Journal
from holdfast.outbox import statements
from holdfast.outbox.policy import RESTORED
from holdfast.outbox.progress import fail_all
from holdfast.outbox.queued import Queued
from holdfast.store import Store, WriteUnit

_AT_ONCE: Final = 500


async def fail_everything(store: Store, now_ms: int) -> int:
    """Fail all that waits to be sent, each with its event; returns how many there were.

    For a database that no gateway serves. Raises StoreUnavailable.
    """
    journal, failed = await Journal.open(store), 0
    while some := await store.write(partial(_fail_some, journal=journal, now_ms=now_ms)):
        failed += some
    return failed


def _fail_some(unit: WriteUnit, journal: Journal, now_ms: int) -> int:
    rows = [Queued.of(row) for row in unit.all(statements.EVERYTHING, limit=_AT_ONCE)]
    fail_all(unit, journal, rows, RESTORED, now_ms)
    return len(rows)
