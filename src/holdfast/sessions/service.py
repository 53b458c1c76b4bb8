"""What owners ask for: create, connect, pair, log out. Each verb returns when what it changed is durable."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from holdfast.kit import logging
from holdfast.kit.ids import new_id
from holdfast.model.address import parse_recipient, phone_of
from holdfast.model.errors import (
    AlreadyLinked,
    NameTaken,
    NoPasskey,
    NoQr,
    RequestInvalid,
    SessionError,
    StoreUnavailable,
)
from holdfast.model.ids import SessionId, TenantId
from holdfast.model.reasons import Reason
from holdfast.model.states import ACTIVE, State
from holdfast.sessions import facts as f
from holdfast.sessions import repository
from holdfast.sessions.debts import Debt
from holdfast.sessions.exporting import Exporting
from holdfast.sessions.importing import Importing
from holdfast.sessions.quarantine import PutAway, Quarantine
from holdfast.sessions.repository import TimelineEntry
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Pairing, Passkey, Runtime, ShownCode, TypedCode
from holdfast.sessions.safekeeping import Safekeeping
from holdfast.sessions.unlinking import Unlinking
from holdfast.sessions.uptime import DAY_MS, Uptime, uptime
from holdfast.sessions.view import View
from holdfast.sessions.ways import Ways
from holdfast.store import ReadUnit, Store
from holdfast.vault import Look, Record, Snapshot, look_at_source

log = logging.get("sessions")

_Shown = TypeVar("_Shown", ShownCode, TypedCode, Passkey)

_LONGEST_NAME: Final = 64
_FORGOTTEN_WITHIN_S: Final = 10.0
_RECORDED_WITHIN_S: Final = 10.0


class Service:
    """The door of the sessions room for everybody who acts on behalf of an owner."""

    def __init__(
        self,
        store: Store,
        roster: Roster,
        unlinking: Unlinking,
        quarantine: Quarantine,
        ways: Ways,
        *,
        importing: Importing,
        safekeeping: Safekeeping,
        exporting: Exporting,
    ) -> None:
        self._store, self._roster, self._unlinking = store, roster, unlinking
        self._quarantine, self._ways, self._safekeeping = quarantine, ways, safekeeping
        self._importing, self._exporting = importing, exporting
        #: Whoever takes a name holds it.
        self._names = asyncio.Lock()

    # ---- look ----------------------------------------------------------------------------------------------

    def list(self, tenant_id: TenantId) -> "Sequence[View]":
        """Every session of the tenant, oldest first."""
        found = [it for it in self._roster.index if it.record.tenant_id == tenant_id and not it.deleted]
        return [self._roster.view(runtime) for runtime in sorted(found, key=lambda it: it.id)]

    def show(self, tenant_id: TenantId, ref: str) -> View:
        """One session, by id, name or number. Raises UnknownSession."""
        return self._roster.view(self._find(tenant_id, ref))

    def unlinkings(self, tenant_id: TenantId) -> "Sequence[Debt]":
        """Devices that are no longer used and that their phones still count as linked, oldest first."""
        return self._unlinking.of(tenant_id)

    async def quarantined(self, tenant_id: TenantId) -> "Sequence[PutAway]":
        """Credentials that have left their place, newest first. Raises EngineUnreachable, EngineOutdated."""
        return await self._quarantine.of(tenant_id)

    def snapshots(self, tenant_id: TenantId, ref: str) -> "Sequence[tuple[Snapshot, Look | None]]":
        """What is saved of the session's credentials, newest first, and what was found in it last.

        Raises UnknownSession.
        """
        keeping = self._safekeeping
        return [(it, keeping.look_of(it)) for it in keeping.of(self._find(tenant_id, ref))]

    async def take_snapshot(self, tenant_id: TenantId, ref: str) -> bool:
        """Save the session's credentials; False when the newest snapshot holds the same ones.

        Raises UnknownSession, CredentialsUnusable, EngineUnreachable, what the engine refuses.
        """
        return await self._safekeeping.save_now(self._find(tenant_id, ref))

    async def verify_snapshots(self, tenant_id: TenantId, ref: str, name: str = "") -> None:
        """Read each snapshot of the session in full, or this one; `snapshots` tells what was found.

        Raises UnknownSession, UnknownSnapshot, EngineUnreachable.
        """
        await self._safekeeping.verify(self._find(tenant_id, ref), name)

    async def timeline(
        self, tenant_id: TenantId, ref: str, limit: int, before: int | None = None
    ) -> "Sequence[TimelineEntry]":
        """The session's newest changes, newest first; those before the change with this number.

        Raises UnknownSession, StoreUnavailable.
        """
        session_id = self._find(tenant_id, ref).id
        await self._roster.recorder.settled()
        look = partial(repository.read_timeline, session_id=session_id, limit=limit, before=before)
        return await self._store.read(look)

    async def uptime(self, tenant_id: TenantId, ref: str, days: int) -> Uptime:
        """How long the session was connected in the last days, today included.

        Raises UnknownSession, StoreUnavailable.
        """
        record = self._find(tenant_id, ref).record
        await self._roster.recorder.settled()
        until_ms = self._roster.clock.wall_ms
        since_ms = max(record.created_at_ms, until_ms - until_ms % DAY_MS - (days - 1) * DAY_MS)

        def look(unit: ReadUnit) -> Uptime:
            # On the reading thread: of a long time this is some work.
            return uptime(repository.read_history(unit, record.id, since_ms), since_ms, until_ms)

        return await self._store.read(look)

    async def qr(self, tenant_id: TenantId, ref: str, wait_s: float) -> ShownCode:
        """The QR code of the moment; waits up to `wait_s` for the first one.

        Raises UnknownSession, and NoQr when the session is not pairing (any more).
        """
        shown = await self._shown(self._find(tenant_id, ref), wait_s, lambda it: it.code, NoQr)
        return replace(shown, valid_until_ms=shown.valid_until_ms + self._roster.clock.shift_ms)

    async def typed_code(self, tenant_id: TenantId, ref: str, wait_s: float) -> TypedCode:
        """The code to type on the phone; waits up to `wait_s` for it. Raises UnknownSession, NoQr."""
        shown = await self._shown(self._find(tenant_id, ref), wait_s, lambda it: it.typed, NoQr)
        return replace(shown, valid_until_ms=shown.valid_until_ms + self._roster.clock.shift_ms)

    async def passkey(self, tenant_id: TenantId, ref: str, wait_s: float) -> Passkey:
        """What the phone's account wants of an authenticator; waits up to `wait_s` until it wants it.

        Raises UnknownSession, NoPasskey.
        """
        shown = await self._shown(self._find(tenant_id, ref), wait_s, lambda it: it.passkey, NoPasskey)
        return replace(shown, valid_until_ms=shown.valid_until_ms + self._roster.clock.shift_ms)

    async def _shown(
        self,
        runtime: Runtime,
        wait_s: float,
        pick: Callable[[Pairing], _Shown | None],
        missing: type[SessionError],
    ) -> _Shown:
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        while runtime.session.state is State.PAIRING:
            shown = pick(runtime.pairing) if runtime.pairing is not None else None
            if shown is not None and shown.valid_until_ms > self._roster.now:
                return shown
            left_s = until - loop.time()
            if left_s <= 0:
                raise missing("It is not there yet", next_step="Ask again in a moment.")
            await self._roster.changed_or_timeout(runtime, left_s)
        raise missing()

    # ---- act -----------------------------------------------------------------------------------------------

    async def create_or_get(self, tenant_id: TenantId, name: str) -> tuple[View, bool]:
        """The session of this name; True when it was made now.

        Raises RequestInvalid, NameTaken, StoreUnavailable.
        """
        _check_name(name)
        async with self._names:
            runtime = self._roster.index.named(tenant_id, name)
            if runtime is not None:
                return self._roster.view(runtime), False
            await self._recorded()  # who had this name before has given it up in the database too
            session = f.Session(since_ms=self._roster.now)
            made_at = self._roster.clock.wall_ms
            record = Record(SessionId(new_id("ses")), tenant_id, name, session.desired.value, made_at)
            runtime = Runtime(record, session)
            try:
                await self._roster.add(runtime)
            except StoreUnavailable:
                raise
            except Exception as exc:  # the database knows a session that we do not
                log.error("session.not_created", session=name, error=str(exc))
                raise NameTaken() from exc
            await self._save_registry()
        log.info("session.created", session=name)
        return self._roster.view(runtime), True

    async def rename(self, tenant_id: TenantId, ref: str, name: str) -> View:
        """Give the session another name. Idempotent by id or number; its old name is free afterwards.

        Raises RequestInvalid, UnknownSession, NameTaken, StoreUnavailable.
        """
        _check_name(name)
        async with self._names:
            await self._recorded()
            runtime = self._find(tenant_id, ref)
            holder = self._roster.index.named(tenant_id, name)
            if holder is not None and holder is not runtime:
                raise NameTaken()
            if holder is None:
                self._roster.rename(runtime, name)
                await self._recorded()
                await self._save_registry()
        return self._roster.view(runtime)

    async def connect(self, tenant_id: TenantId, ref: str) -> View:
        """The owner wants it up. A session without credentials begins pairing. Raises UnknownSession."""
        return await self._ask(tenant_id, ref, f.ConnectAsked())

    async def disconnect(self, tenant_id: TenantId, ref: str) -> View:
        """The owner wants it down, until they say otherwise. Raises UnknownSession."""
        return await self._ask(tenant_id, ref, f.DisconnectAsked())

    async def pair(
        self, tenant_id: TenantId, ref: str, *, replace_number: bool = False, phone: str | None = None
    ) -> View:
        """Begin pairing; asked again while it runs, what is new is added to it.

        A session that has a number is linked with another one only with `replace_number`. With `phone` (as
        people write it) a code is made that is typed on that phone. Raises UnknownSession, AlreadyLinked,
        RequestInvalid.
        """
        runtime = self._find(tenant_id, ref)
        session = runtime.session
        asked = f.PairingAsked(replace_number, None if phone is None else _digits(phone))
        if session.credentials is f.Credentials.VALID or session.reason is Reason.LINKED:
            raise AlreadyLinked()
        return await self._ask(tenant_id, ref, asked, or_else=f.ConnectAsked())

    async def answer_passkey(self, tenant_id: TenantId, ref: str, response_json: bytes) -> View:
        """Hand on what the authenticator said.

        Raises UnknownSession, NoPasskey, RequestInvalid, EngineUnreachable.
        """
        runtime = self._find(tenant_id, ref)
        await self._ways.answer_passkey(runtime, response_json)
        await self._roster.recorder.settled()
        return self._roster.view(runtime)

    async def confirm_passkey(self, tenant_id: TenantId, ref: str) -> View:
        """Both screens show the same code. Raises UnknownSession, NoPasskey, EngineUnreachable."""
        runtime = self._find(tenant_id, ref)
        await self._ways.confirm_passkey(runtime)
        await self._roster.recorder.settled()
        return self._roster.view(runtime)

    async def cancel_pairing(self, tenant_id: TenantId, ref: str) -> View:
        """The owner no longer wants a code. Raises UnknownSession."""
        return await self._ask(tenant_id, ref, f.PairingCancelled())

    async def log_out(self, tenant_id: TenantId, ref: str) -> View:
        """Give the link up: WhatsApp is told, the credentials leave for quarantine. Raises UnknownSession."""
        return await self._ask(tenant_id, ref, f.LogoutAsked())

    async def put_back_snapshot(self, tenant_id: TenantId, ref: str, name: str) -> View:
        """Put a snapshot in the place of the session's file, and connect with it what is to be connected.

        What was in use is saved first and goes into quarantine. Raises UnknownSession, UnknownSnapshot,
        CredentialsUnusable, Busy, EngineUnreachable, what the engine refuses.
        """
        runtime = self._find(tenant_id, ref)
        await self._safekeeping.put_back(runtime, name)
        await self._roster.recorder.settled()
        return self._roster.view(runtime)

    async def bring_back(self, tenant_id: TenantId, name: str, ref: str) -> View:
        """Put credentials from quarantine back into their place, for this session, and connect it.

        Raises UnknownSession, UnknownQuarantined, AlreadyLinked, CredentialsUnusable, EngineUnreachable.
        """
        runtime = self._find(tenant_id, ref)
        await self._quarantine.bring_back(tenant_id, name, runtime)
        await self._roster.recorder.settled()
        return self._roster.view(runtime)

    async def take_in(self, tenant_id: TenantId, ref: str, place: str, device: str) -> View:
        """Link the session with another program's credentials, and connect it. The source is only read.

        Raises UnknownSession, SourceUnusable, SourceInUse, AlreadyLinked, and what the engine refuses.
        """
        runtime = self._find(tenant_id, ref)
        await self._importing.take(runtime, await asyncio.to_thread(look_at_source, place, device))
        await self._roster.recorder.settled()
        return self._roster.view(runtime)

    async def export(self, tenant_id: TenantId, ref: str, target: Path, *, keep_connected: bool) -> View:
        """Stop the session and write what is kept of it into a new database of stock whatsmeow.

        It stays stopped, because two of one number throw each other out; with `keep_connected` it connects
        again if it was to be connected, and so it does where nothing was written. Raises UnknownSession,
        CredentialsUnusable, RequestInvalid, Busy, and what the engine refuses.
        """
        runtime = self._find(tenant_id, ref)
        await asyncio.to_thread(self._exporting.check, runtime, target)
        was_up = runtime.session.state in ACTIVE
        await self._ask(tenant_id, ref, f.DisconnectAsked())
        try:
            await self._exporting.write(runtime, target)
        except BaseException:
            if was_up:
                self._roster.tell(runtime, f.ConnectAsked())
            raise
        if was_up and keep_connected:
            return await self._ask(tenant_id, runtime.id, f.ConnectAsked())
        return self._roster.view(runtime)

    async def delete(self, tenant_id: TenantId, ref: str) -> None:
        """Unlink it, move its credentials to quarantine, forget it. From now on nobody finds it any more.

        Returns when that is done; without an engine at once, and it is done when one is there. Raises
        UnknownSession.
        """
        runtime = self._find(tenant_id, ref)
        self._roster.tell(runtime, f.DeleteAsked())
        await self._roster.recorder.settled()
        loop = asyncio.get_running_loop()
        until = loop.time() + _FORGOTTEN_WITHIN_S
        while runtime in self._roster.index and loop.time() < until and self._roster.acting:
            await self._roster.changed_or_timeout(runtime, until - loop.time())

    # ---- inside --------------------------------------------------------------------------------------------

    def _find(self, tenant_id: TenantId, ref: str) -> Runtime:
        return self._roster.index.find(tenant_id, ref)

    async def _ask(self, tenant_id: TenantId, ref: str, fact: f.Fact, or_else: f.Fact | None = None) -> View:
        runtime = self._find(tenant_id, ref)
        desired = runtime.session.desired
        if not self._roster.tell(runtime, fact) and or_else is not None:
            self._roster.tell(runtime, or_else)
        if runtime.session.desired is not desired:
            await self._save_registry()
        await self._roster.recorder.settled()
        return self._roster.view(runtime)

    async def _recorded(self) -> None:
        """Return when everything so far is durable. Raises StoreUnavailable when that takes too long."""
        try:
            async with asyncio.timeout(_RECORDED_WITHIN_S):
                await self._roster.recorder.settled()
        except TimeoutError as exc:
            raise StoreUnavailable() from exc

    async def _save_registry(self) -> None:
        try:
            await self._roster.save_registry()
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


def _digits(phone: str) -> str:
    number = phone_of(parse_recipient(phone))
    if number is None or number.startswith("+0"):
        raise RequestInvalid(
            "This is not a phone number with its country code",
            next_step="Write it like +4915112345678: the number of the phone that is to be linked.",
        )
    return number.removeprefix("+")
