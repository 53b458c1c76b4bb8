"""One consumer's way through the journal."""

from collections.abc import Sequence
from typing import Final

from holdfast.journal import Event, Filter, Journal

#: So far a search may go without a hit before the consumer hears of it, to move its cursor.
_FAR: Final = 1000


class Feed:
    """Follows the journal after a position. It holds no event: what is not taken stays where it is."""

    def __init__(self, journal: Journal, wanted: Filter, after: int) -> None:
        self._journal = journal
        self._wanted = wanted
        #: Everything up to here was given out or is not wanted.
        self.position = after

    @property
    def cursor(self) -> str:
        """Continue here: everything up to `position` is done."""
        return self._journal.cursor_at(self.position)

    async def take(self, limit: int) -> Sequence[Event]:
        """The next wanted events that are there already, possibly none. Raises StoreUnavailable."""
        page = await self._journal.read(self.position, limit, self._wanted)
        self.position = page.searched_to
        return page.events

    async def next(self, limit: int) -> Sequence[Event]:
        """The next wanted events in order, as soon as there are any. Cancelling it loses nothing.

        Empty only when a long stretch held nothing wanted; `position` has moved then. Raises
        StoreUnavailable.
        """
        begun_at = self.position
        while True:
            events = await self.take(limit)
            if events or self.position - begun_at >= _FAR:
                return events
            await self._journal.wait(self.position)
