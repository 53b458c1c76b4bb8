"""HTTP: credentials that have left their place, and their way back."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from holdfast.api.auth import Admin, Reader, TheRooms
from holdfast.api.bodies import Body
from holdfast.api.errors import refusals
from holdfast.api.sessions import SessionOut, shown
from holdfast.sessions import PutAway

router = APIRouter(prefix="/v1/quarantine", tags=["sessions"])

Name = Annotated[str, Path(description="as the list tells it", max_length=128)]


class QuarantinedOut(BaseModel):
    """Credentials of a session that were put away. Nothing is deleted before `until`."""

    name: str
    session: str = Field(description="the name of the session that used them; empty: nobody remembers")
    session_id: str | None
    phone: str | None
    why: str | None = Field(description="logged_out, given_up, renewed, refused, damaged or exchanged")
    since: datetime | None
    until: datetime | None = Field(description="then it is deleted for good; null: never")


class QuarantineOut(BaseModel):
    """Everything of the caller's tenant, newest first."""

    quarantine: list[QuarantinedOut]


class BringBackIn(Body):
    """For whom."""

    session: str = Field(description="id, name or number of the session", max_length=128)


@router.get("", summary="List what lies in quarantine", responses=refusals(502))
async def list_quarantine(rooms: TheRooms, caller: Reader) -> QuarantineOut:
    """Credentials leave their place only for here, and stay for 30 days."""
    found = await rooms.sessions.quarantined(caller.tenant_id)
    return QuarantineOut(quarantine=[_out(it) for it in found])


@router.post("/{name}/restore", summary="Bring credentials back", responses=refusals(404, 409, 502))
async def restore(rooms: TheRooms, caller: Admin, name: Name, wanted: BringBackIn) -> SessionOut:
    """Puts them back for this session, which connects. They are looked at first.

    Nothing takes the place of credentials that work: 409 `already_linked`. Those that the phone or WhatsApp
    has unlinked meanwhile end in `logged_out` again.
    """
    return await shown(rooms, await rooms.sessions.bring_back(caller.tenant_id, name, wanted.session))


def _out(it: PutAway) -> QuarantinedOut:
    what = it.what
    return QuarantinedOut(
        name=what.name,
        session=it.session,
        session_id=what.session_id,
        phone=f"+{what.number}" if what.number else None,
        why=what.why,
        since=_moment(what.since_ms),
        until=_moment(what.until_ms),
    )


def _moment(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC)
