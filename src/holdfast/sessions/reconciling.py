"""An engine comes, new or found again: what it holds, what lies on the disk and what is wanted meet."""

import asyncio
from collections.abc import Iterable
from typing import Final

from holdfast.engine import EngineIdentity, Held
from holdfast.kit import logging
from holdfast.model.errors import EngineUnreachable, HoldfastError
from holdfast.model.ids import SessionId
from holdfast.sessions import facts as f
from holdfast.sessions.blame import Blame
from holdfast.sessions.lanes import Lanes
from holdfast.sessions.leftovers import Leftovers
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import FileState, Runtime
from holdfast.sessions.seam import Engine
from holdfast.vault import Snapshots, Vault

log = logging.get("sessions")

_LOOKS_AGAIN_AFTER_S: Final = 0.5


class Reconciling:
    """Opens the lanes when an engine is reconciled, closes them when it goes."""

    def __init__(
        self,
        roster: Roster,
        link: Engine,
        vault: Vault,
        leftovers: Leftovers,
        snapshots: Snapshots,
        *,
        lanes: Lanes,
        blame: Blame,
    ) -> None:
        self._roster, self._link, self._vault = roster, link, vault
        self._leftovers, self._snapshots = leftovers, snapshots
        self._lanes, self._blame = lanes, blame
        #: The engine of before, and whom it dealt with last.
        self._engine_id, self._last = "", list[SessionId]()
        self._attached = asyncio.Event()

    def attached(self, identity: EngineIdentity) -> None:
        """An engine is there; it is asked what it holds. Another one than before: that one has died."""
        if self._engine_id not in ("", identity.engine_id) and self._last:
            self._find_culprit()
        self._engine_id = identity.engine_id
        self._attached.set()

    def _find_culprit(self) -> None:
        culprit = self._blame.died(self._roster.now, self._last)
        log.warning("sessions.engine_died", dealt_with_last=len(self._last), culprit=culprit)
        runtime = None if culprit is None else self._roster.index.get(culprit)
        if runtime is not None:
            self._roster.tell(runtime, f.EngineCrashed())

    def detached(self) -> None:
        """The engine, or the way to it, is gone."""
        self._attached.clear()
        self._lanes.close()
        self._last = list(self._link.last_dealt_with())  # the next engine begins a new file
        done = self._roster.restoration.progress.done
        for runtime in list(self._roster.index):
            runtime.file, runtime.last_fact, runtime.closing = FileState.CLOSED, 0, None
            self._roster.tell(runtime, f.EngineLost())
        if done:
            self._roster.begin_restoration()

    async def run(self) -> None:
        """Reconcile every engine that comes until it is cancelled."""
        while True:
            await self._attached.wait()
            identity = self._link.identity
            try:
                await self._reconcile()
            except Exception as exc:
                # The link has gone, or the engine refuses: another look in a moment, never the end of the
                # process.
                log.warning("sessions.reconcile_failed", error=str(exc), kind=type(exc).__name__)
                await asyncio.sleep(_LOOKS_AGAIN_AFTER_S)
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
        await self._look_at_snapshots()
        adopted = await self._leftovers.adopt_scratch_folders(folders, held)
        await self._leftovers.adopt_orphans(folders)
        await self._leftovers.adopt_snapshots()
        for session_id in held.keys() - {runtime.id for runtime in self._roster.index}:
            await self._link.close(session_id)
        if self._link.identity is not identity:
            raise EngineUnreachable  # gone meanwhile; what it held is no news any more
        for runtime in list(self._roster.index):
            if runtime.id not in adopted:
                self._reconcile_one(runtime, held.get(runtime.id), present)
        self._lanes.open()
        log.info(
            "sessions.reconciled", sessions=len(self._roster.index), held=len(held), folders=len(folders)
        )

    async def _look_at_snapshots(self) -> None:
        try:
            await self._snapshots.look()
        except EngineUnreachable:
            raise
        except HoldfastError as exc:  # an older engine; it gives way at the next quiet moment
            log.warning("sessions.snapshots_unknown", error=exc.message)

    def _reconcile_one(self, runtime: Runtime, held: Held | None, present: Iterable[str]) -> None:
        folder = runtime.record.folder
        is_open = held is not None and folder is not None and held.folder == folder
        runtime.file = FileState.OPEN if is_open else FileState.CLOSED
        if folder is not None and folder not in present:
            self._vault.forget(folder)  # connecting finds it missing, and looks for a snapshot
        epoch, level = (held.epoch, held.level) if held is not None else (0, None)
        self._roster.tell(runtime, f.EngineAttached(epoch, level))
