"""HTTP: what a web application's own page may show of one session, by a token that lives for minutes."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Final

import segno
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from holdfast.accounts import Guest
from holdfast.api.auth import Admin, TheRooms, act_of, who_is
from holdfast.api.bodies import Body, Moment
from holdfast.api.errors import refusals
from holdfast.api.otherpages import PREFIX
from holdfast.api.rooms import Rooms
from holdfast.api.sessions import Ref
from holdfast.delivery import Feed
from holdfast.journal import Filter
from holdfast.kit.iso import iso, iso_or_none
from holdfast.model.errors import NoQr, Unauthorized, UnknownSession
from holdfast.model.events import EventType
from holdfast.model.ids import SessionId
from holdfast.model.pairing import PairingStep
from holdfast.model.states import Color, State
from holdfast.model.words import of_reason
from holdfast.sessions import ShownCode, View

router = APIRouter(prefix="/v1/sessions/{ref}/page-tokens", tags=["access"])
page_router = APIRouter(prefix=f"{PREFIX}session", tags=["page"])

_bearer = HTTPBearer(auto_error=False, description="A page's token, `hf_page_…`", scheme_name="page")
#: After these a page looks different.
_TOLD: Final = frozenset({EventType.SESSION_STATE.value, EventType.SESSION_PAIRING.value})
_NEVER_KEPT: Final = {"Cache-Control": "no-store"}


async def _guest(
    rooms: TheRooms, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Guest:
    return rooms.accounts.pages.find(shown.credentials if shown else None)


Page = Annotated[Guest, Depends(_guest)]


async def _acting(request: Request, rooms: TheRooms, guest: Page) -> AsyncIterator[Guest]:
    async with rooms.audit.noting(who_is(request, guest.maker), act_of(request), guest.session_id):
        yield guest


#: Whoever begins or cancels by a page is noted as the one whose key made its token.
ActingPage = Annotated[Guest, Depends(_acting, scope="function")]


class PageTokenIn(Body):
    """How long the token is good."""

    expires_in_s: int = Field(300, ge=30, le=900, description="seconds")


class PageTokenOut(BaseModel):
    """A page's token, shown this once."""

    token: str
    expires_at: Moment


class PageOut(BaseModel):
    """What the page shows."""

    state: State
    color: Color
    sentence: str
    next_step: str
    phone: str | None = Field(description="the session's number, +4915…")
    requires_auth: bool = Field(description="only a new QR code helps")
    step: PairingStep | None = Field(description="what the person has to do now, while pairing runs")
    qr_svg: str | None = Field(description="the QR code as a picture, while there is one")
    valid_until: str | None = Field(description="until when the code is good")
    tag: str = Field(description="give it as `seen`: the next answer comes when something is different")
    token_expires_at: Moment


@router.post("", status_code=201, summary="Let a page show a session", responses=refusals(404))
async def make_token(
    rooms: TheRooms, caller: Admin, ref: Ref, response: Response, body: PageTokenIn | None = None
) -> PageTokenOut:
    """For your own web application's page: it shows this session's state and QR code, and can begin or cancel
    pairing. For minutes, and for nothing else; its origin stands in HOLDFAST_PAGE_ORIGINS.

    A gateway that starts again has forgotten it: the page asks your back end for a new one after a 401.
    """
    response.headers.update(_NEVER_KEPT)
    session = rooms.directory.resolve(caller.tenant_id, ref)
    wanted = body or PageTokenIn()
    token, guest = rooms.accounts.pages.make(caller, session.session_id, wanted.expires_in_s * 1000)
    return PageTokenOut(token=token, expires_at=iso(guest.expires_at_ms))


@router.delete("", status_code=204, summary="Revoke a session's page tokens", responses=refusals(404))
async def revoke_tokens(rooms: TheRooms, caller: Admin, ref: Ref) -> None:
    """Every page that shows it is refused from now on. Safe to repeat."""
    session = rooms.directory.resolve(caller.tenant_id, ref)
    rooms.accounts.pages.revoke(caller.tenant_id, session.session_id)


class SeenQuery(BaseModel):
    """What the page shows now, and how long it waits for something else."""

    model_config = ConfigDict(extra="forbid")

    seen: str | None = Field(None, description="`tag` of the answer before", max_length=64)
    wait_s: float = Field(0, ge=0, le=30, description="how long to wait until something is different")


@page_router.get("", summary="Show the session", responses=refusals(401))
async def show(
    rooms: TheRooms, guest: Page, response: Response, wanted: Annotated[SeenQuery, Query()]
) -> PageOut:
    """State and QR code. With `seen` and `wait_s` the answer comes as soon as something is different."""
    response.headers.update(_NEVER_KEPT)
    feed = Feed(
        rooms.journal, Filter(guest.tenant_id, frozenset({guest.session_id}), _TOLD), rooms.journal.head
    )
    out = await _shown(rooms, guest)
    if out.tag == wanted.seen and wanted.wait_s:
        with suppress(TimeoutError):
            async with asyncio.timeout(wanted.wait_s):
                await feed.next(1)
        out = await _shown(rooms, guest)
    return out


@page_router.post("/pair", status_code=202, summary="Begin pairing", responses=refusals(401, 409))
async def begin_pairing(rooms: TheRooms, guest: ActingPage) -> PageOut:
    """Asks for a QR code, which is there within a second. A phone with another number is refused."""
    await rooms.sessions.pair(guest.tenant_id, guest.session_id)
    return await _shown(rooms, guest)


@page_router.delete("/pair", summary="Cancel pairing", responses=refusals(401))
async def cancel_pairing(rooms: TheRooms, guest: ActingPage) -> PageOut:
    """The code is worthless from now on."""
    await rooms.sessions.cancel_pairing(guest.tenant_id, guest.session_id)
    return await _shown(rooms, guest)


async def _shown(rooms: Rooms, guest: Guest) -> PageOut:
    view = _view(rooms, guest)
    code = await _code(rooms, guest, view)
    said = of_reason(view.reason, view.code)
    seen = f"{view.state} {view.reason} {view.phone} {view.since_ms} {code and code.code}"
    return PageOut(
        state=view.state,
        color=view.state.color,
        sentence=said.sentence,
        next_step=said.next_step,
        phone=view.phone,
        requires_auth=view.requires_auth,
        step=view.pairing.step if view.pairing else None,
        qr_svg=_svg(code) if code else None,
        valid_until=iso_or_none(code.valid_until_ms if code else None),
        tag=hashlib.sha256(seen.encode()).hexdigest()[:16],
        token_expires_at=iso(guest.expires_at_ms),
    )


def _view(rooms: Rooms, guest: Guest) -> View:
    try:
        return rooms.sessions.show(guest.tenant_id, guest.session_id)
    except UnknownSession:
        raise Unauthorized("The session of this page was deleted") from None


async def _code(rooms: Rooms, guest: Guest, view: View) -> ShownCode | None:
    if view.state is not State.PAIRING:
        return None
    try:
        return await rooms.sessions.qr(guest.tenant_id, SessionId(view.id), 0)
    except NoQr:
        return None


def _svg(code: ShownCode) -> str:
    picture = io.BytesIO()
    segno.make(code.code, micro=False).save(
        picture, kind="svg", scale=6, border=3, light="white", xmldecl=False
    )
    return picture.getvalue().decode()
