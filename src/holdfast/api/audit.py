"""HTTP: who did what, from where, and what came of it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from holdfast.accounts import Entry
from holdfast.api.auth import KeyHolder, TheRooms
from holdfast.api.errors import refusals
from holdfast.api.paging import PageOut, PageQuery, cut, read_id_place, write_id_place
from holdfast.kit.iso import iso

router = APIRouter(prefix="/v1/audit", tags=["access"])


class EntryOut(BaseModel):
    """One act."""

    id: str
    at: str
    who: str = Field(description="the user's name, or what the key is called")
    user_id: str | None
    key_id: str | None
    source: str = Field(
        description="where it came from; what a page says of its browser stands before `through`"
    )
    act: str = Field(description="method and path of the endpoint")
    what: str = Field(description="the same for people")
    target: str = Field(description="what it was done to")
    outcome: str | None = Field(description="`done`, the refusal's code, or null: the process ended before")


class AuditOut(PageOut):
    """Newest first."""

    entries: list[EntryOut]


@router.get("", summary="Who did what", responses=refusals(400))
async def list_audit(
    request: Request,
    rooms: TheRooms,
    caller: KeyHolder,
    wanted: Annotated[PageQuery, Query()],
) -> AuditOut:
    """Everything that needs the scope `admin` or `keys` and changes something, logins, and what is decided
    about bookings."""
    found = await rooms.audit.page(caller.tenant_id, read_id_place(wanted.after), wanted.limit + 1)
    page, last = cut(found, wanted.limit)
    said = _summaries(request)
    entries = [_entry_out(it, said.get(it.act) or it.act) for it in page]
    return AuditOut(entries=entries, next=write_id_place(last.id) if last else None)


def _summaries(request: Request) -> dict[str, str]:
    """What each endpoint does, for people, as the API's own description says it."""
    paths: dict[str, dict[str, dict[str, str]]] = request.app.openapi()["paths"]
    return {
        f"{method.upper()} {path}": described.get("summary", "")
        for path, methods in paths.items()
        for method, described in methods.items()
    }


def _entry_out(entry: Entry, what: str) -> EntryOut:
    return EntryOut(
        id=entry.id,
        at=iso(entry.at_ms),
        who=entry.who,
        user_id=entry.user_id,
        key_id=entry.key_id,
        source=entry.source,
        act=entry.act,
        what=what,
        target=entry.target,
        outcome=entry.outcome,
    )
