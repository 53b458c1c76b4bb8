"""What a running gateway does for backups: it saves credentials, and makes those of the schedule."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from holdfast.alerts import Alerts, Signal, Subject, Turn
from holdfast.backup import restored, statements
from holdfast.backup.schedule import Outcome, Schedule, check, due, overdue, superfluous
from holdfast.journal import Draft, Journal
from holdfast.kit import logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.alerts import Cause
from holdfast.model.errors import HoldfastError, StoreUnavailable
from holdfast.model.events import BackupStatus, BackupStatusChanged
from holdfast.model.ids import SessionId, TenantId
from holdfast.store import ReadUnit, Store, WriteUnit

log = logging.get("backup")

_SCHEDULE: Final = "backup.schedule"
_OUTCOME: Final = "backup.outcome"
#: The note of a restore that was told last.
_RESTORED: Final = "backup.restored"
_NO_SESSION: Final = SessionId("")
_LOOKS_EVERY_S: Final = 60.0
_HOUR_S: Final = 3600.0
_SUBJECT: Final = Subject("backup", "scheduled backup")
#: Of what a backup that failed has said, so much is kept.
_LAST_WORDS: Final = 300


class Backups:
    """The door of this room for the API, and a task that looks whether a backup is due."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        alerts: Alerts,
        save_all: Callable[[], Awaitable[Mapping[str, str]]],
        data: Path,
        *,
        home: TenantId,
        clock: Clock = now_ms,
    ) -> None:
        self._store, self._journal, self._alerts = store, journal, alerts
        self._save_all, self._data = save_all, data
        self._home, self._clock = home, clock
        self._changed = asyncio.Event()

    async def save_credentials(self) -> Mapping[str, str]:
        """Save every number's credentials, so that an archive that is made now has them as they are.

        Returns what could not be saved: sessions' names and why. Raises EngineUnreachable.
        """
        return await self._save_all()

    async def schedule(self) -> tuple[Schedule | None, Outcome]:
        """What is wished, and what became of it. Raises StoreUnavailable."""
        return await self._store.read(_read)

    async def put_schedule(self, wished: Schedule) -> None:
        """Make backups so from now on; the first is due at once. Raises RequestInvalid, StoreUnavailable."""
        check(wished)
        wished = replace(wished, since_ms=self._clock())

        def keep(unit: WriteUnit) -> None:
            unit.run(statements.KEEP, key=_SCHEDULE, value=wished.to_json())
            unit.run(statements.FORGET, key=_OUTCOME)

        await self._store.write(keep)
        self._changed.set()

    async def forget_schedule(self) -> None:
        """Make none by itself any more; archives stay. Raises StoreUnavailable."""

        def forget(unit: WriteUnit) -> None:
            for key in (_SCHEDULE, _OUTCOME):
                unit.run(statements.FORGET, key=key)

        await self._store.write(forget)
        await self._alerts.hear(self._home, _SUBJECT, Signal(Cause.BACKUP_OVERDUE.value, Turn.DROPPED))

    async def tell(self, what: BackupStatusChanged) -> None:
        """Note in the journal what became of an archive that somebody has made or proved.

        Raises StoreUnavailable.
        """
        await self._store.write(lambda unit: self._note(unit, what))

    def _note(self, unit: WriteUnit, what: BackupStatusChanged) -> None:
        self._journal.append_many(unit, [Draft(_NO_SESSION, self._home, what)])

    async def run(self) -> None:
        """Look forever whether one is due. Nothing that goes wrong in here ends anything else."""
        while True:
            try:
                await self._tell_restored()
                await self._look()
            except StoreUnavailable:
                pass  # the next look
            except Exception:
                log.exception("backup.look_failed")
            self._changed.clear()
            try:
                async with asyncio.timeout(_LOOKS_EVERY_S):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _look(self) -> None:
        wished, outcome = await self.schedule()
        if wished is None:
            return
        if due(wished, outcome, self._clock()):
            outcome, told = await self._make(wished, outcome)
            await self._keep(outcome, told)
        late = overdue(wished, outcome, self._clock())
        if late and not outcome.told_overdue:
            outcome = replace(outcome, told_overdue=True)
            await self._keep(outcome, BackupStatusChanged(BackupStatus.OVERDUE, error=outcome.error))
        turn = Turn.RAISED if late else Turn.CLEARED
        signal = Signal(Cause.BACKUP_OVERDUE.value, turn, outcome.error)
        await self._alerts.hear(self._home, _SUBJECT, signal)

    async def _keep(self, outcome: Outcome, told: BackupStatusChanged) -> None:
        def keep(unit: WriteUnit) -> None:
            unit.run(statements.KEEP, key=_OUTCOME, value=outcome.to_json())
            self._note(unit, told)

        await self._store.write(keep)

    async def _tell_restored(self) -> None:
        """What a restore has left a note of is told once: also by who is killed before the note is gone."""
        for note in await asyncio.to_thread(restored.notes, self._data):
            what = await asyncio.to_thread(restored.read, note)

            def tell(unit: WriteUnit, name: str = note.name, what: BackupStatusChanged = what) -> None:
                if unit.scalar(statements.KEPT, key=_RESTORED) != name:
                    unit.run(statements.KEEP, key=_RESTORED, value=name)
                    self._note(unit, what)

            await self._store.write(tell)
            await asyncio.to_thread(note.unlink)

    async def _make(self, wished: Schedule, before: Outcome) -> tuple[Outcome, BackupStatusChanged]:
        """A program of its own makes it: encrypting gigabytes holds up no message."""
        now = self._clock()
        try:
            archive, numbers = await self._archive(wished)
            await self._tidy(wished)
        except HoldfastError as exc:
            log.error("backup.failed", error=exc.message)
            failed = BackupStatusChanged(BackupStatus.FAILED, error=exc.message)
            return replace(before, tried_at_ms=now, error=exc.message), failed
        log.info("backup.made", archive=archive)
        return Outcome(archive, now, now), BackupStatusChanged(BackupStatus.CREATED, archive, numbers)

    async def _archive(self, wished: Schedule) -> tuple[str, int]:
        options = [option for each in wished.recipients for option in ("--recipient", each)]
        options += ["--media"] * wished.media + ["--no-messages"] * (not wished.messages)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "holdfast.cli", "backup", "create", wished.to, "--json"),
            *("--data", str(self._data), "--scheduled", *options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(wished.every_h * _HOUR_S):
                output, said = await process.communicate()
        except TimeoutError as exc:
            process.kill()
            raise HoldfastError(f"It did not end within {wished.every_h} h", code="backup_failed") from exc
        except asyncio.CancelledError:
            process.kill()
            raise
        try:
            made = json.loads(output)
        except ValueError as exc:
            words = said.decode(errors="replace").strip()[-_LAST_WORDS:]
            raise HoldfastError(words or f"it ended with {process.returncode}", code="backup_failed") from exc
        if made["left_out"]:
            raise HoldfastError(
                f"Not saved: {'; '.join(made['left_out'])}"[:_LAST_WORDS], code="backup_failed"
            )
        return str(made["archive"]), len(made["numbers"])

    async def _tidy(self, wished: Schedule) -> None:
        from holdfast import settings  # with the first archive; a start needs none of it
        from holdfast.backup.places import access_of, place_at

        place = place_at(wished.to, access_of(settings.read()), self._data / "run")
        for name in superfluous([it.name for it in await place.archives()], wished):
            await place.delete(name)
            log.info("backup.deleted", archive=name)


def _read(unit: ReadUnit) -> tuple[Schedule | None, Outcome]:
    wished, outcome = (unit.scalar(statements.KEPT, key=key) for key in (_SCHEDULE, _OUTCOME))
    return (
        None if wished is None else Schedule.from_json(str(wished)),
        Outcome() if outcome is None else Outcome.from_json(str(outcome)),
    )
