"""Carries commands out: one lane per session, in order, all sessions at once, under the governor.

A lane is closed while no engine is reconciled; what waits in it meanwhile is looked at anew when it opens.
"""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from holdfast.engine import EngineLink
from holdfast.kit import logging
from holdfast.model.errors import (
    CommandRefused,
    EngineStorageFailed,
    EngineUnreachable,
    HoldfastError,
)
from holdfast.model.reasons import Reason
from holdfast.model.states import ACTIVE, State
from holdfast.sessions import facts as f
from holdfast.sessions.governor import Governor
from holdfast.sessions.linking import Linking
from holdfast.sessions.live import Live
from holdfast.vault import KeyFileDamaged, Vault, WrongMasterKey

if TYPE_CHECKING:
    from holdfast.sessions.supervisor import Supervisor

log = logging.get("sessions")

_REFUSALS: Final = {
    "wrong_key": Reason.WRONG_KEY,
    "file_corrupt": Reason.FILE_CORRUPT,
    "folder_missing": Reason.FOLDER_MISSING,
}


class Lanes:
    """Commands on their way to the engine."""

    def __init__(
        self, supervisor: "Supervisor", link: EngineLink, vault: Vault, linking: Linking, device_name: str
    ) -> None:
        self._supervisor, self._link, self._vault = supervisor, link, vault
        self._linking, self._device_name = linking, device_name
        self._governor = Governor()
        self._open = asyncio.Event()
        self._shut = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._early: list[Live] = []

    async def run(self, tasks: asyncio.TaskGroup) -> None:
        """Lanes live in this group from now on."""
        self._tasks = tasks
        for live in self._early:
            self._begin(live)
        self._early.clear()

    def leave(self) -> None:
        """The group ends: commands are kept, not begun. The next gateway reconciles."""
        self._tasks = None

    def open(self) -> None:
        """An engine is reconciled."""
        self._shut.clear()
        self._open.set()

    def close(self) -> None:
        """No engine."""
        self._open.clear()
        self._shut.set()

    async def closed(self) -> None:
        """Return when the lanes are closed (again)."""
        await self._shut.wait()

    def put(self, live: Live, commands: Iterable[f.Command]) -> None:
        """Queue commands of one session."""
        live.commands.extend(commands)
        if self._tasks is None:
            self._early.append(live)
        elif live.lane is None:
            self._begin(live)

    def _begin(self, live: Live) -> None:
        if self._tasks is not None and live.lane is None:
            live.lane = self._tasks.create_task(self._walk(live))

    async def _walk(self, live: Live) -> None:
        try:
            while live.commands:
                await self._open.wait()
                await self._carry_out_contained(live, live.commands.popleft())
        finally:
            live.lane = None

    async def _carry_out_contained(self, live: Live, command: f.Command) -> None:
        """One session's trouble stays its own."""
        try:
            await self._carry_out(live, command)
        except EngineUnreachable:
            pass  # reconciled when the engine is back
        except HoldfastError as exc:
            log.warning(
                "session.command_refused", session=live.record.name, command=_name(command), error=str(exc)
            )
        except Exception:
            log.exception("session.command_failed", session=live.record.name, command=_name(command))

    async def _carry_out(self, live: Live, command: f.Command) -> None:
        match command:
            case f.ConnectSession(epoch):
                await self._connect(live, epoch)
            case f.DisconnectSession():
                if live.opened:
                    await self._link.disconnect(live.id)
            case f.StartPairing(epoch):
                await self._pair(live, epoch)
            case f.CancelPairing():
                await self._link.cancel_pair(live.id)
            case f.AdoptCredentials():
                await self._linking.adopt_fresh(live)
            case f.UnlinkDevice():
                await self._link.logout(live.id)
            case f.QuarantineCredentials():
                await self._linking.quarantine(live)

    # ---- connect -------------------------------------------------------------------------------------------

    async def _connect(self, live: Live, epoch: int) -> None:
        if not _still_wanted(live, epoch):
            return
        wait_s = self._governor.take(asyncio.get_running_loop().time())
        if wait_s > 0:
            await asyncio.sleep(wait_s)
            if not _still_wanted(live, epoch):
                return
        reason, detail = await self._try_connect(live, epoch)
        if reason is not None:
            self._supervisor.tell(live, f.ConnectRefused(epoch, reason, detail))

    async def _try_connect(self, live: Live, epoch: int) -> tuple[Reason | None, str]:
        """Open and dial. None: the attempt has begun."""
        try:
            if not live.opened:
                await self._open_file(live)
            try:
                await self._link.connect(live.id, epoch)
            except CommandRefused as exc:
                if exc.error_code != "unknown_session":
                    raise
                await self._open_file(live)  # the engine had closed it
                await self._link.connect(live.id, epoch)
        except KeyError:
            return Reason.FOLDER_MISSING, ""
        except WrongMasterKey as exc:
            return Reason.WRONG_KEY, exc.message
        except KeyFileDamaged as exc:
            return Reason.FILE_CORRUPT, exc.message
        except EngineUnreachable:
            return Reason.ENGINE_DOWN, ""
        except EngineStorageFailed as exc:
            return Reason.STORAGE_FAILED, exc.message
        except CommandRefused as exc:
            return _REFUSALS.get(exc.error_code, Reason.CRASHED), exc.message
        return None, ""

    async def _open_file(self, live: Live) -> None:
        folder = live.record.folder or ""
        device = await self._link.open(live.id, folder, self._vault.key_of(folder).key)
        live.opened = True
        self._linking.opened(live, device)

    # ---- pair ----------------------------------------------------------------------------------------------

    async def _pair(self, live: Live, epoch: int) -> None:
        if live.session.epoch != epoch or live.session.state is not State.PAIRING:
            return
        key, wrapped = self._vault.new_key(live.id)
        live.pairing_key = wrapped
        try:
            if live.opened:
                await self._link.close(live.id)  # the old file, on its way to quarantine
                live.opened = False
            await self._link.pair(live.id, epoch, key.key, wrapped, self._device_name)
        except CommandRefused as exc:
            if exc.error_code == "busy" and await self._linking.adopt_scratch(live):
                return
            self._supervisor.tell(live, f.ConnectRefused(epoch, Reason.PAIRING_UNREACHABLE, exc.message))
        except HoldfastError as exc:
            self._supervisor.tell(live, f.ConnectRefused(epoch, Reason.PAIRING_UNREACHABLE, exc.message))


def _still_wanted(live: Live, epoch: int) -> bool:
    return live.session.epoch == epoch and live.session.state in ACTIVE and live.session.in_flight


def _name(command: f.Command) -> str:
    return type(command).__name__
