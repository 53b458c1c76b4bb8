"""The rooms behind the API, as one typed value that every endpoint is given.

Without the web framework: the app builds it while that is still being imported.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from holdfast.accounts import Accounts
from holdfast.alerts import Alerts
from holdfast.delivery import Subscriptions
from holdfast.engine import EngineIdentity
from holdfast.journal import Journal
from holdfast.media import Fetcher, Library
from holdfast.messages import MessageReader
from holdfast.model.errors import StoreUnavailable
from holdfast.model.seams import SessionDirectory
from holdfast.outbox import Outbox
from holdfast.people import Activities, Groups, People
from holdfast.retention import Retention
from holdfast.sessions import Progress, Service


class Facts(Protocol):
    """What the API tells of the process. Filled by the app."""

    version: str
    lab: bool
    started_at: datetime
    #: The database answers, sessions are loaded.
    ready: bool

    @property
    def engine(self) -> EngineIdentity | None:
        """The engine, while it is attached."""
        ...

    @property
    def trouble(self) -> StoreUnavailable | None:
        """Why the database takes nothing now."""
        ...

    @property
    def progress(self) -> Progress:
        """The restoration."""
        ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """Everything that endpoints may call."""

    facts: Facts
    accounts: Accounts
    alerts: Alerts
    sessions: Service
    directory: SessionDirectory
    messages: MessageReader
    retention: Retention
    outbox: Outbox
    library: Library
    fetcher: Fetcher
    journal: Journal
    subscriptions: Subscriptions
    groups: Groups
    people: People
    activities: Activities
