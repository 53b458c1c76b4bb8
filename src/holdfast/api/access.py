"""HTTP: how a browser gets in."""

from datetime import UTC, datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from holdfast.api.auth import Behind, KeyHolder
from holdfast.api.errors import refusals

router = APIRouter(prefix="/v1/dashboard", tags=["access"])


class LinkOut(BaseModel):
    """A login that works once."""

    path: str = Field(description="to be put after the page's own address")
    expires_at: datetime


class TokenIn(BaseModel):
    """The token of a link."""

    token: str = Field(min_length=1, max_length=256)


class LoginOut(BaseModel):
    """A browser's key. Shown this once."""

    key: str
    key_id: str
    tenant_id: str = Field(description="browsers of one tenant may share what is read")
    expires_at: datetime | None


@router.post("/links", status_code=201, summary="Make a one-time link", responses=refusals())
async def make_link(rooms: Behind, caller: KeyHolder) -> LinkOut:
    """A link that logs one browser in, once, within 15 minutes, with no more rights than this key has."""
    link = await rooms.accounts.create_link(caller)
    return LinkOut(path=f"/login?token={link.token}", expires_at=_time(link.expires_at_ms))


@router.post("/exchange", summary="Turn a link's token into a key", responses=refusals(422))
async def exchange(rooms: Behind, body: TokenIn) -> LoginOut:
    """Needs no key: the token is the proof. It works once."""
    issued = await rooms.accounts.exchange(body.token)
    caller = await rooms.accounts.authenticate(issued.key)
    expires = None if issued.expires_at_ms is None else _time(issued.expires_at_ms)
    return LoginOut(key=issued.key, key_id=issued.key_id, tenant_id=caller.tenant_id, expires_at=expires)


def _time(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
