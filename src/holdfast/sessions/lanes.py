"""Carries commands out: one lane per session, in order, all sessions at once, under the governor.

A lane is closed while no engine is reconciled; what waits in it meanwhile is looked at again when it opens.
"""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Final

from holdfast.engine import Device
from holdfast.kit import logging
from holdfast.kit.backoff import backoff
from holdfast.model.errors import (
    Busy,
    EngineUnreachable,
    FileCorrupt,
    FileForeign,
    FolderMissing,
    HoldfastError,
    NotOpen,
    StoreUnavailable,
    WrongFileKey,
)
from holdfast.model.reasons import Reason
from holdfast.model.states import ACTIVE, State
from holdfast.sessions import commands as c
from holdfast.sessions import facts as f
from holdfast.sessions.blame import Blame
from holdfast.sessions.governor import Governor
from holdfast.sessions.leftovers import Leftovers
from holdfast.sessions.linking import Linking
from holdfast.sessions.repairing import REPLACEABLE, Repairing
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import FileState, Pairing, Runtime
from holdfast.sessions.scout import Scout
from holdfast.sessions.seam import Engine
from holdfast.sessions.ways import Ways, why_not
from holdfast.vault import KeyFileDamaged, Vault, WrongMasterKey, number_of

log = logging.get("sessions")

_LOOKS_FOR_ITS_TURN_EVERY_S: Final = 0.5

_KEY_TROUBLE: Final = (WrongMasterKey, KeyFileDamaged, WrongFileKey, FileCorrupt, FolderMissing)


class Lanes:
    """Commands on their way to the engine."""

    def __init__(
        self,
        roster: Roster,
        link: Engine,
        vault: Vault,
        linking: Linking,
        leftovers: Leftovers,
        *,
        repairing: Repairing,
        ways: Ways,
        blame: Blame,
        scout: Scout,
        device_name: str,
    ) -> None:
        self._roster, self._link, self._vault, self._ways = roster, link, vault, ways
        self._linking, self._leftovers, self._repairing = linking, leftovers, repairing
        self._device_name = device_name
        policy = roster.policy
        self._governor = Governor(policy.connects_at_once, policy.connects_per_s)
        self._blame, self._scout = blame, scout
        self._open = asyncio.Event()
        self._shut = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._early: list[Runtime] = []
        roster.on_commands = self.put

    async def run(self, tasks: asyncio.TaskGroup) -> None:
        """Lanes live in this group from now on."""
        self._tasks = tasks
        for runtime in self._early:
            self._begin(runtime)
        self._early.clear()

    def leave(self) -> None:
        """The group ends: commands are kept, not begun. The next gateway reconciles."""
        self._tasks = None

    def open(self) -> None:
        """An engine is reconciled."""
        self._roster.acting = True
        self._shut.clear()
        self._open.set()

    def close(self) -> None:
        """No engine."""
        self._roster.acting = False
        self._open.clear()
        self._shut.set()

    async def closed(self) -> None:
        """Return when the lanes are closed (again)."""
        await self._shut.wait()

    def put(self, runtime: Runtime, commands: Iterable[c.Command]) -> None:
        """Queue commands of one session."""
        runtime.commands.extend(commands)
        if self._tasks is None:
            self._early.append(runtime)
        else:
            self._begin(runtime)

    def _begin(self, runtime: Runtime) -> None:
        if self._tasks is not None and runtime.lane is None:
            runtime.lane = self._tasks.create_task(self._walk(runtime))

    async def _walk(self, runtime: Runtime) -> None:
        try:
            while runtime.commands:
                if not self._open.is_set():
                    await self._open.wait()
                    continue  # what waited may have been taken back meanwhile
                await self._carry_out_contained(runtime, runtime.commands.pop(0))
        finally:
            runtime.lane = None

    async def _carry_out_contained(self, runtime: Runtime, command: c.Command) -> None:
        """One session's trouble stays its own."""
        try:
            await self._carry_out(runtime, command)
        except EngineUnreachable:
            pass  # reconciled when the engine is back
        except HoldfastError as exc:
            log.warning(
                "session.command_refused", session=runtime.name, command=_name(command), error=str(exc)
            )
        except Exception:
            log.exception("session.command_failed", session=runtime.name, command=_name(command))

    async def _carry_out(self, runtime: Runtime, command: c.Command) -> None:
        match command:
            case c.ConnectSession(epoch):
                await self._connect(runtime, epoch)
            case c.DisconnectSession():
                if runtime.file is FileState.OPEN:
                    await self._link.disconnect(runtime.id)
            case c.CloseFile():
                await self._close_file(runtime)
            case c.PutBackSnapshot(name):
                await self._repairing.put_back(runtime, name)
            case c.StartPairing(epoch):
                await self._pair(runtime, epoch)
            case c.AskForCode(epoch, phone):
                self._ask_for_code(runtime, epoch, phone)
            case c.CancelPairing():
                await self._link.cancel_pair(runtime.id)
            case c.AdoptCredentials():
                await self._adopt(runtime)
            case c.GiveUpLink():
                await self._linking.give_up(runtime)
            case c.GiveUpScratch():
                await self._linking.give_up_scratch(runtime)
            case c.QuarantineCredentials():
                await self._linking.quarantine(runtime)
            case c.ForgetSession():
                await self._forget(runtime)

    # ---- connect -------------------------------------------------------------------------------------------

    async def _connect(self, runtime: Runtime, epoch: int) -> None:
        wanted = partial(_still_wanted, runtime, epoch)
        await self._scout.passed(runtime, wanted)
        if not wanted():
            return
        loop = asyncio.get_running_loop()
        turn_s = loop.time() + self._governor.take(loop.time())
        while (left_s := turn_s - loop.time()) > 0 and wanted():
            await self._roster.changed_or_timeout(runtime, left_s)
        if not wanted():
            return
        if runtime.session.reason is Reason.CRASHES_ENGINE:
            self._blame.suspect(runtime.id)
        while not self._blame.may_connect(runtime.id, self._roster.now):
            await self._roster.changed_or_timeout(runtime, _LOOKS_FOR_ITS_TURN_EVERY_S)
            if not _still_wanted(runtime, epoch):
                return
        try:
            await self._dial(runtime, epoch)
        except HoldfastError as exc:
            self._roster.tell(runtime, f.ConnectRefused(epoch, exc.session_reason, exc.message))

    async def _dial(self, runtime: Runtime, epoch: int) -> None:
        """Begin the attempt: facts and levels of this epoch tell the rest."""
        if runtime.doubtful:
            await self._repairing.check(runtime)
        if runtime.file is FileState.OPEN:
            try:
                await self._link.connect(runtime.id, epoch)
                return
            except NotOpen:  # the engine had closed it
                runtime.file = FileState.CLOSED
            except FileCorrupt:  # found while the device was read again: opening tells more
                await self._close_file(runtime)
        await self._open_file(runtime)
        await self._link.connect(runtime.id, epoch)

    async def _open_file(self, runtime: Runtime) -> None:
        try:
            device = await self._opened(runtime)
        except REPLACEABLE as exc:
            await self._repairing.replace(runtime, exc)
            device = await self._opened(runtime)
        runtime.file = FileState.OPEN
        self._linking.opened(runtime, device)

    async def _opened(self, runtime: Runtime) -> Device:
        """The device in the session's file, which is open now. Raises what is wrong with the file."""
        folder = runtime.record.folder or ""
        try:
            device = await self._link.open(runtime.id, folder, self._vault.key_of(folder).key)
        except _KEY_TROUBLE:
            # session.key may be another one by now: it is read again before anything is blamed.
            if not await self._linking.look_again(folder):
                raise
            device = await self._link.open(runtime.id, folder, self._vault.key_of(folder).key)
        if device.jid and runtime.record.phone and number_of(device.jid) != runtime.record.phone:
            await self._close_file(runtime)
            raise FileForeign(f"sessions/{folder} holds the file of +{number_of(device.jid)}")
        return device

    async def _close_file(self, runtime: Runtime) -> None:
        await self._link.close(runtime.id)
        runtime.file = FileState.CLOSED

    # ---- adopt and forget ----------------------------------------------------------------------------------

    async def _adopt(self, runtime: Runtime) -> None:
        try:
            await self._linking.adopt(runtime)
        except EngineUnreachable:
            raise  # the scratch folder tells the next engine
        except HoldfastError as exc:
            self._roster.tell(runtime, f.AdoptionRefused(exc.message))

    async def _forget(self, runtime: Runtime) -> None:
        attempt = 0
        while True:
            try:
                await self._roster.forget(runtime)
                await self._roster.save_registry()
                return
            except (StoreUnavailable, OSError) as exc:
                log.error("session.not_forgotten_yet", session=runtime.name, error=str(exc))
            await asyncio.sleep(backoff(attempt, base_s=0.25, cap_s=5.0, roll=0.5))
            attempt += 1

    # ---- pair ----------------------------------------------------------------------------------------------

    def _ask_for_code(self, runtime: Runtime, epoch: int, phone: str) -> None:
        """Beside the lane: the answer may take as long as a code, and cancelling must not wait for it."""
        if self._tasks is not None and self._ways.code_wanted(runtime, epoch, phone):
            self._tasks.create_task(self._ways.ask_for_code(runtime, epoch, phone))

    async def _pair(self, runtime: Runtime, epoch: int) -> None:
        if runtime.session.epoch != epoch or runtime.session.state is not State.PAIRING:
            return
        key, wrapped = self._vault.new_key(runtime.id)
        runtime.pairing = Pairing(wrapped)
        try:
            if runtime.file is FileState.OPEN:
                await self._close_file(runtime)  # the old file, on its way to quarantine
            await self._link.pair(runtime.id, epoch, key.key, wrapped, self._device_name, passkey=True)
        except HoldfastError as exc:
            if isinstance(exc, Busy) and await self._leftovers.adopt_scratch(runtime):
                return
            self._roster.tell(runtime, f.ConnectRefused(epoch, why_not(exc), exc.message))


def _still_wanted(runtime: Runtime, epoch: int) -> bool:
    session = runtime.session
    return session.epoch == epoch and session.state in ACTIVE and session.in_flight


def _name(command: c.Command) -> str:
    return type(command).__name__
