"""HTTP: is it alive, is it ready, what is it, and in the lab: kill it."""

import contextlib
import os
import signal
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, BackgroundTasks, Response, status
from pydantic import BaseModel, Field

from holdfast.api.auth import Admin, Reader, TheRooms
from holdfast.api.bodies import Body, Moment
from holdfast.api.errors import refusals
from holdfast.api.rooms import Rooms
from holdfast.kit import logging
from holdfast.kit.clock import now_ms
from holdfast.kit.iso import iso_or_none
from holdfast.model.errors import StoreUnavailable

log = logging.get("api")

open_router = APIRouter(tags=["system"])
router = APIRouter(prefix="/v1", tags=["system"])
lab_router = APIRouter(prefix="/v1/lab", tags=["lab"])


class ReadyRestorationOut(BaseModel):
    """How far the restoration is."""

    total: int
    connected: int


class ReadyOut(BaseModel):
    """Whether requests are served in full."""

    ready: bool
    engine: bool = Field(description="an engine is attached")
    restoration: ReadyRestorationOut


class EngineOut(BaseModel):
    """The process that holds the connections."""

    attached: bool
    engine_id: str | None
    pid: int | None


class GatewayOut(BaseModel):
    """This process."""

    pid: int
    started_at: datetime


class RestorationOut(BaseModel):
    """How many of how many sessions are back, and once all are, how long it took."""

    total: int
    connected: int
    done: bool
    seconds: float | None


class TroubleOut(BaseModel):
    """Why nothing is taken at the moment, and what to do."""

    code: str
    detail: str
    next_step: str


class StoredOut(BaseModel):
    """What the database holds. Old events, messages and timelines leave by themselves: see the settings."""

    database_bytes: int
    events: int
    oldest_event_at: Moment | None
    messages: int
    oldest_message_at: Moment | None


class SystemOut(BaseModel):
    """What runs here."""

    version: str
    lab: bool = Field(description="true: talks to a simulator, never to WhatsApp")
    applications: list[str] = Field(description="applications that are switched on, as in `chauffeur`")
    engine: EngineOut
    gateway: GatewayOut
    restoration: RestorationOut
    stored: StoredOut | None = Field(description="null while the database does not answer")
    trouble: TroubleOut | None = Field(description="the database takes nothing now: the disk is full")


class AliveOut(BaseModel):
    """The process answers."""

    alive: bool = True


@open_router.get("/livez", summary="Is the process alive?")
async def livez() -> AliveOut:
    """Answers as long as the event loop turns."""
    return AliveOut()


@open_router.get(
    "/readyz",
    summary="Is it ready?",
    responses={
        503: {"model": ReadyOut, "description": "not ready: no engine is attached, or the start is not over"}
    },
)
async def readyz(rooms: TheRooms, response: Response) -> ReadyOut:
    """200 when messages are received and sends are carried out, 503 otherwise."""
    facts = rooms.facts
    engine = facts.engine is not None
    ready = facts.ready and engine
    if not ready:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    progress = facts.progress
    restoration = ReadyRestorationOut(total=progress.total, connected=progress.connected)
    return ReadyOut(ready=ready, engine=engine, restoration=restoration)


@router.get("/system", summary="What runs here", responses=refusals())
async def system(rooms: TheRooms, caller: Reader) -> SystemOut:
    """Version, engine, gateway, restoration."""
    facts = rooms.facts
    engine, progress, trouble = facts.engine, facts.progress, facts.trouble
    return SystemOut(
        version=facts.version,
        lab=facts.lab,
        applications=list(facts.applications),
        engine=EngineOut(
            attached=engine is not None,
            engine_id=engine.engine_id if engine else None,
            pid=engine.pid if engine else None,
        ),
        gateway=GatewayOut(pid=os.getpid(), started_at=facts.started_at),
        restoration=RestorationOut(
            total=progress.total, connected=progress.connected, done=progress.done, seconds=progress.seconds
        ),
        stored=await _stored(rooms),
        trouble=TroubleOut(code=trouble.code, detail=trouble.message, next_step=trouble.next_step)
        if trouble is not None
        else None,
    )


async def _stored(rooms: Rooms) -> StoredOut | None:
    try:
        it = await rooms.retention.figures()
    except StoreUnavailable:
        return None
    return StoredOut(
        database_bytes=it.database_bytes,
        events=it.events,
        oldest_event_at=iso_or_none(it.oldest_event_ms),
        messages=it.messages,
        oldest_message_at=iso_or_none(it.oldest_message_ms),
    )


class KillIn(Body):
    """What is to die by SIGKILL."""

    what: Literal["engine", "gateway", "both"]


class KilledOut(BaseModel):
    """What dies now."""

    killed: list[int]


class ClockIn(Body):
    """How far the gateway's wall clock is to be ahead of the machine's; negative: behind."""

    ahead_s: float = Field(ge=-1e9, le=1e9, description="seconds")


@lab_router.post("/clock", status_code=204, summary="Set its clock (lab only)", responses=refusals())
async def set_clock(rooms: TheRooms, caller: Admin, wanted: ClockIn) -> None:
    """In lab mode only: the gateway's wall clock jumps, as if somebody had set the machine's."""
    log.warning("lab.clock_set", ahead_s=wanted.ahead_s)
    now_ms.ahead_ms = round(wanted.ahead_s * 1000)
    rooms.steps.reminders.look_again()


@lab_router.post("/kill", status_code=202, summary="kill -9, now (lab only)", responses=refusals())
async def kill(rooms: TheRooms, caller: Admin, wanted: KillIn, answered: BackgroundTasks) -> KilledOut:
    """In lab mode only: SIGKILL for the engine, the gateway, or both. What runs them starts them again."""
    facts = rooms.facts
    engine = facts.engine
    pids = [engine.pid] if engine is not None and wanted.what in ("engine", "both") else []
    pids += [os.getpid()] if wanted.what in ("gateway", "both") else []
    log.warning("lab.kill", what=wanted.what, pids=pids)
    for pid in pids:
        answered.add_task(_kill, pid)
    return KilledOut(killed=pids)


async def _kill(pid: int) -> None:
    """Once the answer has left: it could not leave afterwards."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
