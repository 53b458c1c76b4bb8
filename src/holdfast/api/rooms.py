"""The rooms behind the API, as one typed value that every endpoint is given.

Without the web framework: the app builds it while that is still being imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from holdfast.accounts import Accounts, Audit, Logins, Users
from holdfast.alerts import Alerts
from holdfast.backup import Backups
from holdfast.chats import Chats, Traffic
from holdfast.configuration import Configuration
from holdfast.delivery import Subscriptions
from holdfast.doctor import Doctor
from holdfast.engine import EngineIdentity
from holdfast.journal import Journal
from holdfast.kit.histogram import Durations
from holdfast.media import Fetcher, Library
from holdfast.messages import MessageReader
from holdfast.model.errors import StoreUnavailable
from holdfast.model.seams import SessionDirectory
from holdfast.outbox import Outbox
from holdfast.people import Activities, Groups, People, Probing
from holdfast.retention import Retention
from holdfast.search import Search
from holdfast.sessions import Progress, Service
from holdfast.steps import Steps


class Facts(Protocol):
    """What the API tells of the process. Filled by the app."""

    version: str
    lab: bool
    #: Applications that are mounted, by their names.
    applications: tuple[str, ...]
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

    @property
    def doctor(self) -> Doctor:
        """Looks at the whole installation."""
        ...


@dataclass(frozen=True, slots=True)
class Figures:
    """What /metrics tells of the whole installation. Counts began with this process."""

    version: str
    #: By state, by warning, by reason, by what became of it, by type: every code stands there, also with 0.
    sessions: Mapping[str, int]
    warnings: Mapping[str, int]
    losses: Mapping[str, int]
    messages: Mapping[str, int]
    events: Mapping[str, int]
    attempts: int
    repeated: int
    queued: int
    reconnects: Durations
    commits: Durations
    engine_attached: bool
    engine_commits: int
    engine_restarts: int


class Meter(Protocol):
    """Reads what the rooms have counted. Filled by the app."""

    async def read(self) -> Figures:
        """Every figure now. Raises StoreUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """Everything that endpoints may call."""

    facts: Facts
    meter: Meter
    accounts: Accounts
    users: Users
    logins: Logins
    audit: Audit
    alerts: Alerts
    backups: Backups
    sessions: Service
    directory: SessionDirectory
    messages: MessageReader
    retention: Retention
    outbox: Outbox
    library: Library
    fetcher: Fetcher
    journal: Journal
    subscriptions: Subscriptions
    steps: Steps
    configuration: Configuration
    groups: Groups
    people: People
    probing: Probing
    activities: Activities
    chats: Chats
    traffic: Traffic
    search: Search
