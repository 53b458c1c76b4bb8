"""Watching: what time alone brings. Each session is looked at every five seconds; signs become warnings."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Final

from holdfast.kit.histogram import Histogram
from holdfast.model.errors import StoreUnavailable
from holdfast.model.ids import SessionId
from holdfast.model.reasons import MEANINGS, Reason
from holdfast.model.states import ACTIVE
from holdfast.model.warnings import WarningCode
from holdfast.sessions import repository, signs
from holdfast.sessions.facts import Session
from holdfast.sessions.heartbeats import Heartbeats
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Runtime
from holdfast.sessions.warnings import Warnings
from holdfast.store import Store

_BACK_WITHIN_S: Final = (0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 1800, 7200)


def _nothing_waits(session_id: SessionId) -> int | None:
    """Nobody sends."""
    return None


def _never_locked(session_id: SessionId) -> float | None:
    """Nobody sends."""
    return None


class Watching:
    """Looks after the sessions of a roster. Warns; it never ends or begins a connection."""

    def __init__(self, roster: Roster, warnings: Warnings, limits: signs.Limits = signs.LIMITS) -> None:
        self._roster, self._limits = roster, limits
        self._heartbeats, self._warnings = Heartbeats(roster), warnings
        self._looked_ms = roster.now
        #: Connections that were up and ended by themselves, by reason, and how long it took to come back.
        self.losses: Counter[Reason] = Counter()
        self.reconnects = Histogram(_BACK_WITHIN_S)
        self._unanswered: dict[SessionId, signs.Unanswered] = {}
        #: The oldest message of a session that WhatsApp has not acknowledged, by its order; None without one.
        self.oldest_unanswered: Callable[[SessionId], int | None] = _nothing_waits
        #: For how many seconds a session may begin no new chats; None: it may.
        self.reachout_locked_s: Callable[[SessionId], float | None] = _never_locked

    async def remember(self, store: Store) -> None:
        """Read what was lost before this start. Without a database it is not known, and counts as nothing."""
        since_ms = self._roster.clock.wall_ms - self._limits.flapping_within_s * 1000
        try:
            changes = await store.read(partial(repository.read_changes_since, since_ms=since_ms))
        except StoreUnavailable:
            return
        shift_ms = self._roster.clock.shift_ms
        for (session_id, before), (same_id, change) in pairwise(changes):
            runtime = self._roster.index.get(session_id)
            if runtime is None or session_id != same_id:
                continue
            if signs.is_loss(before.state, change.state, change.reason):
                runtime.losses.append(change.at_ms - shift_ms)

    def changed(self, runtime: Runtime, before: Session) -> None:
        """A session is in another state, or there for another reason."""
        state, reason, now = runtime.session.state, runtime.session.reason, self._roster.now
        if signs.is_loss(before.state, state, reason):
            runtime.losses.append(now)
        if state not in ACTIVE:
            self._unanswered.pop(runtime.id, None)
        if before.state.up and not state.up and MEANINGS[reason].end is not None:
            self.losses[reason] += 1
            runtime.lost_ms = now
        if state.up and runtime.lost_ms is not None:
            self.reconnects.observe((now - runtime.lost_ms) / 1000)
        # What rests comes back when somebody wants it: that is no time to reconnect.
        if state.up or state not in ACTIVE:
            runtime.lost_ms = None

    def canary(self, session_id: SessionId, unanswered_s: int | None) -> None:
        """A message of the session to itself was taken, or (`unanswered_s`) not for so long."""
        runtime = self._roster.index.get(session_id)
        if runtime is not None:
            sign = None if unanswered_s is None else signs.Sign(unanswered_s, unanswered_s)
            self._warnings.found(runtime, WarningCode.CANARY_UNANSWERED, sign)

    def look(self) -> None:
        """Look at every session once."""
        now = self._roster.now
        passed_ms, self._looked_ms = now - self._looked_ms, now
        self._heartbeats.look()
        for runtime in list(self._roster.index):
            if runtime.session.state in ACTIVE:
                self._look_at(runtime, now, passed_ms)
            elif runtime.warnings:
                self._warnings.over(runtime)

    def _look_at(self, runtime: Runtime, now: int, passed_ms: int) -> None:
        limits, found = self._limits, self._warnings.found
        while runtime.losses and runtime.losses[0] <= now - limits.flapping_within_s * 1000:
            del runtime.losses[0]
        standing = WarningCode.FLAPPING in runtime.warnings
        if runtime.losses or standing:
            flaps = signs.flapping(runtime.losses, now, standing=standing, limits=limits)
            found(runtime, WarningCode.FLAPPING, flaps)
        found(runtime, WarningCode.SENDS_UNACKNOWLEDGED, self._unacknowledged(runtime, passed_ms))
        found(runtime, WarningCode.DELIVERIES_UNCONFIRMED, signs.unconfirmed(runtime.unconfirmed_ms, limits))
        found(runtime, WarningCode.REACHOUT_LOCKED, signs.locked(self.reachout_locked_s(runtime.id)))
        found(runtime, WarningCode.CREDENTIALS_UNSAVED, signs.unsaved(runtime.unsaved_since_ms, now, limits))

    def _unacknowledged(self, runtime: Runtime, passed_ms: int) -> signs.Sign | None:
        known = signs.unanswered(
            self._unanswered.pop(runtime.id, None),
            self.oldest_unanswered(runtime.id),
            up=runtime.session.state.up,
            passed_ms=passed_ms,
        )
        if known is None:
            return None
        self._unanswered[runtime.id] = known
        return signs.unacknowledged(known, self._limits)
