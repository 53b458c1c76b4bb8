"""Unlinks devices that WhatsApp still counts as linked although their credentials are in quarantine.

A phone takes four linked devices. Each one that is left over is in a durable list, with its folder in
quarantine; it is unlinked from there as soon as that works, and shown until then.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from holdfast.kit import logging
from holdfast.kit.backoff import backoff
from holdfast.kit.ids import new_id
from holdfast.model.errors import (
    EngineUnreachable,
    FileCorrupt,
    FolderMissing,
    HoldfastError,
    StoreUnavailable,
    WrongFileKey,
)
from holdfast.model.events import SessionUnlinking, Unlinked
from holdfast.model.ids import SessionId, TenantId
from holdfast.sessions import debts
from holdfast.sessions.debts import Debt
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Runtime
from holdfast.sessions.seam import Engine
from holdfast.store import Store, WriteUnit
from holdfast.vault import KeyFileDamaged, Vault, WrongMasterKey

log = logging.get("sessions")

#: Only the phone's own list of linked devices helps against these.
_HOPELESS: Final = (FileCorrupt, FolderMissing, WrongFileKey, WrongMasterKey, KeyFileDamaged)
_FIRST_WAIT_S: Final = 2.0
_LONGEST_WAIT_S: Final = 3600.0
#: After so many attempts the owner is asked to do it on the phone; attempts go on all the same.
_PATIENCE: Final = 5
_LOOKS_FOR_AN_ENGINE_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from one attempt."""

    over: bool
    by_hand: bool = False
    wait_s: float = 0.0


def decide(attempts: int, error: HoldfastError | None, *, phone_known: bool) -> Outcome:
    """Return what follows after attempt number `attempts` (from 1); `error` is how it ended. Pure."""
    if error is None:
        return Outcome(over=True)
    if isinstance(error, _HOPELESS):
        # A scratch folder that no phone has linked holds no device: nothing is owed.
        return Outcome(over=not phone_known, by_hand=phone_known, wait_s=_LONGEST_WAIT_S)
    wait_s = backoff(attempts - 1, base_s=_FIRST_WAIT_S, cap_s=_LONGEST_WAIT_S, roll=0.5)
    return Outcome(over=False, by_hand=attempts >= _PATIENCE, wait_s=wait_s)


class Unlinking:
    """Keeps the list, and works through it."""

    def __init__(self, roster: Roster, store: Store, link: Engine, vault: Vault) -> None:
        self._roster, self._store, self._link, self._vault = roster, store, link, vault
        self._owed: dict[str, Debt] = {}
        self._due: dict[str, float] = {}  # by the loop's clock
        self._more = asyncio.Event()

    async def load(self) -> None:
        """Read the list. Raises StoreUnavailable."""
        self._owed = {debt.id: debt for debt in await self._store.read(debts.load)}
        self._due = dict.fromkeys(self._owed, 0.0)

    def of(self, tenant_id: TenantId) -> Sequence[Debt]:
        """Return what is still to be unlinked, oldest first."""
        return [debt for debt in self._owed.values() if debt.tenant_id == tenant_id]

    async def note(self, runtime: Runtime, folder: str, wrapped_key: bytes, phone: str) -> Debt:
        """Note that a device is about to move to this folder in quarantine. Durable when this returns."""
        record = runtime.record
        debt = Debt(
            *(new_id("unl"), record.tenant_id, record.id, record.name, phone, folder, wrapped_key),
            since_ms=self._roster.clock.wall_ms,
        )
        await self._patiently(partial(debts.add, debt=debt))
        return debt

    def begin(self, debt: Debt) -> None:
        """Begin to unlink it: its folder is in quarantine now."""
        self._owed[debt.id], self._due[debt.id] = debt, 0.0
        self._more.set()

    async def drop(self, debt: Debt) -> None:
        """Remove it from the list: there was no such folder."""
        await self._end(debt)

    async def forgive(self, folder: str) -> None:
        """Remove the device in this folder from the list: its session is brought back."""
        for debt in [debt for debt in self._owed.values() if debt.folder == folder]:
            await self._end(debt)

    async def run(self) -> None:
        """Work through the list until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            debt = min(self._owed.values(), key=lambda it: self._due[it.id], default=None)
            wait_s = None if debt is None else self._due[debt.id] - loop.time()
            if debt is None or (wait_s is not None and wait_s > 0):
                await self._more_or(wait_s)
            elif not self._roster.acting:
                await asyncio.sleep(_LOOKS_FOR_AN_ENGINE_EVERY_S)
            else:
                await self._try(debt)

    async def _more_or(self, wait_s: float | None) -> None:
        self._more.clear()
        try:
            async with asyncio.timeout(wait_s):
                await self._more.wait()
        except TimeoutError:
            pass

    async def _try(self, debt: Debt) -> None:
        error: HoldfastError | None = None
        try:
            key = self._vault.unwrap(debt.wrapped_key).key
            already = await self._link.credentials.unlink(SessionId(debt.id), debt.folder, key)
            log.info("session.unlinked", session=debt.session, phone=debt.phone, already=already)
        except EngineUnreachable:
            self._due[debt.id] = asyncio.get_running_loop().time() + _LOOKS_FOR_AN_ENGINE_EVERY_S
            return
        except HoldfastError as exc:
            error = exc
        outcome = decide(debt.attempts + 1, error, phone_known=bool(debt.phone))
        if outcome.over:
            if debt.phone and error is None:
                self._tell(debt, Unlinked.DONE)
            await self._end(debt)
            return
        again = replace(debt, attempts=debt.attempts + 1, by_hand=debt.by_hand or outcome.by_hand)
        log.warning("session.not_unlinked_yet", session=debt.session, phone=debt.phone, error=str(error))
        if again.by_hand and not debt.by_hand:
            self._tell(debt, Unlinked.BY_HAND)
        self._owed[debt.id] = again
        self._due[debt.id] = asyncio.get_running_loop().time() + outcome.wait_s
        await self._patiently(partial(debts.tried, debt=again))

    async def _end(self, debt: Debt) -> None:
        self._owed.pop(debt.id, None)
        self._due.pop(debt.id, None)
        await self._patiently(partial(debts.end, debt_id=debt.id, now_ms=self._roster.clock.wall_ms))

    def _tell(self, debt: Debt, outcome: Unlinked) -> None:
        event = SessionUnlinking(f"+{debt.phone}", outcome)
        self._roster.recorder.tell(debt.session_id, debt.tenant_id, event)

    async def _patiently(self, work: Callable[[WriteUnit], None]) -> None:
        attempt = 0
        while True:
            try:
                await self._store.write(work)
                return
            except StoreUnavailable as exc:
                log.error("session.unlinking_not_kept", error=str(exc))
            await asyncio.sleep(backoff(attempt, base_s=0.25, cap_s=5.0, roll=0.5))
            attempt += 1
