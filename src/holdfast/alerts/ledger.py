"""What signals and time do to the alerts in the database, inside one unit of work.

What is told is decided, written and put into the channels' queues in the same commit as the place in the
journal that it comes from: a restart neither forgets nor repeats an alert.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from holdfast.alerts import incidents, repository, statements
from holdfast.alerts.channels import Channel
from holdfast.alerts.incidents import Incident, Step
from holdfast.alerts.rules import Rule, Signal, Turn
from holdfast.kit.ids import new_id
from holdfast.model.alerts import Phase, Severity, Told
from holdfast.model.ids import TenantId
from holdfast.store import Row, WriteUnit

#: Alerts that begin together go out as one message.
GATHER_MS = 2_000


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert is about: a session, or a channel."""

    subject_id: str
    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """One row."""

    alert_id: str
    subject: Subject
    cause: str
    severity: Severity
    detail: str
    incident: Incident

    @classmethod
    def read(cls, row: Row) -> "Alert":
        """From the database."""
        (
            id_,
            subject_id,
            cause,
            severity,
            phase,
            active,
            subject,
            phone,
            detail,
            opened,
            due,
            ended,
            told,
        ) = row
        incident = Incident(Phase(phase), bool(active), opened, due, ended, tuple(json.loads(told)))
        return cls(id_, Subject(subject_id, subject, phone), cause, Severity(severity), detail, incident)


class Ledger:
    """The alerts of one tenant in one unit of work."""

    def __init__(self, unit: WriteUnit, tenant_id: TenantId, now_ms: int) -> None:
        self._unit, self._tenant_id, self._now_ms = unit, tenant_id, now_ms
        self._rules: Mapping[str, Rule] | None = None
        self._channels: Sequence[Channel] | None = None
        #: True when a channel has something to tell.
        self.told = False

    def session(self, session_id: str) -> Subject:
        """The session as it is called now."""
        row = self._unit.first(statements.SESSION, session_id=session_id)
        return Subject(session_id, *row) if row is not None else Subject(session_id, session_id)

    def troubled(self) -> set[str]:
        """The ids of subjects that have an alert that has not ended."""
        return {row[0] for row in self._unit.all(statements.TROUBLED, tenant_id=self._tenant_id)}

    def hear(self, subject: Subject, signals: Iterable[Signal]) -> None:
        """Signals of one subject, in order."""
        rows = self._unit.all(statements.NOT_ENDED, tenant_id=self._tenant_id, subject_id=subject.subject_id)
        open_ones = {alert.cause: alert for alert in map(Alert.read, rows)}
        for signal in signals:
            there = open_ones.get(signal.cause)
            if signal.turn is Turn.RAISED:
                now = self._raise(subject, signal, there) if signal.unless.isdisjoint(open_ones) else there
            elif there is not None:
                end = incidents.cleared if signal.turn is Turn.CLEARED else incidents.dropped
                now = self._take(there, end(there.incident, self._now_ms))
            else:
                now = None
            open_ones.pop(signal.cause, None)
            if now is not None and now.incident.phase is not Phase.ENDED:
                open_ones[signal.cause] = now

    def pass_time(self) -> None:
        """Whatever is due happens."""
        rows = self._unit.all(statements.DUE, tenant_id=self._tenant_id, now=self._now_ms)
        for alert in map(Alert.read, rows):
            rule = self._rule(alert.cause)
            if rule is None:  # nobody wants to hear of it any more
                self._take(alert, incidents.dropped(alert.incident, self._now_ms))
            else:
                self._take(alert, incidents.passed(alert.incident, rule, self._now_ms))

    def _raise(self, subject: Subject, signal: Signal, there: Alert | None) -> Alert | None:
        rule = self._rule(signal.cause)
        if rule is None:
            return there
        if there is not None:
            step = incidents.raised(there.incident, rule, self._now_ms, again=signal.again)
            return self._take(replace(there, detail=signal.detail or there.detail), step)
        place = {"tenant_id": self._tenant_id, "subject_id": subject.subject_id, "cause": signal.cause}
        row = self._unit.first(statements.LATEST, **place)
        before = None if row is None else Alert.read(row).incident
        step = incidents.raised(before, rule, self._now_ms)
        alert = Alert(new_id("alr"), subject, signal.cause, rule.severity, signal.detail, step.incident)
        repository.add(self._unit, self._tenant_id, alert)
        self._tell(alert, step.tells)
        return alert

    def _take(self, alert: Alert, step: Step) -> Alert:
        moved = replace(alert, incident=step.incident)
        if step.incident != alert.incident:
            repository.move(self._unit, moved)
        self._tell(moved, step.tells)
        return moved

    def _tell(self, alert: Alert, told: Told | None) -> None:
        if told is None:
            return
        if self._channels is None:
            self._channels = repository.channels(self._unit, self._tenant_id)
        for channel in self._channels:
            if _wanted(channel, alert, told):
                self.told = True
                self._unit.run(
                    statements.ADD_DELIVERY,
                    id=new_id("adl"),
                    channel_id=channel.channel_id,
                    alert_id=alert.alert_id,
                    told=told.value,
                    detail=alert.detail,
                    now=self._now_ms,
                    next_at_ms=self._now_ms + GATHER_MS,
                )

    def _rule(self, cause: str) -> Rule | None:
        """The rule that holds now; None where there is none, or it is switched off."""
        if self._rules is None:
            self._rules = repository.rules(self._unit, self._tenant_id)
        rule = self._rules.get(cause)
        return rule if rule is not None and rule.enabled else None


def _wanted(channel: Channel, alert: Alert, told: Told) -> bool:
    wishes = channel.wishes
    return (
        alert.severity.rank >= wishes.min_severity.rank
        and (wishes.resolved or told is not Told.RESOLVED)
        and alert.subject.subject_id != channel.channel_id  # it does not tell of itself
    )
