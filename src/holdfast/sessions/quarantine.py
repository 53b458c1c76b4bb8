"""What has left its place, and its way back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from holdfast.engine.answers import Place
from holdfast.kit import logging
from holdfast.kit.clock import Clock
from holdfast.model.errors import (
    AlreadyLinked,
    CredentialsUnusable,
    EngineUnreachable,
    HoldfastError,
    UnknownQuarantined,
    UnknownSession,
)
from holdfast.model.ids import SessionId, TenantId
from holdfast.sessions import facts as f
from holdfast.sessions import repository
from holdfast.sessions.linking import Linking
from holdfast.sessions.roster import Roster
from holdfast.sessions.runtime import Runtime
from holdfast.sessions.seam import Engine
from holdfast.sessions.unlinking import Unlinking
from holdfast.store import Store
from holdfast.vault import KeyFileDamaged, Quarantined, Vault, Verdict, WrongMasterKey, faults_of, judge
from holdfast.vault.quarantine import expired, read

log = logging.get("sessions")

_NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class PutAway:
    """One folder in quarantine, and whose it was."""

    what: Quarantined
    #: The session's name; empty when nobody remembers it.
    session: str


class Quarantine:
    """Lists, brings back, and deletes what has been there for its time."""

    def __init__(
        self,
        roster: Roster,
        store: Store,
        link: Engine,
        vault: Vault,
        *,
        linking: Linking,
        unlinking: Unlinking,
        home: TenantId,
        clock: Clock,
    ) -> None:
        self._roster, self._store, self._link, self._vault = roster, store, link, vault
        self._linking, self._unlinking, self._home = linking, unlinking, home
        self._clock = clock

    async def of(self, tenant_id: TenantId) -> Sequence[PutAway]:
        """What the tenant's sessions have left there, newest first. Raises what the engine refuses."""
        found = await self._all()
        owners = await self._store.read(
            partial(repository.owners, session_ids=[it.session_id for it in found if it.session_id])
        )
        mine: list[PutAway] = []
        for it in found:
            owner, name = owners.get(it.session_id or SessionId(_NOBODY), (self._home, ""))
            if owner == tenant_id:
                mine.append(PutAway(it, name))
        return sorted(mine, key=lambda it: it.what.since_ms or 0, reverse=True)

    async def bring_back(self, tenant_id: TenantId, name: str, runtime: Runtime) -> None:
        """Put a folder back into its place, for this session, and connect it.

        Raises UnknownQuarantined, AlreadyLinked while the session or another one has credentials for the
        number, CredentialsUnusable with what is wrong, and what the engine refuses.
        """
        found = next((it.what for it in await self.of(tenant_id) if it.what.name == name), None)
        if found is None or not found.has_file or not found.number:
            raise UnknownQuarantined
        async with self._linking.hold(found.number):
            self.must_be_free(runtime, found.number)
            jid = await self._usable(runtime, found)
            self.must_be_free(runtime, found.number)  # still
            await self._move(runtime, found, jid)
        log.warning("session.brought_back", session=runtime.name, phone=found.number, name=name)
        self._roster.tell(runtime, f.CredentialsAdopted())

    async def sweep(self) -> None:
        """Delete what has been there for its time. Raises EngineUnreachable."""
        now_ms = self._clock()
        for it in await self._all():
            if expired(it, now_ms):
                try:
                    await self._link.credentials.discard(Place.QUARANTINE, it.name)
                    log.warning("session.quarantine_expired", name=it.name)
                except EngineUnreachable:
                    raise
                except HoldfastError as exc:
                    log.warning("session.quarantine_not_deleted", name=it.name, error=exc.message)

    # ---- inside --------------------------------------------------------------------------------------------

    async def _all(self) -> Sequence[Quarantined]:
        folders = await self._link.credentials.scan(Place.QUARANTINE)
        return [read(folder, self._session_of) for folder in folders]

    def _session_of(self, wrapped: bytes) -> SessionId | None:
        try:
            return self._vault.unwrap(wrapped).session_id
        except (WrongMasterKey, KeyFileDamaged):
            return None

    def must_be_free(self, runtime: Runtime, number: str, *, ours: bool = False) -> None:
        """Raises AlreadyLinked where the session or the number has credentials that may work; UnknownSession.

        With `ours` the number's folder is there already, and its caller has made it.
        """
        if runtime.deleted:
            raise UnknownSession
        owner = self._roster.index.with_phone(number)
        if owner not in (None, runtime):
            raise AlreadyLinked(f"+{number} belongs to another session")
        if runtime.record.phone not in (None, number):
            raise AlreadyLinked(f"The session belongs to +{runtime.record.phone}")
        if runtime.session.credentials is f.Credentials.VALID or (self._vault.has(number) and not ours):
            raise AlreadyLinked("The session is linked: nothing takes the place of credentials that work")

    async def _usable(self, runtime: Runtime, found: Quarantined) -> str:
        """The device in the folder. Raises CredentialsUnusable."""
        try:
            key = self._vault.unwrap(found.wrapped_key).key
        except (WrongMasterKey, KeyFileDamaged) as exc:
            raise CredentialsUnusable(exc.message) from exc
        seen = await self._link.credentials.inspect(Place.QUARANTINE, found.name, key)
        faults = faults_of(seen, replace(runtime.record, phone=found.number))
        if judge(faults, has_snapshot=False) is not Verdict.VALID or seen.device is None:
            raise CredentialsUnusable(f"It cannot connect: {', '.join(it.flaw.value for it in faults)}")
        return seen.device.jid

    async def _move(self, runtime: Runtime, found: Quarantined, jid: str) -> None:
        """First recorded, then moved: killed in between, the record finds no folder and forgets it again."""
        before = runtime.record
        placed = replace(before, folder=found.number, phone=found.number, jid=jid)
        self._roster.index.rewrite(runtime, placed)
        await self._linking.keep(runtime)
        await self._unlinking.forgive(found.name)
        try:
            await self._link.credentials.bring_back(found.name, found.number)
        except HoldfastError:
            self._roster.index.rewrite(runtime, before)
            await self._linking.keep(runtime)
            raise
        self._vault.learn(found.number, found.wrapped_key)
        await self._linking.returned()
