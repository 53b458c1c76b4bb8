"""Calls about alerts: channels, rules, what was told. Unknown fields of newer gateways are ignored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from holdfast.client.event import Json
from holdfast.client.http import Http
from holdfast.client.times import moment


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which nobody is woken: `begin` to `end` by the clocks of `zone`."""

    begin: str
    end: str
    zone: str = "UTC"
    #: What is critical is told at once all the same.
    critical_at_once: bool = True

    def write(self) -> Json:
        """As the API's JSON."""
        hours = {"from": self.begin, "to": self.end, "zone": self.zone}
        return {**hours, "critical_at_once": self.critical_at_once}


@dataclass(frozen=True, slots=True)
class AlertChannel:
    """Where alerts go. `shown` is the address without passwords and tokens."""

    name: str
    kind: str
    shown: str
    min_severity: str = "warning"
    resolved: bool = True
    internal: bool = False
    quiet: Quiet | None = None

    @classmethod
    def read(cls, body: Json) -> "AlertChannel":
        """From the API's JSON."""
        quiet = body.get("quiet")
        return cls(
            name=str(body["name"]),
            kind=str(body.get("kind") or ""),
            shown=str(body.get("shown") or ""),
            min_severity=str(body.get("min_severity") or "warning"),
            resolved=bool(body.get("resolved")),
            internal=bool(body.get("internal")),
            quiet=Quiet(
                str(quiet["from"]), str(quiet["to"]), str(quiet["zone"]), bool(quiet["critical_at_once"])
            )
            if quiet
            else None,
        )


@dataclass(frozen=True, slots=True)
class AlertRule:
    """How one cause is told."""

    cause: str
    sentence: str
    enabled: bool
    severity: str
    after_s: int
    repeat_s: int | None
    #: False: it was changed.
    shipped: bool

    @classmethod
    def read(cls, body: Json) -> "AlertRule":
        """From the API's JSON."""
        repeat_s = body.get("repeat_s")
        return cls(
            cause=str(body["cause"]),
            sentence=str(body.get("sentence") or ""),
            enabled=bool(body.get("enabled")),
            severity=str(body.get("severity") or ""),
            after_s=int(body.get("after_s") or 0),
            repeat_s=None if repeat_s is None else int(repeat_s),
            shipped=bool(body.get("shipped")),
        )


@dataclass(frozen=True, slots=True)
class Notification:
    """One telling of an alert on one channel, and what became of it."""

    id: str
    alert_id: str
    channel: str
    told: str
    state: str
    at: datetime | None
    next_at: datetime | None
    attempts: int
    error: str | None
    sent_at: datetime | None

    @classmethod
    def read(cls, body: Json) -> "Notification":
        """From the API's JSON."""
        return cls(
            id=str(body["id"]),
            alert_id=str(body.get("alert_id") or ""),
            channel=str(body.get("channel") or ""),
            told=str(body.get("told") or ""),
            state=str(body.get("state") or ""),
            at=moment(body.get("at")),
            next_at=moment(body.get("next_at")),
            attempts=int(body.get("attempts") or 0),
            error=body.get("error"),
            sent_at=moment(body.get("sent_at")),
        )


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert, from its beginning to its end."""

    id: str
    cause: str
    severity: str
    phase: str
    subject: str
    phone: str | None
    sentence: str
    next_step: str
    detail: str
    opened_at: datetime | None
    ended_at: datetime | None
    notified: tuple[Notification, ...]

    @classmethod
    def read(cls, body: Json) -> "Alert":
        """From the API's JSON."""
        return cls(
            id=str(body["id"]),
            cause=str(body.get("cause") or ""),
            severity=str(body.get("severity") or ""),
            phase=str(body.get("phase") or ""),
            subject=str(body.get("subject") or ""),
            phone=body.get("phone"),
            sentence=str(body.get("sentence") or ""),
            next_step=str(body.get("next_step") or ""),
            detail=str(body.get("detail") or ""),
            opened_at=moment(body.get("opened_at")),
            ended_at=moment(body.get("ended_at")),
            notified=tuple(Notification.read(it) for it in body.get("notified") or ()),
        )


class Alerts:
    """`client.alerts`: needs a key with the scope `admin`, reading rules and history `read` alone."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def channels(self) -> Sequence[AlertChannel]:
        """Every channel, by name."""
        body = await self._http.json("GET", "/v1/alerts/channels")
        return [AlertChannel.read(it) for it in body["channels"]]

    async def put_channel(
        self,
        name: str,
        *,
        url: str | None = None,
        session: str | None = None,
        to: str | None = None,
        min_severity: str = "warning",
        resolved: bool = True,
        internal: bool = False,
        quiet: Quiet | None = None,
    ) -> AlertChannel:
        """Make or change a channel: an address that Apprise knows, or a text from `session` to a number.

        Without either, a channel that exists keeps its target. Idempotent. Raises AlertUrlInvalid,
        AlertTargetInternal, UnknownSession, RecipientInvalid, UnknownAlertChannel.
        """
        body = {
            "url": url,
            "session": session,
            "to": to,
            "min_severity": min_severity,
            "resolved": resolved,
            "internal": internal,
            "quiet": None if quiet is None else quiet.write(),
        }
        return AlertChannel.read(await self._http.json("PUT", _channel(name), body=body))

    async def remove_channel(self, name: str) -> None:
        """Forget a channel and what it still had to tell. Raises UnknownAlertChannel."""
        await self._http.json("DELETE", _channel(name))

    async def test_channel(self, name: str) -> None:
        """Send a test by this channel; returns when its service has taken it, within 30 s.

        Raises AlertChannelFailed, AlertChannelSilent, AlertTargetInternal, UnknownAlertChannel.
        """
        await self._http.json("POST", _channel(name) + "/test", wait_s=30.0)

    async def rules(self) -> Sequence[AlertRule]:
        """Everything that can be an alert, with how it is told now."""
        body = await self._http.json("GET", "/v1/alerts/rules")
        return [AlertRule.read(it) for it in body["rules"]]

    async def put_rule(
        self,
        cause: str,
        *,
        enabled: bool = True,
        severity: str | None = None,
        after_s: int | None = None,
        repeat_s: int | None = None,
    ) -> AlertRule:
        """Change a rule; what is left out is as shipped, `repeat_s=0` means once. Raises UnknownAlertRule."""
        body = {"enabled": enabled, "severity": severity, "after_s": after_s, "repeat_s": repeat_s}
        return AlertRule.read(await self._http.json("PUT", _rule(cause), body=body))

    async def reset_rule(self, cause: str) -> None:
        """As shipped again. Raises UnknownAlertRule."""
        await self._http.json("DELETE", _rule(cause))

    async def history(
        self, *, only_open: bool = False, after: str | None = None, limit: int = 50
    ) -> tuple[Sequence[Alert], str | None]:
        """One page of the alerts that were told, newest first, and the place of the next (None: the last)."""
        query = {"only_open": only_open, "after": after, "limit": limit}
        body = await self._http.json("GET", "/v1/alerts", query=query)
        return [Alert.read(it) for it in body["alerts"]], body.get("next")

    async def dead(self, *, limit: int = 50) -> Sequence[Notification]:
        """Notifications that were given up, newest first."""
        body = await self._http.json("GET", "/v1/alerts/dead", query={"limit": limit})
        return [Notification.read(it) for it in body["notifications"]]

    async def again(self, notification_id: str = "") -> int:
        """Try one that was given up again, or all of them; how many. Raises UnknownAlertDelivery."""
        body = await self._http.json("POST", "/v1/alerts/dead/again", body={"id": notification_id})
        return int(body["again"])


def _channel(name: str) -> str:
    return f"/v1/alerts/channels/{quote(name, safe='')}"


def _rule(cause: str) -> str:
    return f"/v1/alerts/rules/{quote(cause, safe='')}"
