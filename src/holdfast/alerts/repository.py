"""Alerts, channels and rules as rows."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from holdfast.alerts import statements
from holdfast.alerts.channels import Channel, Wishes
from holdfast.alerts.quiet import QuietHours
from holdfast.alerts.rules import DEFAULTS, Rule
from holdfast.model.alerts import ChannelKind, Severity
from holdfast.model.ids import TenantId
from holdfast.store import ReadUnit, WriteUnit

if TYPE_CHECKING:
    from holdfast.alerts.ledger import Alert


def add(unit: WriteUnit, tenant_id: TenantId, alert: "Alert") -> None:
    """A new alert."""
    unit.run(
        statements.ADD,
        tenant_id=tenant_id,
        subject_id=alert.subject.subject_id,
        cause=alert.cause,
        severity=alert.severity.value,
        subject=alert.subject.name,
        phone=alert.subject.phone,
        detail=alert.detail,
        opened_at_ms=alert.incident.opened_at_ms,
        **_moving(alert),
    )


def move(unit: WriteUnit, alert: "Alert") -> None:
    """An alert is in another phase."""
    unit.run(statements.MOVE, **_moving(alert))


def _moving(alert: "Alert") -> dict[str, object]:
    it = alert.incident
    return {
        "id": alert.alert_id,
        "phase": it.phase.value,
        "active": int(it.active),
        "due_ms": it.due_ms,
        "ended_at_ms": it.ended_at_ms,
        "told_json": json.dumps(it.told_at_ms),
    }


def rules(unit: ReadUnit, tenant_id: TenantId) -> Mapping[str, Rule]:
    """The rules that hold: the shipped ones, and what the tenant changed of them."""
    changed = {
        cause: Rule(Severity(severity), after_s, repeat_s, bool(enabled))
        for cause, enabled, severity, after_s, repeat_s in unit.all(statements.RULES, tenant_id=tenant_id)
        if cause in DEFAULTS
    }
    return {**DEFAULTS, **changed}


def put_rule(unit: WriteUnit, tenant_id: TenantId, cause: str, rule: Rule) -> None:
    """The tenant's own rule for this cause."""
    unit.run(
        statements.PUT_RULE,
        tenant_id=tenant_id,
        cause=cause,
        enabled=int(rule.enabled),
        severity=rule.severity.value,
        after_s=rule.after_s,
        repeat_s=rule.repeat_s,
    )


def channels(unit: ReadUnit, tenant_id: TenantId) -> Sequence[Channel]:
    """Every channel of the tenant, by name."""
    found = []
    for row in unit.all(statements.CHANNELS, tenant_id=tenant_id):
        id_, name, kind, shown, severity, resolved, internal, quiet, created, sealed = row
        wishes = Wishes(
            Severity(severity),
            bool(resolved),
            bool(internal),
            None if quiet is None else QuietHours.read(quiet),
        )
        found.append(Channel(id_, tenant_id, name, ChannelKind(kind), shown, wishes, created, bytes(sealed)))
    return found


def put_channel(unit: WriteUnit, channel: Channel) -> None:
    """A channel, new or changed."""
    wishes = channel.wishes
    unit.run(
        statements.PUT_CHANNEL,
        id=channel.channel_id,
        tenant_id=channel.tenant_id,
        name=channel.name,
        kind=channel.kind.value,
        sealed=channel.sealed,
        shown=channel.shown,
        min_severity=wishes.min_severity.value,
        resolved=int(wishes.resolved),
        internal=int(wishes.internal),
        quiet_json=None if wishes.quiet is None else wishes.quiet.write(),
        created_at_ms=channel.created_at_ms,
    )
