"""From a scanned code to credentials in their place, and from there to quarantine. Nothing is ever deleted.

The order survives a crash at every step: both records first, then the folder's name. A scratch folder that
holds a device is found at the next start, and adopted: the phone already counts it as linked.
"""

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import Final

from holdfast.engine import Device
from holdfast.kit import logging
from holdfast.kit.backoff import backoff
from holdfast.kit.ids import new_id
from holdfast.model.address import bare_user
from holdfast.model.errors import EngineUnreachable, FolderMissing, HoldfastError
from holdfast.model.events import SessionPairing
from holdfast.model.reasons import Reason
from holdfast.sessions import facts as f
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import FileState, Link, Runtime
from holdfast.sessions.seam import Engine
from holdfast.vault import Vault

log = logging.get("sessions")

SCRATCH: Final = ".pairing-"


class Linking:
    """Moves credentials, and records where they are."""

    def __init__(self, roster: Roster, link: Engine, vault: Vault) -> None:
        self._roster, self._link, self._vault = roster, link, vault
        #: Whoever moves a number's folder holds its lock.
        self._numbers: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    # ---- adoption ------------------------------------------------------------------------------------------

    async def adopt(self, runtime: Runtime) -> None:
        """The phone has just scanned this session's code."""
        pairing = runtime.pairing
        if pairing is None or pairing.link is None:
            return
        self._vault.learn(SCRATCH + runtime.id, pairing.wrapped_key)
        self._roster.remember(runtime, SessionPairing(ended=Reason.LINKED.value))
        await self.place(runtime, pairing.link)

    async def place(self, runtime: Runtime, link: Link) -> Runtime | None:
        """Record the link twice, move its folder, say CredentialsAdopted to the session that owns the number.

        That may be another session. None when the number belongs to another tenant: the new credentials go to
        quarantine.
        """
        phone = user_of(link.jid)
        async with self._numbers[phone]:  # one phone may scan the codes of two sessions at once
            return await self._place(runtime, link, phone)

    async def _place(self, runtime: Runtime, link: Link, phone: str) -> Runtime | None:
        if runtime.deleted:
            return None  # what its pairing brought is given up by the next command of its lane
        scratch = SCRATCH + runtime.id
        target = self._roster.index.with_phone(phone) or runtime
        if target.deleted and target is not runtime:
            await self._leave(target)
            target = runtime
        if target.record.tenant_id != runtime.record.tenant_id:
            await self._to_quarantine(runtime, scratch)
            self._refuse(runtime, Reason.NUMBER_TAKEN)
            return None
        for folder in {target.record.folder, phone} - {None}:
            if folder is not None and self._vault.has(folder):
                await self._to_quarantine(target, folder)
        if self._vault.has(scratch):
            self._vault.learn(phone, self._vault.wrapped(scratch))
        await self._rewrite(target, link, phone)
        await self._link.adopt(runtime.id, phone)
        self._vault.forget(scratch)
        runtime.pairing = None
        runtime.file = target.file = FileState.CLOSED
        if target is not runtime:
            log.warning("session.number_renewed", session=target.name, asked_by=runtime.name)
            self._refuse(runtime, Reason.NUMBER_RENEWED_ELSEWHERE, target.name)
        self._roster.tell(target, f.CredentialsAdopted())
        return target

    async def _rewrite(self, target: Runtime, link: Link, phone: str) -> None:
        record = replace(
            target.record,
            folder=phone,
            phone=phone,
            jid=link.jid,
            lid=link.lid or target.record.lid,
            push_name=link.push_name or target.record.push_name,
        )
        self._roster.index.rewrite(target, record)
        await self.keep(target)

    def _refuse(self, runtime: Runtime, reason: Reason, detail: str = "") -> None:
        self._roster.tell(runtime, f.PairingFailed(runtime.session.epoch, reason, detail))

    async def keep(self, runtime: Runtime) -> None:
        """Both records, durable, before anything moves.

        A full disk is waited out: the phone counts us as linked.
        """
        self._roster.remember(runtime)
        attempt = 0
        while True:
            try:
                await self._roster.save_registry()
                break
            except OSError as exc:
                log.error("session.registry_not_written", session=runtime.name, error=str(exc))
            await asyncio.sleep(backoff(attempt, base_s=0.5, cap_s=5.0, roll=0.5))
            attempt += 1
        await self._roster.recorder.settled()

    # ---- quarantine ----------------------------------------------------------------------------------------

    async def quarantine(self, runtime: Runtime) -> None:
        """The session's credentials leave their place, because WhatsApp no longer accepts them."""
        folder = runtime.record.folder
        if folder is None:
            return
        async with self._numbers[folder]:
            # It may have been linked again meanwhile, through another session's code.
            if runtime.session.credentials is not f.Credentials.VALID:
                await self._leave(runtime)

    async def give_up(self, runtime: Runtime) -> None:
        """The session's owner gives the link up: WhatsApp is told, if it can be told now."""
        if runtime.file is FileState.OPEN and runtime.session.credentials is not f.Credentials.VALID:
            try:
                await self._link.logout(runtime.id)
            except EngineUnreachable:
                raise
            except HoldfastError as exc:
                log.warning("session.not_unlinked", session=runtime.name, error=str(exc))
        await self.quarantine(runtime)

    async def give_up_scratch(self, runtime: Runtime) -> None:
        """What a pairing has brought to a session that is deleted by now."""
        await self._to_quarantine(runtime, SCRATCH + runtime.id)
        runtime.pairing = None

    async def _leave(self, runtime: Runtime) -> None:
        folder = runtime.record.folder
        if folder is not None:
            await self._to_quarantine(runtime, folder)
            self._roster.index.rewrite(runtime, replace(runtime.record, folder=None))
            await self.keep(runtime)

    async def look_again(self, folder: str) -> bool:
        """Read a folder's session.key from the disk. True if it is another one than was known."""
        before = self._vault.wrapped(folder) if self._vault.has(folder) else None
        for found in await self._link.scan():
            if found.name == folder and found.wrapped_key != before:
                self._vault.learn(folder, found.wrapped_key)
                return True
        return False

    async def _to_quarantine(self, runtime: Runtime, folder: str) -> None:
        target = f"{folder}-{new_id('q').removeprefix('q_')}"
        try:
            await self._link.quarantine(runtime.id, folder, target)
        except FolderMissing:
            log.debug("session.nothing_to_quarantine", session=runtime.name, folder=folder)
            self._vault.forget(folder)
            return
        if folder == runtime.record.folder:
            runtime.file = FileState.CLOSED
        self._vault.forget(folder)
        log.warning("session.quarantined", session=runtime.name, folder=folder, target=target)

    # ---- small things --------------------------------------------------------------------------------------

    def rename(self, runtime: Runtime, push_name: str) -> None:
        """The owner's name, as others see it, is another one now."""
        if push_name and push_name != runtime.record.push_name:
            self._roster.index.rewrite(runtime, replace(runtime.record, push_name=push_name))
            self._roster.remember(runtime)

    def opened(self, runtime: Runtime, device: Device) -> None:
        """The file says which device it holds: it knows better than any record."""
        self.rename(runtime, device.push_name)
        if device.jid and device.jid != runtime.record.jid:
            lid = device.lid or runtime.record.lid
            self._roster.index.rewrite(runtime, replace(runtime.record, jid=device.jid, lid=lid))
            self._roster.remember(runtime)


def user_of(jid: str) -> str:
    """The user part, verbatim: it names the number and its folder."""
    return bare_user(jid.partition("@")[0])
