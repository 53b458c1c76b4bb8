"""The roster: every session of this gateway, and the one way to change one.

Whoever learns of something calls `tell`; the machine decides, and the roster remembers: row, timeline and
event, the timer, whoever waits for a change, the second record. Commands go to `on_commands`, in order.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from holdfast.kit import logging
from holdfast.kit.clock import SteadyClock
from holdfast.model.events import EventData, SessionRenamed
from holdfast.model.ids import SessionId
from holdfast.model.policy import DEFAULT_POLICY, Policy
from holdfast.model.reasons import MEANINGS
from holdfast.model.states import State
from holdfast.sessions import commands as c
from holdfast.sessions import facts as f
from holdfast.sessions import repository
from holdfast.sessions.index import Index
from holdfast.sessions.machine import changed, decide
from holdfast.sessions.recorder import Recorder
from holdfast.sessions.restoration import Restoration
from holdfast.sessions.runtime import Runtime
from holdfast.sessions.view import View, state_event, view
from holdfast.store import Store
from holdfast.vault import Vault

log = logging.get("sessions")

_ERROR, _INFO = 40, 20


def _ignore(*_: str) -> None:
    """Nobody listens."""


def _nobody_watches(runtime: Runtime, before: f.Session) -> None:
    """No watch yet."""


def _nobody_acts(runtime: Runtime, commands: Sequence[c.Command]) -> None:
    """No lanes yet."""


class Roster:
    """All sessions, by id, name and number. Lives on the event loop; nothing here waits for the engine."""

    def __init__(
        self,
        store: Store,
        recorder: Recorder,
        vault: Vault,
        *,
        policy: Policy = DEFAULT_POLICY,
        clock: SteadyClock | None = None,
        roll: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._vault = store, vault
        self.recorder = recorder
        recorder.on_refused = self._refused
        self.policy, self._roll = policy, roll
        #: Decides and waits. What leaves this room is the wall clock's time.
        self.clock = clock or SteadyClock()
        self.index = Index()
        self.restoration = Restoration()
        #: A session can send now, as this number.
        self.on_up: Callable[[SessionId, str], None] = _ignore
        self.on_down: Callable[[SessionId], None] = _ignore
        #: A session is in another state, or there for another reason, than it was.
        self.on_changed: Callable[[Runtime, f.Session], None] = _nobody_watches
        #: Connections that were begun.
        self.attempts = 0
        #: Commands are carried out now; without an engine they wait.
        self.acting = False
        self.on_commands: Callable[[Runtime, Sequence[c.Command]], None] = _nobody_acts
        #: The second record says less than the first, and nobody waits for it.
        self.registry_stale = asyncio.Event()

    @property
    def now(self) -> int:
        """Milliseconds UTC, by the clock that decides."""
        return self.clock()

    # ---- who is there --------------------------------------------------------------------------------------

    async def add(self, runtime: Runtime) -> None:
        """A new session, durable when this returns. Raises StoreUnavailable."""
        shown = runtime.session.moved(self.clock.shift_ms)
        await self._store.write(partial(repository.insert, runtime=runtime, shown=shown))
        self.index.add(runtime)

    def take(self, runtime: Runtime) -> None:
        """A session that the database knows."""
        self.index.add(runtime)

    async def forget(self, runtime: Runtime) -> None:
        """The session is deleted, durably: its number is free from now on. Raises StoreUnavailable."""
        await self.recorder.settled()
        await self._store.write(partial(repository.delete, session_id=runtime.id, now_ms=self.clock.wall_ms))
        self.index.remove(runtime)
        self.wake(runtime)
        log.warning("session.deleted", session=runtime.name, phone=runtime.record.phone)

    def rename(self, runtime: Runtime, name: str) -> None:
        """The session has another name from now on; what addresses it by id or number goes on."""
        before = runtime.name
        self.index.rewrite(runtime, replace(runtime.record, name=name))
        self.remember(runtime, SessionRenamed(name, before))
        self.wake(runtime)
        log.info("session.renamed", session=name, previous=before)

    async def save_registry(self) -> None:
        """Write the second record of every session. Raises OSError."""
        await self._vault.save_registry(lambda: [runtime.record for runtime in self.index])

    def view(self, runtime: Runtime) -> View:
        """The session as everybody outside sees it."""
        return view(runtime, self.clock.shift_ms, restoring=self.restoration.waits_for(runtime.id))

    def begin_restoration(self) -> None:
        """A start, of gateway or engine: whoever wants to be up is on the way from now on."""
        coming = (State.CONNECTING, State.RECONNECTING)
        wanted = [runtime.id for runtime in self.index if runtime.session.state in coming]
        self.restoration.begin(wanted, self.now)

    # ---- the one way to change a session -------------------------------------------------------------------

    def tell(self, runtime: Runtime, fact: f.Fact) -> bool:
        """Something happened to a session: decide, remember, act. False if the machine did not care."""
        before, now = runtime.session, self.now
        decision = decide(before, fact, now, self._roll(), self.policy)
        if not decision.heard:
            return False
        after = runtime.session = decision.session
        if after.desired is not before.desired:
            self.index.rewrite(runtime, replace(runtime.record, wish=after.desired.value))
        if changed(before, after):
            self._changed(runtime, before, now)
        elif before != after:
            self.remember(runtime)
        if before.wake_at_ms != after.wake_at_ms:
            self.set_timer(runtime)
        if decision.commands:
            self.attempts += sum(isinstance(command, c.ConnectSession) for command in decision.commands)
            self.on_commands(runtime, decision.commands)
        self.wake(runtime)
        return True

    def _changed(self, runtime: Runtime, before: f.Session, now: int) -> None:
        after = runtime.session
        if after.state is not State.PAIRING:
            self.hide_code(runtime)
        if runtime.deleted:  # its name is free at once, its number when its credentials have left their place
            named = f"{runtime.name} (deleted {runtime.id})"
            self.index.rewrite(runtime, replace(runtime.record, name=named, deleted=True))
        if after.state.up and not before.state.up:
            runtime.last_connected_ms = self.clock.wall_ms
        shown = after.moved(self.clock.shift_ms)
        self.recorder.note(
            runtime,
            shown,
            timeline_at_ms=self.clock.wall_ms,
            events=[state_event(runtime, shown, before.state)],
        )
        log.log(
            _ERROR if MEANINGS[after.reason].alert else _INFO,
            "session.changed",
            session=runtime.name,
            phone=runtime.record.phone,
            state=after.state.value,
            reason=after.reason.value,
            code=after.code,
            previous=before.state.value,
            detail=after.detail or None,
        )
        self.on_changed(runtime, before)
        self._tell_neighbours(runtime, before, now)

    def remember(self, runtime: Runtime, *events: EventData) -> None:
        """Keep the session's row, and tell these events, as soon as the disk allows."""
        self.recorder.note(runtime, runtime.session.moved(self.clock.shift_ms), events=events)

    def _tell_neighbours(self, runtime: Runtime, before: f.Session, now: int) -> None:
        after = runtime.session
        if after.state.up:
            self.restoration.connected(runtime.id, now)
            if not before.state.up:
                self.on_up(runtime.id, runtime.record.phone or "")
            return
        if before.state.up:
            self.on_down(runtime.id)
        if after.state not in (State.CONNECTING, State.RECONNECTING):
            self.restoration.rests(runtime.id, now)

    def hide_code(self, runtime: Runtime) -> None:
        """Codes that are dead are shown to nobody."""
        if runtime.pairing is not None:
            runtime.pairing = runtime.pairing.bare

    def _refused(self, session_id: SessionId, why: str) -> None:
        runtime = self.index.get(session_id)
        if runtime is not None:
            self.tell(runtime, f.RecordRefused(why))

    # ---- time and waiting ----------------------------------------------------------------------------------

    def set_timer(self, runtime: Runtime) -> None:
        """Say TimeCame when the session's machine wants it."""
        if runtime.timer is not None:
            runtime.timer.cancel()
            runtime.timer = None
        wake = runtime.session.wake_at_ms
        if wake is not None:
            delay_s = max(0, wake - self.now) / 1000
            runtime.timer = asyncio.get_running_loop().call_later(delay_s, self._time_came, runtime)

    def _time_came(self, runtime: Runtime) -> None:
        runtime.timer = None
        if self.index.get(runtime.id) is not runtime:
            return
        if not self.tell(runtime, f.TimeCame()):
            self.set_timer(runtime)  # a timer may come a moment early

    def wake(self, runtime: Runtime) -> None:
        """Whoever waits for something to happen to the session looks again."""
        waiters, runtime.waiters = runtime.waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def changed_or_timeout(self, runtime: Runtime, timeout_s: float) -> None:
        """Return when something happens to the session, or after this time."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        runtime.waiters.append(waiter)
        await asyncio.wait([waiter], timeout=timeout_s)
