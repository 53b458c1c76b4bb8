"""HTTP: sessions, their pairing and their timeline."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response, status
from pydantic import BaseModel, Field

from holdfast.api.auth import Admin, Reader, TheRooms
from holdfast.api.bodies import Body
from holdfast.api.errors import refusals
from holdfast.api.paging import PageOut, PageQuery, cut, read_change_place, write_change_place
from holdfast.api.rooms import Rooms
from holdfast.kit.clock import now_ms
from holdfast.model.actions import Action
from holdfast.model.errors import StoreUnavailable
from holdfast.model.ids import SessionId
from holdfast.model.pairing import PairingStep
from holdfast.model.states import Color, ConnectionStatus, Desired, State
from holdfast.model.warnings import WarningCode
from holdfast.model.words import of_reason, of_warning
from holdfast.outbox import Length
from holdfast.sessions import Debt, PairingView, Share, TimelineEntry, Uptime, View

router = APIRouter(prefix="/v1/sessions", tags=["sessions"])

Ref = Annotated[str, Path(description="id, name or the session's phone number", max_length=128)]
ReplaceNumber = Annotated[bool, Query(description="another number may take the session over")]

TypedOn = Annotated[
    str | None,
    Query(description="+4915…: the number of the phone on which a code is to be typed", max_length=64),
]


class PairingOut(BaseModel):
    """A pairing that runs. The codes themselves are under /qr, /pair/code and /pair/passkey."""

    step: PairingStep = Field(description="what the person has to do now")
    index: int | None = Field(description="the how manieth QR code")
    of: int | None
    valid_until: datetime | None
    phone: str | None = Field(description="the phone on which the code is to be typed")


class WarningOut(BaseModel):
    """A warning that stands. The session's state is what it is all the same."""

    code: WarningCode
    since: datetime
    sentence: str
    next_step: str


class QueueLengthOut(BaseModel):
    """How much a session has to send, and whether WhatsApp lets it; all of it is under /queue."""

    messages: int = Field(description="messages that are accepted and not sent")
    reachout_locked_until: datetime | None = Field(
        description="until then WhatsApp lets this number begin no new chats; null: it may"
    )


class SessionOut(BaseModel):
    """One WhatsApp number, as it is now."""

    id: str
    name: str
    phone: str | None = Field(description="the session's number, +4915…")
    push_name: str | None
    state: State
    status: State = Field(description="the same as `state`, for clients of older systems")
    connectionStatus: ConnectionStatus = Field(description="the older systems' word")
    color: Color
    reason: str
    code: int | None = Field(description="WhatsApp's code for the reason")
    sentence: str
    next_step: str
    detail: str
    since: datetime
    wish: Desired
    epoch: int
    last_connected_at: datetime | None
    last_heartbeat_at: datetime | None
    phone_seen_at: datetime | None = Field(
        description="when the phone itself showed itself last; WhatsApp unlinks its companions 14 days after"
    )
    requires_auth: bool = Field(description="only a new QR code helps")
    requiresAuth: bool = Field(description="the same, for clients of older systems")
    retry_at: datetime | None
    banned_until: datetime | None
    pairing: PairingOut | None
    restoring: bool = Field(description="it comes back after a start, and is not there yet")
    actions: list[Action] = Field(description="what can be done with it now")
    warnings: list[WarningOut] = Field(description="what is not as it should be beside its state")
    queue: QueueLengthOut | None = Field(description="null while the database cannot be asked")


class UnlinkingOut(BaseModel):
    """A device that is no longer used, while its phone still counts it as linked; a phone takes four."""

    session: str = Field(description="the name of the session that used it")
    phone: str | None = Field(description="whose phone counts it, where that is known")
    since: datetime
    attempts: int
    by_hand: bool = Field(description="best removed on the phone: Settings, Linked devices; it is tried on")


class SessionsOut(BaseModel):
    """Every session of the caller's tenant, oldest first."""

    sessions: list[SessionOut]
    unlinking: list[UnlinkingOut] = Field(description="devices that are still to be unlinked, oldest first")


class TimelineEntryOut(BaseModel):
    """One change."""

    seq: int
    at: datetime
    ended_at: datetime | None = Field(description="when the next change came; null for the newest one")
    duration_s: float = Field(description="how long it lasted, or has lasted so far")
    state: State
    color: Color
    reason: str | None
    code: int | None = Field(description="WhatsApp's code for the reason")
    sentence: str
    detail: str
    epoch: int


class TimelineOut(PageOut):
    """One page, newest first."""

    timeline: list[TimelineEntryOut]


class TimelineQuery(PageQuery):
    """Which page."""

    limit: int = Field(100, ge=1, le=1000)


class ShareOut(BaseModel):
    """How much of a time the session was up. Counted is the time in which it was to be up."""

    period: str = Field(description="`total`, a day (`2026-11-28`) or a month (`2026-11`), in UTC")
    percent: float | None = Field(description="null where nothing was to be up")
    up_s: float
    counted_s: float


class OutagesOut(BaseModel):
    """How often it was down and came back by itself, and how long that took."""

    count: int
    p50_s: float | None = Field(description="half of them took no longer")
    max_s: float | None
    open_since: datetime | None = Field(description="since when it is down now")
    reasons: dict[str, int] = Field(description="why it went down, how often each; the most frequent first")


class UptimeOut(BaseModel):
    """How long a session was connected. Days and months without anything counted are left out."""

    since: datetime
    until: datetime
    total: ShareOut
    days: list[ShareOut]
    months: list[ShareOut]
    outages: OutagesOut


def _moment(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC)


def _must(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


async def shown(rooms: Rooms, view: View) -> SessionOut:
    """The session as the API tells it."""
    (told,) = await _with_queues(rooms, [view])
    return told


async def _with_queues(rooms: Rooms, views: Sequence[View]) -> list[SessionOut]:
    """Sessions with what they have to send. What is in memory is told without the database too."""
    try:
        lengths = await rooms.outbox.lengths([SessionId(view.id) for view in views])
    except StoreUnavailable:
        return [_session_out(view) for view in views]
    return [_session_out(view, lengths[SessionId(view.id)]) for view in views]


def _session_out(view: View, queue: Length | None = None) -> SessionOut:
    said = of_reason(view.reason, view.code)
    return SessionOut.model_construct(
        id=view.id,
        name=view.name,
        phone=view.phone,
        push_name=view.push_name,
        state=view.state,
        status=view.state,
        connectionStatus=view.connection_status,
        color=view.state.color,
        reason=view.reason.value,
        code=view.code,
        sentence=said.sentence,
        next_step=said.next_step,
        detail=view.detail,
        since=_must(view.since_ms),
        wish=view.desired,
        epoch=view.epoch,
        last_connected_at=_moment(view.last_connected_ms),
        last_heartbeat_at=_moment(view.last_heartbeat_ms),
        phone_seen_at=_moment(view.phone_seen_ms or None),
        requires_auth=view.requires_auth,
        requiresAuth=view.requires_auth,
        retry_at=_moment(view.retry_at_ms),
        banned_until=_moment(view.banned_until_ms),
        pairing=_pairing_out(view.pairing) if view.pairing is not None else None,
        restoring=view.restoring,
        actions=list(view.actions),
        warnings=[_warning_out(code, since_ms) for code, since_ms in view.warnings],
        queue=None if queue is None else _length_out(queue),
    )


@lru_cache(maxsize=16)  # most sessions of a long list have nothing to send
def _length_out(it: Length) -> QueueLengthOut:
    return QueueLengthOut.model_construct(
        messages=it.messages, reachout_locked_until=_moment(it.locked_until_ms)
    )


def _warning_out(code: WarningCode, since_ms: int) -> WarningOut:
    said = of_warning(code)
    return WarningOut.model_construct(
        code=code, since=_must(since_ms), sentence=f"{said.sentence}.", next_step=said.next_step
    )


def _pairing_out(it: PairingView) -> PairingOut:
    return PairingOut.model_construct(
        step=it.step,
        index=it.index,
        of=it.of,
        valid_until=_moment(it.valid_until_ms),
        phone=f"+{it.phone}" if it.phone else None,
    )


@router.get("", summary="List sessions", responses=refusals())
async def list_sessions(rooms: TheRooms, caller: Reader) -> SessionsOut:
    """Every session with its state."""
    views = [it for it in rooms.sessions.list(caller.tenant_id) if caller.reaches(SessionId(it.id))]
    # Devices of sessions that are gone belong to no number that a key could be limited to.
    debts = rooms.sessions.unlinkings(caller.tenant_id) if caller.sessions is None else ()
    return SessionsOut.model_construct(
        sessions=await _with_queues(rooms, views), unlinking=[_unlinking_out(debt) for debt in debts]
    )


@router.put(
    "/{name}",
    summary="Create a session, or get the one of this name",
    responses={201: {"model": SessionOut, "description": "created"}, **refusals(400)},
)
async def put_session(
    response: Response, rooms: TheRooms, caller: Admin, name: Annotated[str, Path(max_length=128)]
) -> SessionOut:
    """Safe to repeat: the same name is the same session."""
    view, created = await rooms.sessions.create_or_get(caller.tenant_id, name)
    if created:
        response.status_code = status.HTTP_201_CREATED
    return await shown(rooms, view)


@router.get("/{ref}", summary="Show a session", responses=refusals(404))
async def show_session(rooms: TheRooms, caller: Reader, ref: Ref) -> SessionOut:
    """One session, by id, name or its number."""
    return await shown(rooms, rooms.sessions.show(caller.tenant_id, ref))


class ChangeIn(Body):
    """What is to be different about a session."""

    name: str = Field(description="its name from now on", max_length=128)


@router.patch("/{ref}", summary="Rename a session", responses=refusals(400, 404, 409))
async def rename_session(rooms: TheRooms, caller: Admin, ref: Ref, change: ChangeIn) -> SessionOut:
    """Its id, its number and everything else stay. The old name is free for another session.

    `name_taken` when another session has the name. Safe to repeat for who addresses it by id or number.
    """
    return await shown(rooms, await rooms.sessions.rename(caller.tenant_id, ref, change.name))


@router.delete("/{ref}", status_code=204, summary="Delete a session", responses=refusals(404))
async def delete_session(rooms: TheRooms, caller: Admin, ref: Ref) -> None:
    """It is logged out, its credentials go to quarantine, its name becomes free. Messages and events stay."""
    await rooms.sessions.delete(caller.tenant_id, ref)


@router.post("/{ref}/pair", status_code=202, summary="Begin pairing", responses=refusals(400, 404, 409))
async def pair(
    rooms: TheRooms,
    caller: Admin,
    ref: Ref,
    replace_number: ReplaceNumber = False,
    phone: TypedOn = None,
) -> SessionOut:
    """Asks WhatsApp for QR codes; the first is under /qr within a second.

    With `phone`, a code of eight characters is made that is typed on the phone with this number; it is under
    /pair/code within seconds. Asked again while it runs: what is new is added. A phone with another number
    than the session had is unlinked again (`number_differs`), unless `replace_number=true` says that it takes
    the session over.
    """
    view = await rooms.sessions.pair(caller.tenant_id, ref, replace_number=replace_number, phone=phone)
    return await shown(rooms, view)


@router.delete("/{ref}/pair", summary="Cancel pairing", responses=refusals(404))
async def cancel_pairing(rooms: TheRooms, caller: Admin, ref: Ref) -> SessionOut:
    """The code is worthless from now on."""
    return await shown(rooms, await rooms.sessions.cancel_pairing(caller.tenant_id, ref))


@router.post("/{ref}/connect", summary="Connect", responses=refusals(404))
async def connect(rooms: TheRooms, caller: Admin, ref: Ref) -> SessionOut:
    """The session is to be up, from now on and after every restart. One that is not linked begins pairing."""
    return await shown(rooms, await rooms.sessions.connect(caller.tenant_id, ref))


@router.post("/{ref}/disconnect", summary="Disconnect", responses=refusals(404))
async def disconnect(rooms: TheRooms, caller: Admin, ref: Ref) -> SessionOut:
    """The session is to be down, from now on and after every restart. It stays linked."""
    return await shown(rooms, await rooms.sessions.disconnect(caller.tenant_id, ref))


@router.post("/{ref}/logout", summary="Log out", responses=refusals(404))
async def log_out(rooms: TheRooms, caller: Admin, ref: Ref) -> SessionOut:
    """Unlinks this device from the phone; the credentials go to quarantine.

    The next pairing needs a new QR code.
    """
    return await shown(rooms, await rooms.sessions.log_out(caller.tenant_id, ref))


@router.get("/{ref}/timeline", summary="What happened to a session", responses=refusals(400, 404))
async def timeline(
    rooms: TheRooms, caller: Reader, ref: Ref, wanted: Annotated[TimelineQuery, Query()]
) -> TimelineOut:
    """Every change with its reason and how long it lasted, newest first."""
    place = read_change_place(wanted.after)
    page, last = cut(
        await rooms.sessions.timeline(caller.tenant_id, ref, wanted.limit + 1, place), wanted.limit
    )
    following = write_change_place(last.seq) if last else None
    return TimelineOut(timeline=[_entry_out(entry) for entry in page], next=following)


@router.get("/{ref}/uptime", summary="How long a session was connected", responses=refusals(404))
async def uptime(
    rooms: TheRooms, caller: Reader, ref: Ref, days: Annotated[int, Query(ge=1, le=366)] = 30
) -> UptimeOut:
    """By day and month, and how fast it came back. As far back as timelines are kept (90 days by default)."""
    return _uptime_out(await rooms.sessions.uptime(caller.tenant_id, ref, days))


def _unlinking_out(debt: Debt) -> UnlinkingOut:
    return UnlinkingOut.model_construct(
        session=debt.session,
        phone=f"+{debt.phone}" if debt.phone else None,
        since=_must(debt.since_ms),
        attempts=debt.attempts,
        by_hand=debt.by_hand,
    )


def _share_out(period: str, share: Share) -> ShareOut:
    percent = None if share.percent is None else round(share.percent, 3)
    return ShareOut(
        period=period, percent=percent, up_s=share.up_ms / 1000, counted_s=share.counted_ms / 1000
    )


def _uptime_out(it: Uptime) -> UptimeOut:
    outages = it.outages
    return UptimeOut(
        since=_must(it.since_ms),
        until=_must(it.until_ms),
        total=_share_out("total", it.total),
        days=[_share_out(day, share) for day, share in it.days.items()],
        months=[_share_out(month, share) for month, share in it.months.items()],
        outages=OutagesOut(
            count=outages.count,
            p50_s=None if outages.p50_ms is None else outages.p50_ms / 1000,
            max_s=None if outages.max_ms is None else outages.max_ms / 1000,
            open_since=_moment(outages.open_since_ms),
            reasons=dict(outages.reasons),
        ),
    )


def _entry_out(entry: TimelineEntry) -> TimelineEntryOut:
    said = of_reason(entry.reason).sentence if entry.reason else ""
    ended = entry.ended_ms if entry.ended_ms is not None else now_ms()
    return TimelineEntryOut(
        seq=entry.seq,
        at=_must(entry.at_ms),
        ended_at=_moment(entry.ended_ms),
        duration_s=max(0, ended - entry.at_ms) / 1000,
        state=entry.state,
        color=entry.state.color,
        reason=entry.reason.value if entry.reason else None,
        code=entry.code,
        sentence=said,
        detail=entry.detail,
        epoch=entry.epoch,
    )
