"""From a scanned code to credentials in their place, and from there to quarantine. Nothing is ever deleted.

The order survives a crash at every step: both records first, then the folder's name. A scratch folder that
holds a device is found at the next start, and adopted: the phone already counts it as linked.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from holdfast.engine import Device, EngineLink, Folder, Held, LinkLevel
from holdfast.kit import logging
from holdfast.kit.backoff import backoff
from holdfast.kit.ids import new_id
from holdfast.model.address import bare_user
from holdfast.model.errors import CommandRefused, EngineUnreachable, HoldfastError
from holdfast.model.events import SessionPairing
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.sessions import facts as f
from holdfast.sessions.live import Link, Live
from holdfast.vault import KeyFileDamaged, Vault, WrongMasterKey

if TYPE_CHECKING:
    from holdfast.sessions.supervisor import Supervisor

log = logging.get("sessions")

SCRATCH: Final = ".pairing-"


class Linking:
    """Moves credentials, and records where they are."""

    def __init__(self, supervisor: "Supervisor", link: EngineLink, vault: Vault) -> None:
        self._supervisor, self._link, self._vault = supervisor, link, vault

    # ---- adoption ------------------------------------------------------------------------------------------

    async def adopt_fresh(self, live: Live) -> None:
        """The phone has just scanned this session's code."""
        link = live.link
        if link is None:
            return
        self._vault.learn(SCRATCH + live.id, live.pairing_key)
        self._supervisor.recorder.note(live, events=[SessionPairing(ended=Reason.LINKED.value)])
        target = await self._place(live, link)
        if target is not None:
            self._supervisor.tell(target, f.CredentialsAdopted())

    async def adopt_leftovers(self, folders: Iterable[Folder], held: Mapping[str, Held]) -> set[str]:
        """At an attach:

        whatever a crash left between scan and adoption gets its place. The ids that now connect.
        """
        adopted: set[str] = set()
        for folder in folders:
            if not folder.name.startswith(SCRATCH) or not folder.session_bytes:
                continue
            session_id = folder.name.removeprefix(SCRATCH)
            level = held[session_id].level if session_id in held else LinkLevel.CLOSED
            if level is LinkLevel.PAIRING:
                await self._link.cancel_pair(session_id)
            live = self._supervisor.book.get(session_id)
            if live is None:
                log.warning("session.scratch_of_unknown_session", session_id=session_id)
                continue
            with self._contained(folder.name):
                target = await self._adopt_found(live)
                if target is not None:
                    adopted |= {live.id, target.id}
        return adopted

    @contextlib.contextmanager
    def _contained(self, folder: str) -> Iterator[None]:
        """One folder's trouble does not keep the other sessions from connecting."""
        try:
            yield
        except EngineUnreachable:
            raise
        except Exception:
            log.exception("session.folder_failed", folder=folder)

    async def adopt_orphans(self, folders: Iterable[Folder]) -> None:
        """At an attach:

        folders that neither record knows get their session back, from what session.key says.
        """
        known = {live.record.folder for live in self._supervisor.book}
        for folder in folders:
            if folder.name.startswith(".") or folder.name in known:
                continue
            try:
                session_id = self._vault.key_of(folder.name).session_id
            except (WrongMasterKey, KeyFileDamaged) as exc:
                log.warning("session.folder_unknown", folder=folder.name, error=exc.message)
                continue
            with self._contained(folder.name):
                await self._take_in(folder.name, session_id)

    async def _take_in(self, folder: str, session_id: str) -> None:
        live = self._supervisor.book.get(session_id)
        if live is None and self._supervisor.book.with_phone(folder) is None:
            live = await self._supervisor.rebuild(session_id, f"recovered-{folder}")
        if live is None or live.record.folder is not None or live.session.state is State.LOGGED_OUT:
            log.warning("session.folder_unused", folder=folder, session_id=session_id)
            return
        self._supervisor.book.rewrite(live, replace(live.record, folder=folder, phone=folder))
        await self._keep(live)
        log.warning("session.rebuilt_from_folder", session=live.record.name, phone=folder)
        self._supervisor.tell(live, f.CredentialsAdopted())

    async def adopt_scratch(self, live: Live) -> bool:
        """Adopt this session's scratch folder if it holds a device. True if it did."""
        return await self._adopt_found(live) is not None

    async def _adopt_found(self, live: Live) -> Live | None:
        name = SCRATCH + live.id
        try:
            device = await self._link.open(live.id, name, self._vault.key_of(name).key)
        except (KeyError, WrongMasterKey, KeyFileDamaged, CommandRefused) as exc:
            # Not linked, or not ours to open: it stays where it is, and the next pairing begins anew.
            log.info("session.scratch_not_linked", session=live.record.name, error=str(exc))
            await self._close_quietly(live.id)
            return None
        if not device.jid:
            await self._close_quietly(live.id)
            return None
        log.warning("session.scratch_adopted", session=live.record.name, phone=_user(device.jid))
        target = await self._place(live, Link(device.jid, device.lid, device.push_name))
        if target is not None:
            self._supervisor.tell(target, f.CredentialsAdopted())
        return target

    async def _close_quietly(self, session_id: str) -> None:
        try:
            await self._link.close(session_id)
        except EngineUnreachable:
            raise
        except HoldfastError as exc:
            log.info("session.scratch_not_closed", session_id=session_id, error=str(exc))

    async def _place(self, live: Live, link: Link) -> Live | None:
        """Record the link twice and move its folder. The session that owns the number, which may be another
        one.

        None when the number belongs to another tenant: the new credentials go to quarantine.
        """
        phone, scratch = _user(link.jid), SCRATCH + live.id
        target = self._supervisor.book.with_phone(phone) or live
        if target.record.tenant_id != live.record.tenant_id:
            await self._to_quarantine(live, scratch)
            self._refuse(live, Reason.NUMBER_TAKEN)
            return None
        for folder in {target.record.folder, phone} - {None}:
            if folder is not None and self._vault.has(folder):
                await self._to_quarantine(target, folder)
        if self._vault.has(scratch):
            self._vault.learn(phone, self._vault.wrapped(scratch))
        await self._rewrite(target, link, phone)
        await self._link.adopt(live.id, phone)
        self._vault.forget(scratch)
        live.link, live.pairing_key, live.opened, target.opened = None, b"", False, False
        if target is not live:
            log.warning("session.number_renewed", session=target.record.name, asked_by=live.record.name)
            self._refuse(live, Reason.NUMBER_RENEWED_ELSEWHERE, target.record.name)
        return target

    async def _rewrite(self, target: Live, link: Link, phone: str) -> None:
        record = replace(
            target.record,
            folder=phone,
            phone=phone,
            jid=link.jid,
            lid=link.lid or target.record.lid,
            push_name=link.push_name or target.record.push_name,
        )
        self._supervisor.book.rewrite(target, record)
        await self._keep(target)

    def _refuse(self, live: Live, reason: Reason, detail: str = "") -> None:
        self._supervisor.tell(live, f.PairingFailed(live.session.epoch, reason, detail))

    async def _keep(self, live: Live) -> None:
        """Both records, durable, before anything moves.

        A full disk is waited out: the phone counts us as linked.
        """
        self._supervisor.recorder.note(live)
        attempt = 0
        while True:
            try:
                await self._supervisor.save_registry()
                break
            except OSError as exc:
                log.error("session.registry_not_written", session=live.record.name, error=str(exc))
            await asyncio.sleep(backoff(attempt, base_s=0.5, cap_s=5.0, roll=0.5))
            attempt += 1
        await self._supervisor.recorder.settled()

    # ---- quarantine ----------------------------------------------------------------------------------------

    async def quarantine(self, live: Live) -> None:
        """The session's credentials leave their place, because its owner or WhatsApp said so."""
        folder = live.record.folder
        if folder is None or live.session.state is not State.LOGGED_OUT:
            return
        await self._to_quarantine(live, folder)
        self._supervisor.book.rewrite(live, replace(live.record, folder=None))
        await self._keep(live)

    async def _to_quarantine(self, live: Live, folder: str) -> None:
        target = f"{folder}-{new_id('q').removeprefix('q_')}"
        try:
            await self._link.quarantine(live.id, folder, target)
        except CommandRefused as exc:
            if exc.error_code != "folder_missing":
                raise
        live.opened = False
        self._vault.forget(folder)
        log.warning("session.quarantined", session=live.record.name, folder=folder, target=target)

    # ---- small things --------------------------------------------------------------------------------------

    def rename(self, live: Live, push_name: str) -> None:
        """The owner's name, as others see it, is another one now."""
        if push_name and push_name != live.record.push_name:
            self._supervisor.book.rewrite(live, replace(live.record, push_name=push_name))
            self._supervisor.recorder.note(live)

    def opened(self, live: Live, device: Device) -> None:
        """The file says which device it holds: it knows better than any record."""
        self.rename(live, device.push_name)
        if device.jid and device.jid != live.record.jid:
            self._supervisor.book.rewrite(
                live, replace(live.record, jid=device.jid, lid=device.lid or live.record.lid)
            )
            self._supervisor.recorder.note(live)


def _user(jid: str) -> str:
    """The user part, verbatim: it names the number and its folder."""
    return bare_user(jid.partition("@")[0])
