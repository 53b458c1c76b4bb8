"""What /metrics tells, gathered from every room. The rooms only count; this runs when it is asked."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from holdfast import __version__
from holdfast.api.rooms import Figures
from holdfast.engine import EngineIdentity
from holdfast.journal import Journal
from holdfast.model.events import EventType
from holdfast.model.reasons import MEANINGS, Reason
from holdfast.model.states import State
from holdfast.model.warnings import WarningCode
from holdfast.outbox import Outbox
from holdfast.sessions import Supervisor
from holdfast.store import Store

#: Reasons for which a connection that was up may be lost.
_ENDS: Final = [reason for reason in Reason if MEANINGS[reason].end is not None]


class Meter:
    """Reads the counters of a gateway's rooms."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        outbox: Outbox,
        supervisor: Supervisor,
        engine_commits: Callable[[], int],
    ) -> None:
        self._store, self._journal, self._outbox, self._supervisor = store, journal, outbox, supervisor
        self._engine_commits = engine_commits
        self._engine_id = ""
        self._attached = False
        self._restarts = 0

    def attached(self, identity: EngineIdentity) -> None:
        """An engine is there."""
        self._restarts += self._engine_id not in ("", identity.engine_id)
        self._engine_id, self._attached = identity.engine_id, True

    def detached(self) -> None:
        """It is gone, or the way to it."""
        self._attached = False

    async def read(self) -> Figures:
        """Every figure now. Raises StoreUnavailable."""
        roster, watching = self._supervisor.roster, self._supervisor.watching
        states = Counter(runtime.session.state for runtime in roster.index)
        warnings = Counter(code for runtime in roster.index for code in runtime.warnings)
        sends, events = self._outbox.counts, self._journal.appended
        return Figures(
            version=__version__,
            sessions={state.value: states[state] for state in State if state is not State.DELETED},
            warnings={code.value: warnings[code] for code in WarningCode},
            attempts=roster.attempts,
            losses={reason.value: watching.losses[reason] for reason in _ENDS},
            reconnects=watching.reconnects.read(),
            messages={
                "received": events[EventType.MESSAGE_RECEIVED.value],
                "sent": sends.sent,
                "failed": sends.failed,
            },
            repeated=sends.repeated,
            queued=await self._outbox.queued(),
            events={type_.value: events[type_.value] for type_ in EventType},
            commits=self._store.commits.read(),
            engine_attached=self._attached,
            engine_commits=self._engine_commits(),
            engine_restarts=self._restarts,
        )
