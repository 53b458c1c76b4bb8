"""HTTP: what is saved of a session's credentials, in case its file is lost."""

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from holdfast.api.auth import Admin, Behind, Reader
from holdfast.api.errors import refusals
from holdfast.api.messages import Ref
from holdfast.vault import Snapshot

router = APIRouter(prefix="/v1/sessions/{ref}/snapshots", tags=["sessions"])


class SnapshotOut(BaseModel):
    """One snapshot."""

    name: str
    at: datetime
    why: Literal["changed", "before"] = Field(
        description="the credentials had changed; or something without a way back was about to be done"
    )
    good: bool | None = Field(description="the session could connect with it; null: not looked at now")


class SnapshotsOut(BaseModel):
    """Those of a session, newest first."""

    snapshots: list[SnapshotOut]


class TakenOut(SnapshotsOut):
    """What became of it."""

    taken: bool = Field(description="false: the newest snapshot holds the same credentials")


@router.get("", summary="List snapshots", responses=refusals(404))
async def list_snapshots(rooms: Behind, caller: Reader, ref: Ref) -> SnapshotsOut:
    """They are taken whenever the credentials change; the newest good one takes a damaged file's place."""
    return SnapshotsOut(snapshots=[_out(it) for it in rooms.sessions.snapshots(caller.tenant_id, ref)])


@router.post("", summary="Take a snapshot", responses=refusals(404, 409, 502))
async def take_snapshot(rooms: Behind, caller: Admin, ref: Ref) -> TakenOut:
    """Now, where the credentials are other ones than in the newest."""
    taken = await rooms.sessions.take_snapshot(caller.tenant_id, ref)
    found = rooms.sessions.snapshots(caller.tenant_id, ref)
    return TakenOut(taken=taken, snapshots=[_out(it) for it in found])


@router.post("/verify", summary="Verify snapshots", responses=refusals(404, 502))
async def verify_snapshots(rooms: Behind, caller: Admin, ref: Ref) -> SnapshotsOut:
    """Each is opened and read in full. Nothing is changed."""
    found = await rooms.sessions.verify_snapshots(caller.tenant_id, ref)
    return SnapshotsOut(snapshots=[_out(it, good) for it, good in found])


def _out(it: Snapshot, good: bool | None = None) -> SnapshotOut:
    at = datetime.fromtimestamp(it.at_ms / 1000, UTC)
    return SnapshotOut(name=it.name, at=at, why=it.why.value, good=good)
