"""HTTP: the QR code of a pairing, as JSON, as a picture and as text."""

import io
from datetime import UTC, datetime
from typing import Annotated

import segno
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field

from holdfast.api.auth import Admin, Behind
from holdfast.api.errors import refusals
from holdfast.api.sessions import Ref
from holdfast.kit.clock import now_ms
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
    request: Request, rooms: Behind, caller: Admin, ref: Ref, wanted: Annotated[QrQuery, Query()]
) -> Response:
    """JSON, or a picture for `Accept: image/svg+xml`. 404 `no_qr` when there is none.

    It is gone the moment the link is made.
    """
    shown = await rooms.sessions.code(caller.tenant_id, ref, wanted.wait_s)
    if "image/svg+xml" in request.headers.get("accept", ""):
        return _svg(shown)
    out = QrOut(
        code=shown.code,
        index=shown.index,
        of=shown.of,
        valid_until=datetime.fromtimestamp(shown.valid_until_ms / 1000, UTC),
        expires_in_s=max(0.0, (shown.valid_until_ms - now_ms()) / 1000),
        terminal=_terminal(shown) if wanted.terminal else None,  # drawing costs some 20 ms
    )
    return JSONResponse(out.model_dump(mode="json"), headers=_NEVER_KEPT)


@router.get(
    "/{ref}/qr.svg",
    summary="The QR code as a picture",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}, "description": "a picture"}, **refusals(404)},
)
async def qr_svg(rooms: Behind, caller: Admin, ref: Ref, wait_s: Wait = 0) -> Response:
    """SVG, to be shown as it is."""
    return _svg(await rooms.sessions.code(caller.tenant_id, ref, wait_s))


@router.get(
    "/{ref}/qr.txt",
    summary="The QR code as text",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "half blocks"}, **refusals(404)},
)
async def qr_text(rooms: Behind, caller: Admin, ref: Ref, wait_s: Wait = 0) -> Response:
    """Half-block characters for a terminal with dark background."""
    shown = await rooms.sessions.code(caller.tenant_id, ref, wait_s)
    return PlainTextResponse(_terminal(shown), headers=_NEVER_KEPT)


_NEVER_KEPT = {"Cache-Control": "no-store"}


def _svg(shown: ShownCode) -> Response:
    picture = io.BytesIO()
    segno.make(shown.code, micro=False).save(picture, kind="svg", scale=6, border=3, light="white")
    return Response(picture.getvalue(), media_type="image/svg+xml", headers=_NEVER_KEPT)


def _terminal(shown: ShownCode) -> str:
    picture = io.StringIO()
    segno.make(shown.code, micro=False, error="l").terminal(out=picture, compact=True, border=2)
    return picture.getvalue()
