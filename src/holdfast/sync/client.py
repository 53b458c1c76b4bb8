"""The SDK's one object, for programs without an event loop."""

from pathlib import Path
from typing import Self

from holdfast import client as asynchronous
from holdfast.sync import nouns
from holdfast.sync.portal import Portal


class Client(nouns.Calls):
    """A gateway, seen from a program without an event loop.

    `with Client() as client` finds the gateway of this machine by itself; `url` and `key` name another one
    (or HOLDFAST_URL and HOLDFAST_KEY), `data` another data folder. It is `holdfast.client.Client` on a loop
    in a thread of its own: the same calls, the same values and errors. Safe to use from many threads, and
    where a loop runs already, as in a notebook. A process that is forked makes a client of its own.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        data: Path | str | None = None,
        timeout_s: float = 30.0,
    ) -> None:
        of = asynchronous.Client(url, key, data=data, timeout_s=timeout_s)
        portal = Portal(of.close)
        super().__init__(portal, of)
        self.sessions = nouns.Sessions(portal, of.sessions)
        self.media = nouns.Media(portal, of.media)
        self.messages = nouns.Messages(portal, of.messages)
        self.alerts = nouns.Alerts(portal, of.alerts)
        self.backups = nouns.Backups(portal, of.backups)
        self.groups = nouns.Groups(portal, of.groups)
        self.handovers = nouns.Handovers(portal, of.handovers)
        self.configuration = nouns.Configuration(portal, of.configuration)
        self.people = nouns.People(portal, of.people)
        self.chats = nouns.Chats(portal, of.chats)
        self.access = nouns.Access(portal, of.access)

    def __enter__(self) -> Self:
        """Opens nothing yet: the first call does."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write queued acknowledgements, close every connection, end the thread."""
        self.close()

    def close(self) -> None:
        """Write queued acknowledgements, close every connection, end the thread. Harmless to repeat."""
        self._portal.close()
