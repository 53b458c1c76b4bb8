"""The gateway itself, as a program sees it. Unknown fields of newer gateways are ignored."""

from dataclasses import dataclass
from datetime import datetime

from holdfast.client.event import Json
from holdfast.client.times import moment
from holdfast.model import words


@dataclass(frozen=True, slots=True)
class Stored:
    """How much the database holds. Old rows leave by themselves."""

    database_bytes: int
    events: int
    oldest_event_at: datetime | None
    messages: int
    oldest_message_at: datetime | None

    @classmethod
    def read(cls, body: Json) -> "Stored":
        """From the API's JSON."""
        return cls(
            database_bytes=int(body.get("database_bytes") or 0),
            events=int(body.get("events") or 0),
            oldest_event_at=moment(body.get("oldest_event_at")),
            messages=int(body.get("messages") or 0),
            oldest_message_at=moment(body.get("oldest_message_at")),
        )


@dataclass(frozen=True, slots=True)
class System:
    """The gateway and its engine."""

    version: str
    lab: bool
    engine_attached: bool
    engine_pid: int | None
    engine_id: str
    gateway_pid: int | None
    started_at: datetime | None
    restore_total: int
    restore_connected: int
    restore_done: bool
    restore_seconds: float | None
    #: Why nothing is taken at the moment, with the next step; "" when all is well.
    trouble: str = ""
    #: Applications that are switched on, by their names.
    applications: tuple[str, ...] = ()
    #: What the database holds; None while it does not answer.
    stored: Stored | None = None

    @classmethod
    def read(cls, body: Json) -> "System":
        """From the API's JSON."""
        engine, gateway = body.get("engine") or {}, body.get("gateway") or {}
        restoration = body.get("restoration") or {}
        seconds = restoration.get("seconds")
        return cls(
            version=str(body.get("version") or ""),
            lab=bool(body.get("lab")),
            engine_attached=bool(engine.get("attached")),
            engine_pid=engine.get("pid"),
            engine_id=str(engine.get("engine_id") or ""),
            gateway_pid=gateway.get("pid"),
            started_at=moment(gateway.get("started_at")),
            restore_total=int(restoration.get("total") or 0),
            restore_connected=int(restoration.get("connected") or 0),
            restore_done=bool(restoration.get("done")),
            restore_seconds=None if seconds is None else float(seconds),
            trouble=_trouble(body.get("trouble")),
            applications=tuple(str(it) for it in body.get("applications") or ()),
            stored=Stored.read(body["stored"]) if body.get("stored") else None,
        )


def _trouble(body: Json | None) -> str:
    return words.line(str(body["detail"]), str(body["next_step"])) if body else ""
