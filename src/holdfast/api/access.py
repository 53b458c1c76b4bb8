"""HTTP: how a browser gets in."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from holdfast.accounts import Accounts
from holdfast.api.auth import KeyHolder
from holdfast.api.errors import refusals

router = APIRouter(prefix="/v1/dashboard", tags=["access"])


class LinkOut(BaseModel):
    """A login that works once."""

    path: str = Field(description="to be put behind the page's own address")
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
async def make_link(request: Request, caller: KeyHolder) -> LinkOut:
    """A link that logs one browser in, once, within 15 minutes."""
    accounts: Accounts = request.app.state.accounts
    link = await accounts.create_link(caller.tenant_id)
    return LinkOut(path=f"/login?token={link.token}", expires_at=_time(link.expires_at_ms))


@router.post("/exchange", summary="Turn a link's token into a key", responses=refusals(422))
async def exchange(request: Request, body: TokenIn) -> LoginOut:
    """Needs no key: the token is the proof. It works once."""
    accounts: Accounts = request.app.state.accounts
    issued = await accounts.exchange(body.token)
    caller = await accounts.authenticate(issued.key)
    expires = None if issued.expires_at_ms is None else _time(issued.expires_at_ms)
    return LoginOut(key=issued.key, key_id=issued.key_id, tenant_id=caller.tenant_id, expires_at=expires)


def _time(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
