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
from holdfast.model.errors import EngineUnreachable, FolderMissing, HoldfastError
from holdfast.model.events import SessionPairing
from holdfast.model.reasons import Reason
from holdfast.sessions import facts as f
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import FileState, Link, Runtime
from holdfast.sessions.seam import Engine
from holdfast.sessions.unlinking import Unlinking
from holdfast.vault import Away, Record, Snapshots, Vault, Why, number_of
from holdfast.vault.quarantine import name_of

log = logging.get("sessions")

SCRATCH: Final = ".pairing-"


class Linking:
    """Moves credentials, and records where they are."""

    def __init__(
        self, roster: Roster, link: Engine, vault: Vault, unlinking: Unlinking, snapshots: Snapshots
    ) -> None:
        self._roster, self._link, self._vault = roster, link, vault
        self._unlinking, self._snapshots = unlinking, snapshots
        #: Whoever moves a number's folder holds its lock.
        self._numbers: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def hold(self, number: str) -> asyncio.Lock:
        """The lock of whoever moves this number's folder, or must not see it moved."""
        return self._numbers[number]

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

        That may be another session. None when the number may not be linked here: the new device is unlinked
        again.
        """
        phone = number_of(link.jid)
        async with self._numbers[phone]:  # one phone may scan the codes of two sessions at once
            return await self._place(runtime, link, phone)

    async def _place(self, runtime: Runtime, link: Link, phone: str) -> Runtime | None:
        if runtime.deleted:
            return None  # what its pairing brought is given up by the next command of its lane
        scratch = SCRATCH + runtime.id
        target = self._roster.index.with_phone(phone) or runtime
        if target.deleted and target is not runtime:
            await self._leave(target, owed=True)
            target = runtime
        refusal = _refusal(runtime, target, phone)
        if refusal is not None:
            await self.put_away(runtime, scratch, Away.REFUSED, phone)
            runtime.pairing = None
            self._refuse(runtime, refusal, f"+{phone}" if refusal is Reason.NUMBER_DIFFERS else "")
            return None
        for folder in {target.record.folder, phone} - {None}:
            if folder is not None and self._vault.has(folder):
                # The phone keeps counting the device of before, until it is unlinked.
                await self.put_away(target, folder, Away.RENEWED, target.record.phone or phone)
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
        await self._unless_linked_again(runtime, owed=False)

    async def give_up(self, runtime: Runtime) -> None:
        """The session's owner gives the link up: WhatsApp is told now, or as soon as that works."""
        told = False
        if runtime.file is FileState.OPEN and runtime.session.credentials is not f.Credentials.VALID:
            try:
                await self._link.logout(runtime.id)
                told = True
            except EngineUnreachable:
                raise
            except HoldfastError as exc:
                log.info("session.not_unlinked", session=runtime.name, error=str(exc))
        await self._unless_linked_again(runtime, owed=not told)

    async def give_up_scratch(self, runtime: Runtime) -> None:
        """What a pairing has brought to a session that is deleted by now."""
        pairing = runtime.pairing
        if pairing is not None:
            self._vault.learn(SCRATCH + runtime.id, pairing.wrapped_key)
        linked = pairing.link if pairing is not None else None
        number = number_of(linked.jid) if linked else ""
        await self.put_away(runtime, SCRATCH + runtime.id, Away.GIVEN_UP, number)
        runtime.pairing = None

    async def _unless_linked_again(self, runtime: Runtime, *, owed: bool) -> None:
        folder = runtime.record.folder
        if folder is None:
            return
        async with self._numbers[folder]:
            # Through another session's code it may have been.
            if runtime.session.credentials is not f.Credentials.VALID:
                await self._leave(runtime, owed=owed)

    async def _leave(self, runtime: Runtime, *, owed: bool) -> None:
        folder = runtime.record.folder
        if folder is not None:
            away = Away.GIVEN_UP if owed else Away.LOGGED_OUT
            await self.put_away(runtime, folder, away, runtime.record.phone if owed else None)
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

    async def put_away(self, runtime: Runtime, folder: str, away: Away, owed_by: str | None = None) -> None:
        """Move a folder to quarantine.

        With `owed_by` its device is to be unlinked: the number, empty if not known. Where the link is over,
        what is saved of it goes along.
        """
        target = name_of(folder, away, new_id("q").removeprefix("q_"))
        over = away.ends_the_link and not folder.startswith(SCRATCH)
        debt = None
        if over and self._vault.has(folder):
            await self._save_before(runtime, folder)
        if owed_by is not None and self._vault.has(folder):
            debt = await self._unlinking.note(runtime, target, self._vault.wrapped(folder), owed_by)
        try:
            await self._link.quarantine(runtime.id, folder, target, with_snapshots=over)
        except FolderMissing:
            log.debug("session.nothing_to_quarantine", session=runtime.name, folder=folder)
            self._vault.forget(folder)
            if debt is not None:
                await self._unlinking.drop(debt)
            return
        if over:
            self._snapshots.left(folder)
        if folder == runtime.record.folder:
            runtime.file = FileState.CLOSED
        self._vault.forget(folder)
        log.warning("session.quarantined", session=runtime.name, folder=folder, target=target)
        if debt is not None:
            self._unlinking.begin(debt)

    async def returned(self) -> None:
        """A folder has come back out of quarantine, and its snapshots with it."""
        await self._snapshots.look()

    async def _save_before(self, runtime: Runtime, folder: str) -> None:
        """The folder leaves as a whole and nothing in it is deleted: the copy is no condition."""
        try:
            await self._snapshots.take(runtime.id, folder, Why.BEFORE)
        except EngineUnreachable:
            raise
        except HoldfastError as exc:
            log.info("session.snapshot_not_taken", session=runtime.name, error=exc.message)

    # ---- small things --------------------------------------------------------------------------------------

    def rename(self, runtime: Runtime, push_name: str) -> None:
        """The owner's name, as others see it, is another one now."""
        if push_name and push_name != runtime.record.push_name:
            self._learn(runtime, replace(runtime.record, push_name=push_name))

    def opened(self, runtime: Runtime, device: Device) -> None:
        """The file says which device it holds: it knows better than any record."""
        self.rename(runtime, device.push_name)
        if device.jid and device.jid != runtime.record.jid:
            lid = device.lid or runtime.record.lid
            self._learn(runtime, replace(runtime.record, jid=device.jid, lid=lid))

    def _learn(self, runtime: Runtime, record: Record) -> None:
        self._roster.index.rewrite(runtime, record)
        self._roster.remember(runtime)
        self._roster.registry_stale.set()


def _refusal(runtime: Runtime, target: Runtime, phone: str) -> Reason | None:
    """Why this number may not be linked here; `target` is the session that has it, or else `runtime`."""
    if target.record.tenant_id != runtime.record.tenant_id:
        return Reason.NUMBER_TAKEN
    had = target.record.phone
    differs = had is not None and had != phone
    return Reason.NUMBER_DIFFERS if differs and not runtime.session.replace_number else None
