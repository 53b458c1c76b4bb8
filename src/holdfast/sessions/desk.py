"""What owners ask for: create, connect, pair, log out. Each verb returns when what it changed is durable."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from holdfast.kit import logging
from holdfast.kit.ids import new_id
from holdfast.model.errors import AlreadyLinked, EngineUnreachable, NoQr, RequestInvalid
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.sessions import facts as f
from holdfast.sessions import repository
from holdfast.sessions.live import Live, ShownCode, View
from holdfast.sessions.repository import TimelineEntry
from holdfast.sessions.supervisor import Supervisor
from holdfast.store import Store
from holdfast.vault import Record

log = logging.get("sessions")

_LONGEST_NAME: Final = 64
_LEAVES_WITHIN_S: Final = 10.0


class Desk:
    """The door of the sessions room for everybody who acts on behalf of an owner."""

    def __init__(self, store: Store, supervisor: Supervisor) -> None:
        self._store, self._supervisor = store, supervisor
        self._creating = asyncio.Lock()

    # ---- look ----------------------------------------------------------------------------------------------

    def list(self, tenant_id: str) -> "Sequence[View]":
        """Every session of the tenant, oldest first."""
        lives = [live for live in self._supervisor.book if live.record.tenant_id == tenant_id]
        return [self._supervisor.view(live) for live in sorted(lives, key=lambda it: it.id)]

    def show(self, tenant_id: str, ref: str) -> View:
        """One session, by id, name or number. Raises UnknownSession."""
        return self._supervisor.view(self._find(tenant_id, ref))

    async def timeline(self, tenant_id: str, ref: str, limit: int) -> "Sequence[TimelineEntry]":
        """The session's newest changes, newest first. Raises UnknownSession, StoreUnavailable."""
        session_id = self._find(tenant_id, ref).id
        await self._supervisor.recorder.settled()
        return await self._store.read(partial(repository.read_timeline, session_id=session_id, limit=limit))

    async def code(self, tenant_id: str, ref: str, wait_s: float) -> ShownCode:
        """The QR code of the moment; waits up to `wait_s` for the first one.

        Raises UnknownSession, and NoQr when the session is not pairing (any more).
        """
        live = self._find(tenant_id, ref)
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        while live.session.state is State.PAIRING:
            if live.code is not None and live.code.valid_until_ms > self._supervisor.now:
                return live.code
            left_s = until - loop.time()
            if left_s <= 0:
                raise NoQr("The QR code is not there yet", next_step="Ask again in a moment.")
            await self._supervisor.changed_or_timeout(live, left_s)
        raise NoQr()

    # ---- act -----------------------------------------------------------------------------------------------

    async def create_or_get(self, tenant_id: str, name: str) -> tuple[View, bool]:
        """The session of this name; True when it was made now. Raises RequestInvalid, StoreUnavailable."""
        _check_name(name)
        async with self._creating:
            live = self._supervisor.book.named(tenant_id, name)
            if live is not None:
                return self._supervisor.view(live), False
            now = self._supervisor.now
            session = f.Session(since_ms=now)
            live = Live(Record(new_id("ses"), tenant_id, name, session.wish.value, now), session)
            await self._store.write(partial(repository.insert, live=live))
            self._supervisor.book.add(live)
            await self._save_registry()
        log.info("session.created", session=name)
        return self._supervisor.view(live), True

    async def connect(self, tenant_id: str, ref: str) -> View:
        """The owner wants it up. A session without credentials begins pairing. Raises UnknownSession."""
        return await self._ask(tenant_id, ref, f.ConnectAsked())

    async def disconnect(self, tenant_id: str, ref: str) -> View:
        """The owner wants it down, until they say otherwise. Raises UnknownSession."""
        return await self._ask(tenant_id, ref, f.DisconnectAsked())

    async def pair(self, tenant_id: str, ref: str) -> View:
        """Begin pairing; asked again while it runs, nothing happens. Raises UnknownSession, AlreadyLinked."""
        live = self._find(tenant_id, ref)
        if live.session.state is State.PAIRING:
            return self._supervisor.view(live)
        if live.session.credentials is f.Credentials.VALID or live.session.reason is Reason.LINKED:
            raise AlreadyLinked()
        return await self._ask(tenant_id, ref, f.PairingAsked(), or_else=f.ConnectAsked())

    async def cancel_pairing(self, tenant_id: str, ref: str) -> View:
        """The owner no longer wants a code. Raises UnknownSession."""
        return await self._ask(tenant_id, ref, f.PairingCancelled())

    async def log_out(self, tenant_id: str, ref: str) -> View:
        """Give the link up: WhatsApp is told, the credentials leave for quarantine. Raises UnknownSession."""
        return await self._ask(tenant_id, ref, f.LogoutAsked())

    async def delete(self, tenant_id: str, ref: str) -> None:
        """Log out, wait until the credentials are in quarantine, then forget the session.

        Raises UnknownSession, and EngineUnreachable when no engine can move the credentials now: it is then
        logged out, and can be deleted later.
        """
        live = self._find(tenant_id, ref)
        self._supervisor.tell(live, f.PairingCancelled())
        self._supervisor.tell(live, f.LogoutAsked())
        await self._until_left(live)
        now = self._supervisor.now
        await self._supervisor.recorder.settled()
        await self._store.write(partial(repository.delete, session_id=live.id, now_ms=now))
        self._supervisor.forget(live)
        await self._save_registry()
        log.warning("session.deleted", session=live.record.name, phone=live.record.phone)

    async def _until_left(self, live: Live) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + _LEAVES_WITHIN_S
        while live.record.folder is not None:
            left_s = until - loop.time()
            if left_s <= 0:
                raise EngineUnreachable(
                    "The session is logged out, but its folder could not be moved to quarantine yet",
                    next_step="Delete it again when the engine runs.",
                )
            await self._supervisor.changed_or_timeout(live, min(left_s, 0.05))

    # ---- inside --------------------------------------------------------------------------------------------

    def _find(self, tenant_id: str, ref: str) -> Live:
        return self._supervisor.book.find(tenant_id, ref)

    async def _ask(self, tenant_id: str, ref: str, fact: f.Fact, or_else: f.Fact | None = None) -> View:
        live = self._find(tenant_id, ref)
        wish = live.session.wish
        if not self._supervisor.tell(live, fact) and or_else is not None:
            self._supervisor.tell(live, or_else)
        if live.session.wish is not wish:
            self._supervisor.book.rewrite(live, replace(live.record, wish=live.session.wish.value))
            await self._save_registry()
        await self._supervisor.recorder.settled()
        return self._supervisor.view(live)

    async def _save_registry(self) -> None:
        try:
            await self._supervisor.save_registry()
        except OSError as exc:
            # The database has it; the next change writes the second record again.
            log.error("session.registry_not_written", error=str(exc))


def _check_name(name: str) -> None:
    if not name or len(name) > _LONGEST_NAME or name != name.strip() or not name.isprintable() or "/" in name:
        raise RequestInvalid(
            f"A session's name has 1 to {_LONGEST_NAME} printable characters, no slash, no space at its ends",
            next_step="Choose another name.",
        )
    if name.startswith("ses_") or name.removeprefix("+").isdigit():
        raise RequestInvalid(
            "A session's name may not look like an id or a number, because both address sessions too",
            next_step="Choose another name.",
        )
