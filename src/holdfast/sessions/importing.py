"""A number moves in: its credentials come from another program's folder or database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from holdfast.engine import Device
from holdfast.engine.answers import FileKey
from holdfast.kit import logging
from holdfast.model.errors import FileCorrupt, FileNewer, HoldfastError, SourceInUse, SourceUnusable
from holdfast.sessions import facts as f
from holdfast.sessions.linking import Linking
from holdfast.sessions.quarantine import Quarantine
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Runtime
from holdfast.sessions.seam import Engine
from holdfast.vault import SERVER_SOURCES, Away, Source, Vault

log = logging.get("sessions")

#: How every refusal of the engine begins.
_REFUSED: Final = "The engine refused: "


class Importing:
    """Takes credentials in. The source is only read."""

    def __init__(
        self, roster: Roster, link: Engine, vault: Vault, linking: Linking, quarantine: Quarantine
    ) -> None:
        self._roster, self._link, self._vault = roster, link, vault
        self._linking, self._quarantine = linking, quarantine

    async def take(self, runtime: Runtime, source: Source) -> None:
        """Make the session's folder of a source, and connect.

        Killed in between, the folder gives the session back at the next start. Raises SourceUnusable,
        SourceInUse while the other program runs, AlreadyLinked while the session or the number has
        credentials, and what the engine refuses.
        """
        if source.used_by:
            raise SourceInUse(f"{source.used_by} still uses these credentials")
        async with self._linking.hold(source.number):
            self._quarantine.must_be_free(runtime, source.number)
            key, wrapped = self._vault.new_key(runtime.id)
            async with _within_reach(source) as path:
                device, folder = await self._imported(path, source, FileKey(key.key, wrapped))
            self._vault.learn(folder, wrapped)
            await self._unless_taken(runtime, folder)
            record = replace(
                runtime.record,
                folder=folder,
                phone=folder,
                jid=device.jid,
                lid=device.lid or None,
                push_name=device.push_name or source.push_name or None,
            )
            self._roster.index.rewrite(runtime, record)
            await self._linking.keep(runtime)
        log.warning("session.imported", session=runtime.name, phone=folder, kind=source.kind.value)
        self._roster.tell(runtime, f.CredentialsAdopted())

    async def _unless_taken(self, runtime: Runtime, folder: str) -> None:
        """It was deleted or linked meanwhile: the copy leaves, and its device stays the other program's."""
        try:
            self._quarantine.must_be_free(runtime, folder, ours=True)
        except HoldfastError:
            await self._linking.put_away(runtime, folder, Away.REFUSED)
            raise

    async def _imported(self, path: str, source: Source, under: FileKey) -> tuple[Device, str]:
        """What the engine says of the source, said of the source: it speaks of session files elsewhere."""
        try:
            return await self._link.credentials.import_device(path, source.jid, source.number, under)
        except FileNewer as exc:
            raise SourceUnusable(
                "It was written by a newer whatsmeow than this version of Holdfast knows",
                next_step="Update Holdfast, then import it.",
            ) from exc
        except FileCorrupt as exc:
            raise SourceUnusable(
                f"It is not whole, or its keys do not belong together ({exc.message.removeprefix(_REFUSED)})",
                next_step="End its program, then copy it again, as a whole.",
            ) from exc


@asynccontextmanager
async def _within_reach(source: Source) -> AsyncIterator[str]:
    """A path where the engine finds it, as long as the block runs. Raises SourceUnusable."""
    if not source.place.startswith(SERVER_SOURCES):
        yield source.place
        return
    from holdfast.vault import rows  # the driver is loaded where it is needed

    async with rows.handed_over(source.place, source.jid) as socket:
        yield socket
