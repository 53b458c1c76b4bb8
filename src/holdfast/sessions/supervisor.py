"""Keeps every session: tells the machine what happens, records what it decides, has its commands carried out.

The one place where a session changes. Everything here runs on the event loop; what must wait for engine or
disk happens in the lanes.
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from holdfast.engine import EngineIdentity, EngineLink, Held, Levels, LinkLevel, SessionFact
from holdfast.engine import facts as said
from holdfast.kit import logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.kit.iso import iso
from holdfast.model.errors import EngineUnreachable
from holdfast.model.events import SessionPairing
from holdfast.model.reasons import Reason
from holdfast.model.states import Color, State, Wish
from holdfast.sessions import facts as f
from holdfast.sessions import repository
from holdfast.sessions.book import Book
from holdfast.sessions.lanes import Lanes
from holdfast.sessions.linking import Linking
from holdfast.sessions.live import Link, Live, ShownCode, View, state_event, view
from holdfast.sessions.machine import DEFAULT_POLICY, Policy, changed, decide
from holdfast.sessions.recorder import Recorder
from holdfast.sessions.restoration import Restoration
from holdfast.store import Store
from holdfast.vault import Record, Registry, Vault, compare

log = logging.get("sessions")

_HEARTBEATS_EVERY_S: Final = 30.0
#: Levels come every 5 s, and at once when one changes.
_CLOSED_FOR_MS: Final = 1000
#: Where a session goes that only its folder remembers.
DEFAULT_TENANT: Final = "ten_default"
#: A state that is older is restored just the same, and shown as a session that was last seen then.
STATE_VALIDITY_MS: Final = 6 * 3600 * 1000


def _ignore(session_id: str) -> None:
    """Nobody listens."""


class Supervisor:
    """All sessions of this gateway."""

    def __init__(
        self,
        *,
        store: Store,
        recorder: Recorder,
        link: EngineLink,
        vault: Vault,
        device_name: str = "Holdfast",
        policy: Policy = DEFAULT_POLICY,
        clock: Clock = now_ms,
        roll: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._link, self._vault = store, link, vault
        self.recorder = recorder
        self._policy, self._clock, self._roll = policy, clock, roll
        self.book = Book()
        self.restoration = Restoration()
        self.on_up: Callable[[str], None] = _ignore
        self.on_down: Callable[[str], None] = _ignore
        self._attached = asyncio.Event()
        self._linking = Linking(self, link, vault)
        self._lanes = Lanes(self, link, vault, self._linking, device_name)

    # ---- start ---------------------------------------------------------------------------------------------

    async def load(self, registry: Registry) -> None:
        """Read every session and begin its restoration. The registry's sessions that the database lacks come
        back.

        Raises StoreUnavailable.
        """
        lives = await self._store.read(repository.load)
        gone = await self._store.read(repository.gone)
        missing = compare({live.id: live.record for live in lives}, registry.records, gone)
        for record in missing.into_database:
            live = Live(record, self._rebuilt(record.folder is not None, Wish(record.wish)))
            await self._store.write(partial(repository.insert, live=live))
            log.warning("session.rebuilt_from_registry", session=record.name, phone=record.phone)
            lives.append(live)
        for live in lives:
            self.book.add(live)
        now = self._clock()
        for live in lives:
            self.tell(live, f.Restored(self._last_seen(live, now)))
            self._set_timer(live, now)  # also where the machine left a time of before as it was
        self._begin_restoration()
        if missing.registry_stale:
            await self.save_registry()

    async def rebuild(self, session_id: str, name: str) -> Live:
        """A session that only its folder remembers. Raises StoreUnavailable."""
        now = self._clock()
        live = Live(Record(session_id, DEFAULT_TENANT, name, Wish.UP.value, now), f.Session(since_ms=now))
        await self._store.write(partial(repository.insert, live=live))
        self.book.add(live)
        return live

    def _rebuilt(self, linked: bool, wish: Wish) -> f.Session:
        if not linked:
            return f.Session(wish=wish, since_ms=self._clock())
        state, reason = (State.CONNECTING, Reason.RESTORING)
        if wish is Wish.DOWN:
            state, reason = State.STOPPED, Reason.STOPPED_BY_OWNER
        return f.Session(state, reason, wish, f.Credentials.VALID, since_ms=self._clock())

    def _last_seen(self, live: Live, now: int) -> str:
        seen = max(live.last_connected_ms or 0, live.last_heartbeat_ms or 0)
        if not seen or now - seen <= STATE_VALIDITY_MS:
            return ""
        log.info("session.restored_from_old_state", session=live.record.name, age_s=(now - seen) // 1000)
        return f"last seen {iso(seen)}"

    def _begin_restoration(self) -> None:
        wanted = [
            live.id for live in self.book if live.session.state in (State.CONNECTING, State.RECONNECTING)
        ]
        self.restoration.begin(wanted, self._clock())

    async def run(self) -> None:
        """Keep everything, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.recorder.run())
            tasks.create_task(self._keep_heartbeats())
            tasks.create_task(self._reconcile_whenever_attached())
            await self._lanes.run(tasks)
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                # A timer or a late fact may still speak; nobody carries commands out any more.
                self._lanes.leave()

    # ---- the one way to change a session -------------------------------------------------------------------

    def tell(self, live: Live, fact: f.Fact) -> bool:
        """Something happened to a session: decide, remember, act. False if the machine did not care."""
        before, now = live.session, self._clock()
        decision = decide(before, fact, now, self._roll(), self._policy)
        if not decision.heard:
            return False
        after = live.session = decision.session
        if changed(before, after):
            self._changed(live, before, now)
        elif before != after:
            self.recorder.note(live)
        if before.wake_at_ms != after.wake_at_ms:
            self._set_timer(live, now)
        if decision.commands:
            self._lanes.put(live, decision.commands)
        self._wake(live)
        return True

    def _changed(self, live: Live, before: f.Session, now: int) -> None:
        after = live.session
        if after.state is not State.PAIRING:
            live.code = None
        if after.state.up and not before.state.up:
            live.last_connected_ms = now
        self.recorder.note(live, timeline_at_ms=now, events=[state_event(live, before.state)])
        human_needed = after.state.color is Color.RED and after.reason is not Reason.LOGGED_OUT_HERE
        log.log(
            40 if human_needed else 20,
            "session.changed",
            session=live.record.name,
            phone=live.record.phone,
            state=after.state.value,
            reason=after.reason.value,
            previous=before.state.value,
            detail=after.detail or None,
        )
        if after.state.up:
            self.restoration.connected(live.id, now)
            if not before.state.up:
                self.on_up(live.id)
            return
        if before.state.up:
            self.on_down(live.id)
        if after.state not in (State.CONNECTING, State.RECONNECTING):
            self.restoration.rests(live.id, now)

    def _set_timer(self, live: Live, now: int) -> None:
        if live.timer is not None:
            live.timer.cancel()
            live.timer = None
        wake = live.session.wake_at_ms
        if wake is not None:
            delay_s = max(0, wake - now) / 1000
            live.timer = asyncio.get_running_loop().call_later(delay_s, self._time_came, live)

    def _time_came(self, live: Live) -> None:
        live.timer = None
        if self.book.get(live.id) is not live:
            return
        if not self.tell(live, f.TimeCame()):
            self._set_timer(live, self._clock())  # the wall clock was set back meanwhile

    def _wake(self, live: Live) -> None:
        waiters, live.waiters = live.waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def changed_or_timeout(self, live: Live, timeout_s: float) -> None:
        """Return when something happens to the session, or after this time."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        live.waiters.append(waiter)
        await asyncio.wait([waiter], timeout=timeout_s)

    def forget(self, live: Live) -> None:
        """The session is deleted."""
        if live.timer is not None:
            live.timer.cancel()
        live.commands.clear()
        self.book.remove(live)
        self.restoration.rests(live.id, self._clock())

    async def save_registry(self) -> None:
        """Write the second record of every session. Raises OSError."""
        await self._vault.save_registry(lambda: [live.record for live in self.book])

    def view(self, live: Live) -> View:
        """The session as everybody outside sees it."""
        return view(live, restoring=self.restoration.waits_for(live.id))

    @property
    def now(self) -> int:
        """Milliseconds UTC, by this supervisor's clock."""
        return self._clock()

    # ---- what the engine says ------------------------------------------------------------------------------

    def engine_attached(self, identity: EngineIdentity) -> None:
        """An engine is there; it is asked what it holds."""
        self._attached.set()

    def engine_detached(self) -> None:
        """The engine, or the way to it, is gone."""
        self._attached.clear()
        self._lanes.close()
        done = self.restoration.progress.done
        for live in list(self.book):
            live.opened = False
            self.tell(live, f.EngineLost())
        if done:
            self._begin_restoration()

    def heard_facts(self, facts: Sequence[SessionFact]) -> None:
        """What happened to connections, in order."""
        for fact in facts:
            live = self.book.get(fact.session_id)
            if live is None:
                continue
            live.last_fact_ms = max(live.last_fact_ms, fact.at_ms)
            try:
                self._hear(live, fact)
            except Exception:  # one session's trouble does not cost the others their engine
                log.exception(
                    "session.fact_failed", session=live.record.name, fact=type(fact.happened).__name__
                )

    def _hear(self, live: Live, fact: SessionFact) -> None:
        match fact.happened:
            case said.Connected():
                self.tell(live, f.LinkConnected(fact.epoch))
            case said.Disconnected(reason, detail, until):
                self.tell(live, f.LinkDisconnected(fact.epoch, reason, detail, until))
            case said.PairCode(code, index, of, valid_until_ms):
                if self.tell(live, f.CodeShown(fact.epoch, index, of, valid_until_ms)):
                    self._show(live, ShownCode(code, index, of, valid_until_ms))
            case said.PairSuccess(jid, lid, _, push_name):
                # Gone from every screen now: what follows takes time, and nobody must scan a dead code.
                live.code = None
                live.link = Link(jid, lid, push_name)
                self.tell(live, f.PairingSucceeded(fact.epoch))
            case said.PairFailed(reason, detail):
                self.tell(live, f.PairingFailed(fact.epoch, reason, detail))
            case said.PushNameChanged(push_name):
                self._linking.rename(live, push_name)
            case said.OfflineDrained(count):
                log.debug("session.offline_drained", session=live.record.name, count=count)

    def _show(self, live: Live, code: ShownCode) -> None:
        live.code = code
        self.recorder.note(live, events=[SessionPairing(code.index, code.of, code.valid_until_ms)])
        self._wake(live)

    def heard_levels(self, levels: Levels) -> None:
        """The engine's periodic truth: what it holds, and by absence what it does not."""
        held = {it.session_id: it for it in levels.sessions}
        for live in list(self.book):
            if levels.at_ms <= live.last_fact_ms:
                continue  # not newer than a fact: within one millisecond nobody knows which came first
            found = held.get(live.id)
            if found is not None:
                self._hear_level(live, found, levels.at_ms)
            elif live.session.state.up:
                self._hear_closed(live, live.session.epoch, levels.at_ms)

    def _hear_level(self, live: Live, held: Held, at_ms: int) -> None:
        if held.last_frame_ms > (live.last_heartbeat_ms or 0):
            live.last_heartbeat_ms = held.last_frame_ms
        if held.level is LinkLevel.CLOSED:
            self._hear_closed(live, held.epoch, at_ms)
            return
        live.closed = None
        session = live.session
        usual = session.state is State.CONNECTED and held.level >= LinkLevel.LOGGED_IN
        if usual and held.epoch == session.epoch and not held.missed_probes:
            return
        self.tell(live, f.LevelReported(held.epoch, f.Level(held.level), held.missed_probes))

    def _hear_closed(self, live: Live, epoch: int, at_ms: int) -> None:
        """Believed when it is still so a moment later: the fact that says why is usually right behind."""
        if live.closed is None or live.closed[0] != epoch:
            live.closed = (epoch, at_ms)
        elif at_ms - live.closed[1] >= _CLOSED_FOR_MS:
            self.tell(live, f.LevelReported(epoch, f.Level.CLOSED))

    async def _keep_heartbeats(self) -> None:
        """At most one write per session and 30 s, all sessions in one transaction."""
        while True:
            await asyncio.sleep(_HEARTBEATS_EVERY_S)
            for live in self.book:
                if live.last_heartbeat_ms is not None and live.last_heartbeat_ms != live.heartbeat_saved_ms:
                    live.heartbeat_saved_ms = live.last_heartbeat_ms
                    self.recorder.note_heartbeat(live.id, live.last_heartbeat_ms)

    # ---- a fresh engine, or an old one found again ---------------------------------------------------------

    async def _reconcile_whenever_attached(self) -> None:
        while True:
            await self._attached.wait()
            identity = self._link.identity
            try:
                await self._reconcile()
            except Exception as exc:
                # The link has gone, or the engine refuses: another look in a moment, never the end of the
                # process.
                log.warning("sessions.reconcile_failed", error=str(exc), kind=type(exc).__name__)
                await asyncio.sleep(0.5)
                continue
            while self._link.identity is identity and self._attached.is_set():
                await self._lanes.closed()

    async def _reconcile(self) -> None:
        identity = self._link.identity
        held = {it.session_id: it for it in await self._link.list_held()}
        folders = await self._link.scan()
        for folder in folders:
            self._vault.learn(folder.name, folder.wrapped_key)
        present = {folder.name for folder in folders}
        adopted = await self._linking.adopt_leftovers(folders, held)
        await self._linking.adopt_orphans(folders)
        for session_id in held.keys() - {live.id for live in self.book}:
            await self._link.close(session_id)
        if self._link.identity is not identity:
            raise EngineUnreachable  # gone meanwhile; what it held is no news any more
        for live in list(self.book):
            self._reconcile_one(live, held.get(live.id), present, adopted)
        self._lanes.open()
        log.info("sessions.reconciled", sessions=len(self.book), held=len(held), folders=len(folders))

    def _reconcile_one(
        self, live: Live, held: Held | None, present: Iterable[str], adopted: set[str]
    ) -> None:
        folder = live.record.folder
        if live.id in adopted:
            return
        live.opened = held is not None and folder is not None and held.folder == folder
        if folder is not None and folder not in present:
            self._vault.forget(folder)
            self.tell(live, f.CredentialsMissed())
        level = f.Level(held.level) if held is not None else None
        self.tell(live, f.EngineAttached(held.epoch if held is not None else 0, level))
        if live.session.state is State.LOGGED_OUT and folder is not None:
            # The move was interrupted: credentials that WhatsApp no longer accepts do not stay in their
            # place.
            self._lanes.put(live, (f.QuarantineCredentials(),))
