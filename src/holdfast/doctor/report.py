"""What the doctor says: one check per thing it looked at. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from holdfast.model.ids import SessionId
from holdfast.model.words import Words, of_check, of_repair
from holdfast.vault import Verdict


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"  # works, and will not forever
    PROBLEM = "problem"


class Repair(StrEnum):
    """What `--repair` does about it."""

    RESTORE_SNAPSHOT = "restore_snapshot"
    WRITE_REGISTRY = "write_registry"
    CLOSE_TO_OTHERS = "close_to_others"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `code` says what was found; sentences come from the catalogue."""

    code: str
    level: Level
    #: Facts of this installation: a path, a number, a size.
    detail: str = ""
    repair: Repair | None = None
    #: Of a session's credentials.
    session_id: SessionId | None = None
    session: str = ""
    phone: str = ""
    verdict: Verdict | None = None
    #: The file that a repair changes, where it is one.
    path: str = ""

    @property
    def words(self) -> Words:
        """What was found and what to do, for people."""
        return of_check(self.code)

    @property
    def repair_words(self) -> str:
        """What `--repair` would do; empty: nothing."""
        return of_repair(self.repair.value) if self.repair is not None else ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was looked at."""

    running: bool
    checks: Sequence[Check]
    #: Of those that had a repair: what became of it, in their order. Empty until it was asked for.
    repaired: Sequence[tuple[Check, str]] = ()

    @property
    def level(self) -> Level:
        """The worst of all."""
        levels = {check.level for check in self.checks}
        return next((it for it in (Level.PROBLEM, Level.WARNING) if it in levels), Level.OK)
