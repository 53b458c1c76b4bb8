"""HTTP: what is saved of a session's credentials, in case its file is lost."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from holdfast.api.auth import Admin, Reader, TheRooms
from holdfast.api.errors import refusals
from holdfast.api.messages import Ref
from holdfast.api.rooms import Rooms
from holdfast.api.sessions import SessionOut, shown
from holdfast.model.ids import TenantId
from holdfast.vault import Look, Snapshot

router = APIRouter(prefix="/v1/sessions/{ref}/snapshots", tags=["sessions"])

Name = Annotated[str, Path(description="as the list tells it", max_length=64)]


class SnapshotOut(BaseModel):
    """One snapshot."""

    name: str
    at: datetime
    why: Literal["changed", "before"] = Field(
        description="the credentials had changed; or something without a way back was about to be done"
    )
    size_bytes: int
    good: bool | None = Field(description="the session could connect with it; null: nobody has looked")
    verified_at: datetime | None = Field(
        description="when it was read in full last; null: not since the gateway began"
    )


class SnapshotsOut(BaseModel):
    """Those of a session, newest first."""

    snapshots: list[SnapshotOut]


class TakenOut(SnapshotsOut):
    """What became of it."""

    taken: bool = Field(description="false: the newest snapshot holds the same credentials")


@router.get("", summary="List snapshots", responses=refusals(404))
async def list_snapshots(rooms: TheRooms, caller: Reader, ref: Ref) -> SnapshotsOut:
    """They are taken whenever the credentials change; the newest good one takes a damaged file's place."""
    return SnapshotsOut(snapshots=_of(rooms, caller.tenant_id, ref))


@router.post("", summary="Take a snapshot", responses=refusals(404, 409, 502))
async def take_snapshot(rooms: TheRooms, caller: Admin, ref: Ref) -> TakenOut:
    """Now, where the credentials are other ones than in the newest."""
    taken = await rooms.sessions.take_snapshot(caller.tenant_id, ref)
    return TakenOut(taken=taken, snapshots=_of(rooms, caller.tenant_id, ref))


@router.post("/verify", summary="Verify snapshots", responses=refusals(404, 502))
async def verify_snapshots(rooms: TheRooms, caller: Admin, ref: Ref) -> SnapshotsOut:
    """Each is opened and read in full. Nothing is changed."""
    await rooms.sessions.verify_snapshots(caller.tenant_id, ref)
    return SnapshotsOut(snapshots=_of(rooms, caller.tenant_id, ref))


@router.post("/{name}/verify", summary="Verify a snapshot", responses=refusals(404, 502))
async def verify_snapshot(rooms: TheRooms, caller: Admin, ref: Ref, name: Name) -> SnapshotsOut:
    """It is opened and read in full. Nothing is changed."""
    await rooms.sessions.verify_snapshots(caller.tenant_id, ref, name)
    return SnapshotsOut(snapshots=_of(rooms, caller.tenant_id, ref))


@router.post("/{name}/restore", summary="Put a snapshot back", responses=refusals(404, 409, 502, 503))
async def put_back_snapshot(rooms: TheRooms, caller: Admin, ref: Ref, name: Name) -> SessionOut:
    """It takes the place of the session's file, and the session connects with it, without a code.

    For when something is wrong with the file that no check finds: a damaged one is replaced by itself. What
    was in use is saved as a snapshot of its own, so that this can be taken back, and goes into quarantine.
    Messages that were under way come again. 409 `credentials_unusable` for a snapshot that could not connect,
    and for a session that is not linked.
    """
    return await shown(rooms, await rooms.sessions.put_back_snapshot(caller.tenant_id, ref, name))


def _of(rooms: Rooms, tenant_id: TenantId, ref: str) -> list[SnapshotOut]:
    return [_out(it, look) for it, look in rooms.sessions.snapshots(tenant_id, ref)]


def _out(it: Snapshot, look: Look | None) -> SnapshotOut:
    return SnapshotOut(
        name=it.name,
        at=_moment(it.at_ms),
        why=it.why.value,
        size_bytes=it.size_bytes,
        good=None if look is None else look.good,
        verified_at=None if look is None else _moment(look.at_ms),
    )


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
