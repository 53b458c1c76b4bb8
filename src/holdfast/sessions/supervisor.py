"""The sessions room at work: roster, lanes and ears, put together and kept running."""

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from holdfast.engine import EngineIdentity, Folder, Levels, SessionFact
from holdfast.kit.clock import Clock, SteadyClock
from holdfast.model.errors import HoldfastError, UnknownSession
from holdfast.model.ids import SessionId, TenantId
from holdfast.model.policy import DEFAULT_POLICY, Policy
from holdfast.model.reasons import Reason
from holdfast.model.states import Desired, State
from holdfast.sessions import facts as f
from holdfast.sessions import repository
from holdfast.sessions.blame import Blame
from holdfast.sessions.exporting import Exporting
from holdfast.sessions.habits import Habits
from holdfast.sessions.hearing import Hearing
from holdfast.sessions.importing import Importing
from holdfast.sessions.lanes import Lanes
from holdfast.sessions.leftovers import Leftovers
from holdfast.sessions.linking import Linking
from holdfast.sessions.loading import load
from holdfast.sessions.quarantine import Quarantine
from holdfast.sessions.reconciling import Reconciling
from holdfast.sessions.recorder import Recorder
from holdfast.sessions.repairing import Repairing
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Runtime
from holdfast.sessions.safekeeping import Safekeeping
from holdfast.sessions.scout import Scout
from holdfast.sessions.seam import Credentials, Engine
from holdfast.sessions.unlinking import Unlinking
from holdfast.sessions.warnings import Warnings
from holdfast.sessions.watching import Watching
from holdfast.sessions.ways import Ways
from holdfast.store import Store
from holdfast.vault import Record, Registry, Snapshots, Vault

#: As often as the engine tells levels.
_LOOK_EVERY_S: Final = 5.0


class Supervisor:
    """Keeps every session of this gateway. Its callbacks take what the engine's link says."""

    def __init__(
        self,
        *,
        store: Store,
        recorder: Recorder,
        link: Engine,
        vault: Vault,
        home: TenantId,
        device_name: str = "Holdfast",
        policy: Policy = DEFAULT_POLICY,
        clock: SteadyClock | None = None,
        deletion_clock: Clock | None = None,
        roll: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self.roster = Roster(store, recorder, vault, policy=policy, clock=clock, roll=roll)
        self.unlinking = Unlinking(self.roster, store, link, vault)
        self.snapshots = Snapshots(vault, link.credentials, lambda: self.roster.clock.wall_ms)
        linking = Linking(self.roster, link, vault, self.unlinking, self.snapshots)
        self._link, self._vault = link, vault
        self._repairing = repairing = Repairing(self.roster, link, vault, self.snapshots, linking)
        self.quarantine = Quarantine(
            self.roster,
            store,
            link,
            vault,
            linking=linking,
            unlinking=self.unlinking,
            home=home,
            clock=deletion_clock or (lambda: self.roster.clock.wall_ms),
        )
        self.safekeeping = Safekeeping(
            self.roster,
            link,
            vault,
            self.snapshots,
            linking=linking,
            quarantine=self.quarantine,
            repairing=repairing,
        )
        self.importing = Importing(self.roster, link, vault, linking, self.quarantine)
        self.exporting = Exporting(self.roster, link, vault, linking)
        leftovers = Leftovers(self.roster, link, vault, self.snapshots, linking=linking, home=home)
        blame, self._scout = Blame(), Scout(self.roster, link)
        self.ways = Ways(self.roster, link)
        self._lanes = Lanes(
            self.roster,
            link,
            vault,
            linking,
            leftovers,
            repairing=repairing,
            ways=self.ways,
            blame=blame,
            scout=self._scout,
            device_name=device_name,
        )
        self._hearing = Hearing(self.roster, linking, self.safekeeping)
        warnings = Warnings(self.roster)
        self.watching = Watching(self.roster, warnings)
        self.habits = Habits(self.roster, store, warnings)
        self.roster.on_changed = self.watching.changed
        self._reconciling = Reconciling(
            self.roster, link, vault, leftovers, self.snapshots, lanes=self._lanes, blame=blame
        )

    # ---- for the doctor ------------------------------------------------------------------------------------

    @property
    def engine(self) -> EngineIdentity | None:
        """The engine of the moment."""
        return self._link.identity

    @property
    def files(self) -> Credentials:
        """What it does with session files."""
        return self._link.credentials

    @property
    def server_ahead_ms(self) -> int | None:
        """How far WhatsApp's clock was ahead of this machine's at the newest login that told."""
        return self._hearing.server_ahead_ms

    async def scan(self) -> Sequence[Folder]:
        """Every folder under sessions/; their keys are known afterwards. Raises EngineUnreachable."""
        folders = await self._link.scan()
        for folder in folders:
            self._vault.learn(folder.name, folder.wrapped_key)
        return folders

    async def replace_credentials(self, session_id: SessionId, cause: HoldfastError) -> None:
        """Put the newest good snapshot in the place of a session's file; it is connected if that is wished.

        Raises `cause` when there is none.
        """
        runtime = self.roster.index.get(session_id)
        if runtime is None:
            raise UnknownSession
        if runtime.session.state.up:  # its lane does it
            runtime.doubtful = True
            self.roster.tell(runtime, f.CredentialsMissed(Reason.FILE_CORRUPT))
            return
        await self._repairing.replace(runtime, cause)
        if runtime.session.desired is Desired.UP and self.roster.acting:
            self.roster.tell(runtime, f.ConnectAsked())

    def look_at(self, records: Iterable[Record]) -> None:
        """Know these sessions without restoring them: somebody only wants to look."""
        for record in records:
            session = f.Session(credentials=repository.credentials(State.STOPPED, record))
            self.roster.take(Runtime(record, session))

    async def load(self, registry: Registry) -> None:
        """Read every session and begin its restoration. Raises StoreUnavailable."""
        await load(self.roster, self._store, registry)
        await self.unlinking.load()

    async def run(self) -> None:
        """Keep everything until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.roster.recorder.run())
            tasks.create_task(self._watch())
            tasks.create_task(self.habits.run())
            tasks.create_task(self._reconciling.run())
            tasks.create_task(self.unlinking.run())
            tasks.create_task(self._scout.run())
            tasks.create_task(self.safekeeping.run())
            await self._lanes.run(tasks)
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                # A timer or a late fact may still speak; nobody carries commands out any more.
                self._lanes.leave()

    async def _watch(self) -> None:
        await self.watching.remember(self._store)
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            self.watching.look()

    # ---- what the engine's link says -----------------------------------------------------------------------

    def engine_attached(self, identity: EngineIdentity) -> None:
        """An engine is there."""
        self._reconciling.attached(identity)

    def engine_detached(self) -> None:
        """The engine, or the way to it, is gone."""
        self._reconciling.detached()
        self.safekeeping.detached()

    def heard_facts(self, facts: Sequence[SessionFact]) -> None:
        """What happened to connections, in order."""
        self._hearing.facts(facts)

    def heard_levels(self, levels: Levels) -> None:
        """The engine's periodic truth."""
        self._hearing.levels(levels)
