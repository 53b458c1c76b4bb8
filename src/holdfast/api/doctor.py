"""HTTP: is everything as it should be, and the repairs."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from holdfast.api.auth import Admin, TheRooms
from holdfast.api.errors import refusals
from holdfast.doctor import Check, Level, Report
from holdfast.vault import Verdict

router = APIRouter(prefix="/v1/doctor", tags=["system"])


class CheckOut(BaseModel):
    """One thing that was looked at."""

    code: str
    level: Level
    sentence: str
    detail: str
    next_step: str
    repair: str | None = Field(description="what a repair would do: a code")
    repair_sentence: str
    session: str = Field(description="the session's name, where it is about one")
    session_id: str | None
    phone: str | None
    verdict: Verdict | None


class RepairedOut(BaseModel):
    """What became of one repair."""

    code: str
    repair: str
    session: str
    detail: str
    error: str = Field(description="empty: done")


class ReportOut(BaseModel):
    """Everything that was looked at, and what was repaired before."""

    running: bool
    level: Level
    checks: list[CheckOut]
    repaired: list[RepairedOut]


@router.get("", summary="Look at everything", responses=refusals(502))
async def examine(rooms: TheRooms, caller: Admin) -> ReportOut:
    """Every number's credentials, the clock, the disk, permissions, keys, versions, both records, leftovers.

    Changes nothing.
    """
    return report_out(await rooms.facts.doctor.examine())


@router.post("/repair", summary="Repair what can be repaired", responses=refusals(502))
async def repair(rooms: TheRooms, caller: Admin) -> ReportOut:
    """Does what the report says under `repair`, with a copy in quarantine first, and looks again."""
    return report_out(await rooms.facts.doctor.repair())


def report_out(report: Report) -> ReportOut:
    """The report as the API tells it."""
    return ReportOut(
        running=report.running,
        level=report.level,
        checks=[_check_out(check) for check in report.checks],
        repaired=[
            RepairedOut(
                code=check.code,
                repair=check.repair.value if check.repair else "",
                session=check.session,
                detail=check.detail,
                error=error,
            )
            for check, error in report.repaired
        ],
    )


def _check_out(check: Check) -> CheckOut:
    said = check.words
    return CheckOut(
        code=check.code,
        level=check.level,
        sentence=f"{said.sentence}.",
        detail=check.detail,
        next_step=said.next_step if check.level is not Level.OK else "",
        repair=check.repair.value if check.repair else None,
        repair_sentence=check.repair_words,
        session=check.session,
        session_id=check.session_id,
        phone=f"+{check.phone}" if check.phone else None,
        verdict=check.verdict,
    )
