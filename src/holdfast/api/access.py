"""HTTP: how a browser gets in: by link, by name and password, and the very first time."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from holdfast.accounts import IssuedKey, Who
from holdfast.api.auth import KeyHolder, TheRooms, act_of, source_of, who_is
from holdfast.api.bodies import Body
from holdfast.api.errors import refusals
from holdfast.api.rooms import Rooms
from holdfast.model.ids import DEFAULT_TENANT

router = APIRouter(prefix="/v1", tags=["access"])


class LinkOut(BaseModel):
    """A login that works once."""

    path: str = Field(description="to be put after the page's own address")
    expires_at: datetime


class TokenIn(Body):
    """The token of a link."""

    token: str = Field(min_length=1, max_length=256)


class LoginOut(BaseModel):
    """A browser's key. Shown this once."""

    key: str
    key_id: str
    tenant_id: str = Field(description="browsers of one tenant may share what is read")
    expires_at: datetime | None


@router.post("/dashboard/links", status_code=201, summary="Make a one-time link", responses=refusals())
async def make_link(rooms: TheRooms, caller: KeyHolder) -> LinkOut:
    """A link that logs one browser in, once, within 15 minutes, with no more rights than this key has."""
    link = await rooms.accounts.create_link(caller)
    return LinkOut(path=f"/login?token={link.token}", expires_at=_time(link.expires_at_ms))


@router.post("/dashboard/exchange", summary="Turn a link's token into a key", responses=refusals(422))
async def exchange(rooms: TheRooms, body: TokenIn) -> LoginOut:
    """Needs no key: the token is the proof. It works once."""
    return await _login(rooms, await rooms.accounts.exchange(body.token))


class StateOut(BaseModel):
    """Whether somebody can log in."""

    set_up: bool = Field(description="false: the first user has still to be made, by a one-time link")
    lab: bool = Field(description="a simulator's: a one-time link is enough, nobody has to be made first")


class FirstIn(Body):
    """The first user."""

    token: str = Field(min_length=1, max_length=256, description="of a one-time link")
    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=1024)


class LoginIn(Body):
    """Who somebody says to be."""

    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=1024)
    code: str | None = Field(
        None, max_length=16, description="of the authenticator app, where it is asked for"
    )
    stay: bool = Field(False, description="for 30 days instead of 12 hours")


@router.get("/dashboard/state", summary="Has it a first user?", responses=refusals())
async def state(rooms: TheRooms) -> StateOut:
    """Needs no key: a page asks before it knows anybody."""
    return StateOut(set_up=await rooms.users.any(), lab=rooms.facts.lab)


@router.post(
    "/users/first", status_code=201, summary="Make the first user", responses=refusals(400, 409, 422)
)
async def set_up(request: Request, rooms: TheRooms, body: FirstIn) -> LoginOut:
    """An owner. Needs no key: a one-time link's token is the proof. Works while there is no user."""
    who = Who(DEFAULT_TENANT, body.name, source_of(request, through_page=True))
    async with rooms.audit.noting(who, act_of(request), body.name):
        issued = await rooms.users.set_up(body.token, body.name, body.password)
    return await _login(rooms, issued)


@router.post("/login", summary="Log in by name and password", responses=refusals(422, 429))
async def log_in(request: Request, rooms: TheRooms, body: LoginIn) -> LoginOut:
    """A key for one browser. After a few wrong passwords a name waits, up to 15 minutes."""
    issued = await rooms.logins.log_in(body.name, body.password, body.code, stay=body.stay)
    caller = await rooms.accounts.authenticate(issued.key)
    async with rooms.audit.noting(who_is(request, caller), act_of(request), ""):
        return await _login(rooms, issued)


async def _login(rooms: Rooms, issued: IssuedKey) -> LoginOut:
    caller = await rooms.accounts.authenticate(issued.key)
    expires = None if issued.expires_at_ms is None else _time(issued.expires_at_ms)
    return LoginOut(key=issued.key, key_id=issued.key_id, tenant_id=caller.tenant_id, expires_at=expires)


def _time(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
