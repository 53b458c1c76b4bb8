"""Looks at an installation, running or stopped, and repairs what it said it would."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from holdfast.doctor.places import Places
from holdfast.doctor.report import Check, Level, Repair, Report
from holdfast.engine import EngineIdentity
from holdfast.engine.answers import Place
from holdfast.kit import logging
from holdfast.kit.clock import now_ms
from holdfast.kit.files import write_atomically
from holdfast.model.errors import EngineStorageFailed, FileCorrupt, FolderMissing, HoldfastError
from holdfast.model.ids import SessionId
from holdfast.sessions import Supervisor
from holdfast.vault import (
    Fault,
    Flaw,
    KeyFileDamaged,
    Record,
    Vault,
    Verdict,
    WrongMasterKey,
    cannot_connect,
    faults_of,
    judge,
    registry,
)

log = logging.get("doctor")

_CLOCK_PROBLEM_MS = 60_000


@dataclass(frozen=True, slots=True)
class Doctor:
    """One installation on the table. `running`: the gateway of the moment asks, else nobody serves."""

    places: Places
    vault: Vault
    supervisor: Supervisor
    version: str
    running: bool
    #: What was found before there was a doctor: a database that cannot be opened.
    before: Sequence[Check] = ()

    async def examine(self) -> Report:
        """Look at everything. Changes nothing."""
        identity = self.supervisor.engine
        checks = [*self.before, *self.places.look(), self._engine(identity), self._clock(), *self._registry()]
        if identity is not None:
            await self.supervisor.snapshots.look()
            checks += [await self._session(record) for record in self._records()]
            checks += await self._folders()
        return Report(self.running, checks)

    async def repair(self) -> Report:
        """Do what the report says, each with a copy first, and look again."""
        wanted = [check for check in (await self.examine()).checks if check.repair is not None]
        done: list[tuple[Check, str]] = []
        for check in wanted:
            try:
                await self._repair(check)
                done.append((check, ""))
            except (HoldfastError, OSError) as exc:
                log.error("doctor.not_repaired", check=check.code, error=str(exc))
                done.append((check, str(exc)))
        after = await self.examine()
        return Report(self.running, after.checks, done)

    # ---- the whole -----------------------------------------------------------------------------------------

    def _engine(self, identity: EngineIdentity | None) -> Check:
        if identity is None:
            return Check("engine_away", Level.PROBLEM)
        said = f"Holdfast {self.version}, engine {identity.build}, protocol {identity.version}"
        return Check("engine_answers", Level.OK, said)

    def _clock(self) -> Check:
        ahead_ms = self.supervisor.server_ahead_ms
        if ahead_ms is None:
            return Check("clock_unknown", Level.OK)
        wrong = abs(ahead_ms) >= _CLOCK_PROBLEM_MS
        way = "behind" if ahead_ms > 0 else "ahead"
        said = f"{abs(ahead_ms) / 1000:.0f} s {way} of WhatsApp's" if ahead_ms else "as WhatsApp's"
        return Check("clock_differs" if wrong else "clock", Level.PROBLEM if wrong else Level.OK, said)

    def _registry(self) -> Iterator[Check]:
        mine = {record.id: record for record in self._records()}
        kept = registry.peek(self.places.data / "registry.json")
        if kept is None:
            yield Check("registry_unreadable", Level.PROBLEM, repair=Repair.WRITE_REGISTRY)
            return
        differing = {id_ for id_ in mine.keys() | kept.keys() if mine.get(id_) != kept.get(id_)}
        if differing:
            names = sorted({it.name for it in (*mine.values(), *kept.values()) if it.id in differing})
            said = ", ".join(names)
            yield Check("registry_differs", Level.PROBLEM, said, Repair.WRITE_REGISTRY)
        else:
            yield Check("registry_agrees", Level.OK, f"in both: {len(mine)}")

    def _records(self) -> Sequence[Record]:
        return [it.record for it in self.supervisor.roster.index if not it.deleted]

    # ---- sessions ------------------------------------------------------------------------------------------

    async def _session(self, record: Record) -> Check:
        if record.folder is None:
            return self._said("not_linked", Level.OK, record)
        try:
            faults = await self._faults(record, record.folder)
        except EngineStorageFailed as exc:
            return self._said("credentials_not_looked_at", Level.PROBLEM, record, exc.message)
        snapshot = await self.supervisor.snapshots.newest_good(record)
        verdict = judge(faults, has_snapshot=snapshot is not None)
        taken = self.supervisor.snapshots.of(record.folder)
        said = "; ".join(" ".join(filter(None, (it.flaw.value, it.detail))) for it in faults)
        if verdict is not Verdict.VALID:
            may = verdict is Verdict.REPAIRABLE and (cannot_connect(faults) or not self._up(record.id))
            repair = Repair.RESTORE_SNAPSHOT if may else None
            return self._said(
                f"credentials_{verdict}", Level.PROBLEM, record, said, verdict=verdict, repair=repair
            )
        if snapshot is None:
            return self._said("no_good_snapshot", Level.WARNING, record, said, verdict=verdict)
        counted = f"{len(taken)} snapshots" if len(taken) != 1 else "1 snapshot"
        return self._said("credentials_valid", Level.OK, record, said or counted, verdict=verdict)

    def _said(
        self,
        code: str,
        level: Level,
        record: Record,
        detail: str = "",
        *,
        verdict: Verdict | None = None,
        repair: Repair | None = None,
    ) -> Check:
        return Check(
            code, level, detail, repair, record.id, record.name, phone=record.phone or "", verdict=verdict
        )

    async def _faults(self, record: Record, folder: str) -> Sequence[Fault]:
        """What is wrong with a session's file. Raises EngineStorageFailed when it could not be looked at."""
        try:
            key = self.vault.key_of(folder).key
            return faults_of(await self.supervisor.files.inspect(Place.SESSIONS, folder, key), record)
        except FolderMissing:
            return (Fault(Flaw.FOLDER_MISSING),)
        except WrongMasterKey:
            return (Fault(Flaw.WRONG_MASTER_KEY),)
        except KeyFileDamaged:
            return (Fault(Flaw.KEY_FILE_DAMAGED),)

    def _up(self, session_id: SessionId) -> bool:
        runtime = self.supervisor.roster.index.get(session_id)
        return runtime is not None and runtime.session.state.up

    async def _folders(self) -> Sequence[Check]:
        known = {record.folder for record in self._records()}
        stray = [it.name for it in await self.supervisor.scan() if it.name not in known]
        waiting = len(await self.supervisor.files.scan(Place.QUARANTINE))
        checks = [Check("folder_unknown", Level.WARNING, name) for name in stray if not name.startswith(".")]
        return [*checks, Check("quarantine", Level.OK, f"{waiting} folders")]

    # ---- repairs -------------------------------------------------------------------------------------------

    async def _repair(self, check: Check) -> None:
        match check.repair:
            case Repair.CLOSE_TO_OTHERS:
                self.places.close_to_others(check.path)
            case Repair.WRITE_REGISTRY:
                self._keep_registry()
                await self.supervisor.roster.save_registry()
            case Repair.RESTORE_SNAPSHOT if check.session_id is not None:
                await self.supervisor.replace_credentials(check.session_id, FileCorrupt(check.detail))
        log.warning("doctor.repaired", check=check.code, repair=check.repair, session=check.session)

    def _keep_registry(self) -> None:
        path = self.places.data / "registry.json"
        if path.is_file():
            aside = self.places.data / "quarantine" / f"registry.json.before-{now_ms()}"
            aside.parent.mkdir(exist_ok=True, mode=0o700)
            write_atomically(aside, path.read_bytes())
