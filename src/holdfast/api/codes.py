"""HTTP: what a pairing shows: the QR code as JSON, picture and text, the code to type, the passkey."""

import io
import json
from datetime import UTC, datetime
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field

from holdfast.api.auth import Admin, TheRooms
from holdfast.api.errors import refusals
from holdfast.api.sessions import Ref, SessionOut, shown
from holdfast.kit.clock import now_ms
from holdfast.model.passkey import helper_script
from holdfast.sessions import ShownCode

router = APIRouter(prefix="/v1/sessions", tags=["sessions"])

Wait = Annotated[float, Query(ge=0, le=30, description="how long to wait for the first code")]


class QrOut(BaseModel):
    """A code to scan, and for how long."""

    code: str
    index: int
    of: int
    valid_until: datetime
    expires_in_s: float
    terminal: str | None = Field(description="with terminal=true: half-block text for a dark terminal")


class QrQuery(BaseModel):
    """In which form, and how patiently."""

    wait_s: float = Field(0, ge=0, le=30, description="how long to wait for the first code")
    terminal: bool = Field(False, description="draw it as text too")


@router.get(
    "/{ref}/qr",
    summary="The QR code of the moment",
    response_model=QrOut,
    responses={200: {"content": {"image/svg+xml": {}}}, **refusals(404)},
)
async def qr(
    request: Request, rooms: TheRooms, caller: Admin, ref: Ref, wanted: Annotated[QrQuery, Query()]
) -> Response:
    """JSON, or a picture for `Accept: image/svg+xml`. 404 `no_qr` when there is none.

    It is gone the moment the link is made.
    """
    shown = await rooms.sessions.qr(caller.tenant_id, ref, wanted.wait_s)
    if "image/svg+xml" in request.headers.get("accept", ""):
        return _svg(shown)
    out = QrOut(
        code=shown.code,
        index=shown.index,
        of=shown.of,
        valid_until=datetime.fromtimestamp(shown.valid_until_ms / 1000, UTC),
        expires_in_s=_left_s(shown.valid_until_ms),
        terminal=_terminal(shown) if wanted.terminal else None,  # drawing costs some 20 ms
    )
    return JSONResponse(out.model_dump(mode="json"), headers=_NEVER_KEPT)


@router.get(
    "/{ref}/qr.svg",
    summary="The QR code as a picture",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}, "description": "a picture"}, **refusals(404)},
)
async def qr_svg(rooms: TheRooms, caller: Admin, ref: Ref, wait_s: Wait = 0) -> Response:
    """SVG, to be shown as it is."""
    return _svg(await rooms.sessions.qr(caller.tenant_id, ref, wait_s))


@router.get(
    "/{ref}/qr.txt",
    summary="The QR code as text",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "half blocks"}, **refusals(404)},
)
async def qr_text(rooms: TheRooms, caller: Admin, ref: Ref, wait_s: Wait = 0) -> Response:
    """Half-block characters for a terminal with dark background."""
    shown = await rooms.sessions.qr(caller.tenant_id, ref, wait_s)
    return PlainTextResponse(_terminal(shown), headers=_NEVER_KEPT)


class TypedCodeOut(BaseModel):
    """A code to type on the phone, and for how long: ABCD-EFGH."""

    code: str
    phone: str
    valid_until: datetime
    expires_in_s: float


@router.get("/{ref}/pair/code", summary="The code to type on the phone", responses=refusals(404))
async def typed_code(
    response: Response, rooms: TheRooms, caller: Admin, ref: Ref, wait_s: Wait = 0
) -> TypedCodeOut:
    """404 `no_qr` when there is none: it is made where pairing is asked for with `phone`."""
    response.headers.update(_NEVER_KEPT)
    shown = await rooms.sessions.typed_code(caller.tenant_id, ref, wait_s)
    return TypedCodeOut(
        code=shown.code,
        phone=f"+{shown.phone}",
        valid_until=datetime.fromtimestamp(shown.valid_until_ms / 1000, UTC),
        expires_in_s=_left_s(shown.valid_until_ms),
    )


class PasskeyOut(BaseModel):
    """What the phone's account wants of an authenticator; then the code to compare with the phone's."""

    options: dict[str, Any] = Field(description="public-key options of the Web Authentication API")
    helper: str = Field(description="a script for the console of web.whatsapp.com that asks for the passkey")
    code: str | None = Field(
        description="to be compared with the one on the phone, once the passkey was good"
    )
    valid_until: datetime
    expires_in_s: float


@router.get("/{ref}/pair/passkey", summary="The passkey that is asked for", responses=refusals(404))
async def passkey(
    response: Response, rooms: TheRooms, caller: Admin, ref: Ref, wait_s: Wait = 0
) -> PasskeyOut:
    """404 `no_passkey` while none is asked for.

    A passkey works on WhatsApp's own page alone: run `helper` there and post what it prints.
    """
    response.headers.update(_NEVER_KEPT)
    asked = await rooms.sessions.passkey(caller.tenant_id, ref, wait_s)
    options = json.loads(asked.options_json)
    return PasskeyOut(
        options=options,
        helper=helper_script(options),
        code=asked.code or None,
        valid_until=datetime.fromtimestamp(asked.valid_until_ms / 1000, UTC),
        expires_in_s=_left_s(asked.valid_until_ms),
    )


@router.post(
    "/{ref}/pair/passkey",
    status_code=202,
    summary="Hand the passkey's answer on",
    responses=refusals(400, 404),
)
async def answer_passkey(
    rooms: TheRooms, caller: Admin, ref: Ref, answer: Annotated[dict[str, Any], Body()]
) -> SessionOut:
    """The assertion that the helper printed, as it is. Refused by WhatsApp it ends the pairing."""
    view = await rooms.sessions.answer_passkey(caller.tenant_id, ref, json.dumps(answer).encode())
    return await shown(rooms, view)


@router.post(
    "/{ref}/pair/passkey/confirm", status_code=202, summary="Phone and screen agree", responses=refusals(404)
)
async def confirm_passkey(rooms: TheRooms, caller: Admin, ref: Ref) -> SessionOut:
    """The person has seen the same code on both screens. If not, cancel the pairing."""
    return await shown(rooms, await rooms.sessions.confirm_passkey(caller.tenant_id, ref))


def _left_s(until_ms: int) -> float:
    return max(0.0, (until_ms - now_ms()) / 1000)


_NEVER_KEPT = {"Cache-Control": "no-store"}


def _svg(shown: ShownCode) -> Response:
    picture = io.BytesIO()
    segno.make(shown.code, micro=False).save(picture, kind="svg", scale=6, border=3, light="white")
    return Response(picture.getvalue(), media_type="image/svg+xml", headers=_NEVER_KEPT)


def _terminal(shown: ShownCode) -> str:
    picture = io.StringIO()
    segno.make(shown.code, micro=False, error="l").terminal(out=picture, compact=True, border=2)
    return picture.getvalue()
