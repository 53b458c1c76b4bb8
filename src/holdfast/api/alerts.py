"""HTTP: who is told what when something needs a human, and what was told."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from holdfast.alerts import DEFAULTS, Channel, Entry, Notified, QuietHours, Rule, Wishes
from holdfast.api.auth import Admin, Reader, TheRooms
from holdfast.api.bodies import Body, Moment
from holdfast.api.errors import refusals
from holdfast.api.paging import PageOut, PageQuery, cut, read_id_place, write_id_place
from holdfast.kit.iso import iso, iso_or_none
from holdfast.model import words
from holdfast.model.alerts import ChannelKind, Delivery, Phase, Severity, Told
from holdfast.model.errors import RequestInvalid

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])

Name = Annotated[str, Path(description="the channel's name", max_length=64)]
CauseName = Annotated[str, Path(description="what the alert is about", max_length=64)]
_LONGEST_S: Final = 30 * 86_400


class QuietIn(BaseModel):
    """Hours in which nobody is to be woken. What comes in them is told in one message at their end."""

    model_config = ConfigDict(populate_by_name=True)

    begin: str = Field(alias="from", description="like 22:00", max_length=5)
    end: str = Field(alias="to", description="like 07:00", max_length=5)
    zone: str = Field("UTC", description="like Europe/Berlin", max_length=64)
    critical_at_once: bool = Field(True, description="what is critical is told at once all the same")


class ChannelIn(Body):
    """A channel: by an address that Apprise knows, or by a text from a linked number.

    Without a target, a channel that exists keeps its own.
    """

    url: str | None = Field(
        None, max_length=2048, description="mailtos://…, slack://…, json://…; never shown again"
    )
    session: str | None = Field(
        None, max_length=128, description="the session that sends the text, with `to`"
    )
    to: str | None = Field(None, max_length=128, description="the number that gets it")
    min_severity: Severity = Field(Severity.WARNING, description="nothing lighter is told")
    resolved: bool = Field(True, description="told too when an alert is over")
    internal: bool = Field(False, description="it may lead to this machine or its networks")
    quiet: QuietIn | None = None


class QuietOut(BaseModel):
    """Hours in which nobody is woken."""

    model_config = ConfigDict(populate_by_name=True)

    begin: str = Field(alias="from")
    end: str = Field(alias="to")
    zone: str
    critical_at_once: bool


class ChannelOut(BaseModel):
    """A channel, without what is secret of its address."""

    name: str
    kind: ChannelKind
    shown: str = Field(description="where it leads, without passwords and tokens")
    min_severity: Severity
    resolved: bool
    internal: bool
    quiet: QuietOut | None
    created_at: Moment


class ChannelsOut(BaseModel):
    """Every channel, by name."""

    channels: list[ChannelOut]


class RuleIn(Body):
    """How a cause is told. What is left out is as shipped."""

    enabled: bool = True
    severity: Severity | None = None
    after_s: int | None = Field(None, ge=0, le=_LONGEST_S, description="told once it has lasted so long")
    repeat_s: int | None = Field(
        None, ge=0, le=_LONGEST_S, description="told again as long as it lasts; 0: never"
    )


class RuleOut(BaseModel):
    """How a cause is told."""

    cause: str
    sentence: str
    enabled: bool
    severity: Severity
    after_s: int
    repeat_s: int | None
    shipped: bool = Field(description="false: it was changed")


class RulesOut(BaseModel):
    """Everything that can be an alert."""

    rules: list[RuleOut]


class NotifiedOut(BaseModel):
    """One telling on one channel."""

    id: str
    alert_id: str
    channel: str
    told: Told
    state: Delivery
    at: str
    next_at: Moment | None = Field(description="when it is tried next")
    attempts: int
    error: str | None = Field(description="why the last attempt failed")
    sent_at: Moment | None


class AlertOut(BaseModel):
    """One alert, from its beginning to its end."""

    id: str
    cause: str
    severity: Severity
    phase: Phase
    subject_id: str = Field(description="the session, or the channel")
    subject: str
    phone: str | None
    sentence: str
    next_step: str
    detail: str
    opened_at: Moment
    ended_at: Moment | None
    notified: list[NotifiedOut]


class AlertsOut(PageOut):
    """Alerts that were told, newest first."""

    alerts: list[AlertOut]


class AlertsQuery(PageQuery):
    """Which alerts."""

    only_open: bool = Field(False, description="only those that have not ended")
    limit: int = Field(50, ge=1, le=200)


class DeadOut(BaseModel):
    """Notifications that were given up, newest first."""

    notifications: list[NotifiedOut]


class AgainIn(Body):
    """Which notification; none: every one that was given up."""

    id: str = Field("", max_length=64)


class AgainOut(BaseModel):
    """How many are tried again."""

    again: int


class TestedOut(BaseModel):
    """The service has taken the message."""

    sent: bool = True


@router.get("", summary="Alerts and who was told", responses=refusals(400))
async def history(rooms: TheRooms, caller: Reader, wanted: Annotated[AlertsQuery, Query()]) -> AlertsOut:
    """Newest first. What passed before anybody was told does not stand here."""
    place = read_id_place(wanted.after) or ""
    found = await rooms.alerts.history(
        caller.tenant_id, before=place, only_open=wanted.only_open, most=wanted.limit + 1
    )
    page, last = cut(found, wanted.limit)
    following = write_id_place(last.alert.alert_id) if last else None
    return AlertsOut(alerts=[_alert_out(each) for each in page], next=following)


@router.get("/channels", summary="List channels", responses=refusals())
async def list_channels(rooms: TheRooms, caller: Admin) -> ChannelsOut:
    """By name. Passwords and tokens are never shown."""
    return ChannelsOut(channels=[_channel_out(it) for it in await rooms.alerts.channels(caller.tenant_id)])


@router.put("/channels/{name}", summary="Make or change a channel", responses=refusals(400, 404))
async def put_channel(rooms: TheRooms, caller: Admin, name: Name, body: ChannelIn) -> ChannelOut:
    """Idempotent. An address is looked at, not tried: that is what the test is for."""
    wishes, tenant_id = _wishes(body), caller.tenant_id
    if (body.session is None) != (body.to is None):
        raise RequestInvalid("`session` and `to` belong together", next_step="Give both, or neither.")
    if body.url is not None and body.session is not None:
        raise RequestInvalid("A channel has one target", next_step="Give `url`, or `session` and `to`.")
    if body.url is not None:
        made = await rooms.alerts.put_url(tenant_id, name, body.url, wishes)
    elif body.session is not None and body.to is not None:
        made = await rooms.alerts.put_number(tenant_id, name, body.session, body.to, wishes)
    else:
        made = await rooms.alerts.change(tenant_id, name, wishes)
    return _channel_out(made)


@router.delete("/channels/{name}", status_code=204, summary="Remove a channel", responses=refusals(404))
async def remove_channel(rooms: TheRooms, caller: Admin, name: Name) -> None:
    """What it still had to tell leaves with it."""
    await rooms.alerts.remove(caller.tenant_id, name)


@router.post("/channels/{name}/test", summary="Try a channel", responses=refusals(404, 422, 502, 504))
async def test_channel(rooms: TheRooms, caller: Admin, name: Name) -> TestedOut:
    """Sends a test message now, in quiet hours too. Answers when the service has taken it, within 30 s."""
    await rooms.alerts.test(caller.tenant_id, name)
    return TestedOut()


@router.get("/rules", summary="What is an alert", responses=refusals())
async def list_rules(rooms: TheRooms, caller: Reader) -> RulesOut:
    """Every cause, with how it is told now."""
    rules = await rooms.alerts.rules(caller.tenant_id)
    return RulesOut(rules=[_rule_out(cause, rule) for cause, rule in sorted(rules.items())])


@router.put("/rules/{cause}", summary="Change a rule", responses=refusals(404))
async def put_rule(rooms: TheRooms, caller: Admin, cause: CauseName, body: RuleIn) -> RuleOut:
    """What is left out is as shipped. Holds from now on, for alerts that are open too."""
    shipped = DEFAULTS.get(cause) or Rule(Severity.WARNING)
    after_s = shipped.after_s if body.after_s is None else body.after_s
    repeat_s = shipped.repeat_s if body.repeat_s is None else body.repeat_s or None
    if repeat_s is not None and repeat_s < _SHORTEST_REPEAT_S:
        raise RequestInvalid(f"repeat_s is 0, or {_SHORTEST_REPEAT_S} and more")
    rule = Rule(body.severity or shipped.severity, after_s, repeat_s, body.enabled)
    await rooms.alerts.put_rule(caller.tenant_id, cause, rule)
    return _rule_out(cause, rule)


#: Whoever is told more often stops reading.
_SHORTEST_REPEAT_S: Final = 300


@router.delete("/rules/{cause}", status_code=204, summary="Reset a rule", responses=refusals(404))
async def reset_rule(rooms: TheRooms, caller: Admin, cause: CauseName) -> None:
    """As shipped again."""
    await rooms.alerts.reset_rule(caller.tenant_id, cause)


@router.get("/dead", summary="Notifications that were given up", responses=refusals())
async def dead(rooms: TheRooms, caller: Reader, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> DeadOut:
    """A channel is tried for about a day."""
    found = await rooms.alerts.dead(caller.tenant_id, most=limit)
    return DeadOut(notifications=[_notified_out(it) for it in found])


@router.post("/dead/again", summary="Try them again", responses=refusals(404))
async def again(rooms: TheRooms, caller: Admin, body: AgainIn) -> AgainOut:
    """One, or all of them."""
    return AgainOut(again=await rooms.alerts.again(caller.tenant_id, body.id))


def _wishes(body: ChannelIn) -> Wishes:
    quiet = body.quiet
    hours = None if quiet is None else QuietHours(quiet.begin, quiet.end, quiet.zone, quiet.critical_at_once)
    return Wishes(body.min_severity, body.resolved, body.internal, hours)


def _channel_out(it: Channel) -> ChannelOut:
    quiet = it.wishes.quiet
    return ChannelOut(
        name=it.name,
        kind=it.kind,
        shown=it.shown,
        min_severity=it.wishes.min_severity,
        resolved=it.wishes.resolved,
        internal=it.wishes.internal,
        quiet=None
        if quiet is None
        else QuietOut(
            begin=quiet.begin, end=quiet.end, zone=quiet.zone, critical_at_once=quiet.critical_at_once
        ),
        created_at=iso(it.created_at_ms),
    )


def _rule_out(cause: str, rule: Rule) -> RuleOut:
    return RuleOut(
        cause=cause,
        sentence=words.of_alert(cause).sentence,
        enabled=rule.enabled,
        severity=rule.severity,
        after_s=rule.after_s,
        repeat_s=rule.repeat_s,
        shipped=rule == DEFAULTS.get(cause),
    )


def _notified_out(it: Notified) -> NotifiedOut:
    why = None if it.error_code is None else it.error_detail or words.of_error(it.error_code).sentence
    return NotifiedOut(
        id=it.delivery_id,
        alert_id=it.alert_id,
        channel=it.channel,
        told=it.told,
        state=it.state,
        at=iso(it.at_ms),
        next_at=iso(it.next_at_ms) if it.state is Delivery.WAITING else None,
        attempts=it.attempts,
        error=why,
        sent_at=iso_or_none(it.sent_at_ms),
    )


def _alert_out(it: Entry) -> AlertOut:
    alert, said = it.alert, words.of_alert(it.alert.cause)
    return AlertOut(
        id=alert.alert_id,
        cause=alert.cause,
        severity=alert.severity,
        phase=alert.incident.phase,
        subject_id=alert.subject.subject_id,
        subject=alert.subject.name,
        phone=alert.subject.phone,
        sentence=said.sentence,
        next_step=said.next_step,
        detail=words.of_detail(alert.detail),
        opened_at=iso(alert.incident.opened_at_ms),
        ended_at=iso_or_none(alert.incident.ended_at_ms),
        notified=[_notified_out(each) for each in it.notified],
    )
