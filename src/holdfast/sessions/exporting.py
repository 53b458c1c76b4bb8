"""A number moves out: what is kept of it becomes a database that whatsmeow alone reads."""

import asyncio
from pathlib import Path
from typing import Final

from holdfast.kit import logging
from holdfast.model.errors import Busy, CredentialsUnusable, EngineUnreachable, RequestInvalid
from holdfast.model.states import Desired
from holdfast.sessions import facts as f
from holdfast.sessions.linking import Linking
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import FileState, Runtime
from holdfast.sessions.seam import Engine
from holdfast.vault import Vault

log = logging.get("sessions")

#: What is on its way to the engine is carried out by then.
_RESTS_WITHIN_S: Final = 30.0


class Exporting:
    """Writes databases for other programs. Nothing of the session's own file changes."""

    def __init__(self, roster: Roster, link: Engine, vault: Vault, linking: Linking) -> None:
        self._roster, self._link, self._vault, self._linking = roster, link, vault, linking

    def check(self, runtime: Runtime, target: Path) -> None:
        """Raises CredentialsUnusable for a session that has none, RequestInvalid for a place where no new
        file can be, EngineUnreachable.
        """
        if runtime.session.credentials is not f.Credentials.VALID or runtime.record.folder is None:
            raise CredentialsUnusable(
                "There is nothing to export: the session is not linked, or was logged out",
                next_step="See holdfast status.",
            )
        if target.exists() or target.is_symlink():
            raise RequestInvalid(f"Something lies at {target}", next_step="Name a file that is not there.")
        if not target.parent.is_dir():
            raise RequestInvalid(f"There is no folder {target.parent}", next_step="Make it, then try again.")
        if not self._roster.acting:
            raise EngineUnreachable

    async def write(self, runtime: Runtime, target: Path) -> None:
        """Write a new database at `target`. The session must have been stopped: what it would receive
        meanwhile would be missing there.

        Raises Busy where somebody connects it meanwhile, and what the engine refuses; nothing lies at
        `target` then.
        """
        await self._rests(runtime)
        folder = runtime.record.folder or ""
        async with self._linking.hold(folder):
            await self._link.close(runtime.id)
            runtime.file = FileState.CLOSED
            key = self._vault.key_of(folder).key
            await self._link.credentials.export_device(folder, key, str(target))
        if runtime.session.desired is not Desired.DOWN:
            await asyncio.to_thread(target.unlink, missing_ok=True)
            raise Busy("It was connected while it was exported", next_step="Stop it, then export it again.")
        log.warning("session.exported", session=runtime.name, phone=runtime.record.phone)

    async def _rests(self, runtime: Runtime) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + _RESTS_WITHIN_S
        while runtime.commands or runtime.lane is not None:
            if loop.time() >= until:
                raise Busy("It does not come to rest")
            await self._roster.changed_or_timeout(runtime, 0.05)
