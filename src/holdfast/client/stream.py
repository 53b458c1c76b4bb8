"""Events as an async iterator."""

from typing import Self

from holdfast.client.event import Event
from holdfast.client.link import Link


class EventStream:
    """Events in order, each at least once. Iterate, work, `ack`.

    What was not acknowledged comes again in the next process (of a named subscription). Within one stream
    no event comes twice, also across reconnects.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    def __aiter__(self) -> Self:
        """Itself."""
        return self

    async def __anext__(self) -> Event:
        """The next event. Raises HoldfastError only when the gateway refuses the stream for good."""
        return await self._link.next_event()

    def ack(self, event: Event) -> None:
        """This event is done.

        Any order: the cursor moves over the unbroken run of finished events. Returns at once.
        """
        self._link.ack(event)
