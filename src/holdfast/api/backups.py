"""HTTP: what backups need of a running gateway."""

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from holdfast.api.auth import Admin, Reader, TheRooms
from holdfast.api.bodies import Body
from holdfast.api.errors import refusals
from holdfast.api.rooms import Rooms
from holdfast.backup.schedule import Schedule
from holdfast.model.events import BackupStatus, BackupStatusChanged

router = APIRouter(prefix="/v1/backups", tags=["backups"])


class SavedOut(BaseModel):
    """What became of it."""

    failed: dict[str, str] = Field(description="sessions whose credentials could not be saved, and why")


class ScheduleIn(Body):
    """A backup that makes itself. It is locked for recipients alone: no passphrase lies anywhere."""

    to: str = Field(
        description="absolute folder of the gateway's machine, or s3://bucket/prefix", max_length=4096
    )
    recipients: list[str] = Field(description="age or SSH public keys", min_length=1, max_length=20)
    every_h: int = Field(24, ge=1, le=8760, description="hours between two")
    messages: bool = Field(True, description="messages and events too")
    media: bool = Field(False, description="files of messages too")
    daily: int = Field(7, ge=0, le=3660, description="archives that are kept, one a day")
    weekly: int = Field(4, ge=0, le=520, description="and one a week")
    monthly: int = Field(12, ge=0, le=1200, description="and one a month")


class ScheduleOut(ScheduleIn):
    """The schedule, and what became of it."""

    archive: str = Field(description="the newest that succeeded; empty: none")
    made_at: datetime | None
    tried_at: datetime | None
    error: str = Field(description="why the newest attempt failed; empty: it did not")


class StandingOut(BaseModel):
    """What is set up."""

    schedule: ScheduleOut | None = Field(description="null: none")


class StatusIn(Body):
    """What became of an archive that a program of the owner's has made or proved."""

    status: Literal["created", "verified", "failed"]
    archive: str = Field(description="where it lies", max_length=4096)
    numbers: int = Field(0, ge=0, le=1_000_000, description="how many numbers it has")
    error: str = Field("", description="why it failed", max_length=1000)


@router.post("/status", summary="Tell what became of an archive", status_code=204, responses=refusals())
async def tell_status(rooms: TheRooms, caller: Admin, told: StatusIn) -> None:
    """An event `backup.status` says it to whoever reads events. `holdfast backup create` and `verify` do so;
    of those of the schedule, of restores and of a backup that is overdue the gateway tells by itself.
    """
    what = BackupStatusChanged(BackupStatus(told.status), told.archive, told.numbers, told.error)
    await rooms.backups.tell(what)


@router.get("/schedule", summary="Show the schedule of backups", responses=refusals())
async def show_schedule(rooms: TheRooms, caller: Reader) -> StandingOut:
    """When backups make themselves, and when the newest one succeeded."""
    return await _standing(rooms)


@router.put("/schedule", summary="Have backups made by themselves", responses=refusals(400))
async def put_schedule(rooms: TheRooms, caller: Admin, wanted: ScheduleIn) -> StandingOut:
    """The first is made at once. One that is late by an hour is an alert, `backup_overdue`."""
    await rooms.backups.put_schedule(Schedule(**wanted.model_dump()))
    return await _standing(rooms)


@router.delete(
    "/schedule", summary="Make no backup by itself any more", status_code=204, responses=refusals()
)
async def forget_schedule(rooms: TheRooms, caller: Admin) -> None:
    """Archives stay where they are."""
    await rooms.backups.forget_schedule()


async def _standing(rooms: Rooms) -> StandingOut:
    wished, outcome = await rooms.backups.schedule()
    if wished is None:
        return StandingOut(schedule=None)
    shown = ScheduleOut(
        **ScheduleIn.model_validate(wished, from_attributes=True).model_dump(),
        archive=outcome.archive,
        made_at=_moment(outcome.made_at_ms),
        tried_at=_moment(outcome.tried_at_ms),
        error=outcome.error,
    )
    return StandingOut(schedule=shown)


def _moment(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC)


@router.post("/credentials", summary="Save every number's credentials", responses=refusals(502))
async def save_credentials(rooms: TheRooms, caller: Admin) -> SavedOut:
    """Saves in `snapshots/` what has changed, so that an archive that is made next has it as it is now."""
    return SavedOut(failed=dict(await rooms.backups.save_credentials()))
