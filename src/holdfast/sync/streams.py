"""What is read piece by piece, as iterators that block."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Self

from holdfast.client import media, stream
from holdfast.client.event import Event
from holdfast.sync.portal import Portal


class EventStream:
    """Events in order, each at least once. Iterate, work, `ack`.

    What was not acknowledged comes again in the next process (of a named subscription). Within one stream
    no event comes twice, also across reconnects.
    """

    def __init__(self, portal: Portal, of: stream.EventStream) -> None:
        self._portal, self._of = portal, of

    def __iter__(self) -> Self:
        """Itself."""
        return self

    def __next__(self) -> Event:
        """The next event, however long it takes. Raises HoldfastError when the gateway refuses the stream."""
        return self._portal.run(self._of.__anext__)

    def next(self, timeout_s: float) -> Event | None:
        """The next event; None when none has come after this time. Raises as iterating does."""

        async def within() -> Event | None:
            try:
                async with asyncio.timeout(timeout_s):
                    return await anext(self._of)
            except TimeoutError:
                return None

        return self._portal.run(within)

    def ack(self, event: Event) -> None:
        """This event is done.

        Any order: the cursor moves over the unbroken run of finished events. It is written soon after.
        """

        async def done() -> None:
            self._of.ack(event)

        self._portal.run(done)


class Opened:
    """A file, or a part of it, as the gateway hands it over: HTTP status, headers, and its bytes."""

    def __init__(self, portal: Portal, of: media.Opened) -> None:
        self._portal, self._of = portal, of
        self.status: int = of.status
        self.headers: Mapping[str, str] = of.headers

    @property
    def pieces(self) -> Iterator[bytes]:
        """The bytes, piece by piece, once."""
        return self._portal.iterate(lambda: self._of.pieces)
