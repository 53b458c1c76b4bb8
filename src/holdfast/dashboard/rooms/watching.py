"""Alerts, deliveries, and what runs here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from holdfast.dashboard import meaning
from holdfast.dashboard.figures import length
from holdfast.dashboard.language import N_, _, ngettext
from holdfast.dashboard.paths import shown
from holdfast.dashboard.rooms.room import Form, Room, Values
from holdfast.dashboard.visits import Visit
from holdfast.model.errors import HoldfastError

_SEVERITIES: Final = ("info", "warning", "critical")
_TAGS: Final = {"critical": "red", "warning": "yellow", "error": "red", "problem": "red"}


async def _alerts(visit: Visit) -> Values:
    alerts = visit.client.alerts
    told, _older = await alerts.history(limit=50)
    return {
        "alerts": [(it, meaning.alert(it)) for it in told],
        "dead": await alerts.dead(),
        # Where alerts go is shown to those who may change it.
        "channels": await alerts.channels() if visit.may("admin") else [],
        "rules": [(it, meaning.alert(it), _told(it.after_s, it.repeat_s)) for it in await alerts.rules()],
        "severities": _SEVERITIES,
        "tags": _TAGS,
    }


def _told(after_s: int, repeat_s: int | None) -> str:
    first = _("at once") if after_s == 0 else _("after %(time)s", time=length(after_s))
    return first if not repeat_s else _("%(first)s, again every %(time)s", first=first, time=length(repeat_s))


async def _add_channel(visit: Visit, form: Form) -> Values:
    made = await visit.client.alerts.put_channel(
        form.get("name", ""), url=form.get("url") or None, min_severity=form.get("severity", "warning")
    )
    return {"said": _("The channel “%(name)s” is made. Send a test message now.", name=made.name)}


async def _test(visit: Visit, form: Form) -> Values:
    await visit.client.alerts.test_channel(form.get("channel", ""))
    return {"said": _("The service of “%(name)s” has taken the test message.", name=form.get("channel", ""))}


async def _remove_channel(visit: Visit, form: Form) -> None:
    await visit.client.alerts.remove_channel(form.get("channel", ""))


async def _rule(visit: Visit, form: Form) -> None:
    rules = {it.cause: it for it in await visit.client.alerts.rules()}
    rule = rules.get(form.get("cause", ""))
    if rule is None:
        raise HoldfastError(N_("There is no such alert"), next_step=N_("Load the page again."))
    await visit.client.alerts.put_rule(
        rule.cause,
        enabled=form.get("enabled") == "1",
        severity=form.get("severity") or rule.severity,
        after_s=rule.after_s,
        repeat_s=rule.repeat_s or 0,
    )


async def _reset(visit: Visit, form: Form) -> None:
    await visit.client.alerts.reset_rule(form.get("cause", ""))


async def _again(visit: Visit, form: Form) -> Values:
    tried = await visit.client.alerts.again()
    return {
        "said": ngettext(
            "%(num)s message will be tried again.", "%(num)s messages will be tried again.", tried
        )
    }


async def _deliveries(visit: Visit) -> Values:
    return {"subscriptions": await visit.client.subscriptions()}


async def _about(visit: Visit) -> Values:
    report = _said(visit, await visit.client.doctor()) if visit.may("admin") else None
    return {"system": await visit.client.system(), "report": report, "tags": _TAGS}


def _said(visit: Visit, report: Mapping[str, Any]) -> Mapping[str, Any]:
    """The doctor's report in the reader's language, with the machine's paths as this login may see them."""
    home, owner = str(Path.home()), visit.may("keys")
    checks = [
        {**meaning.check(it), "detail": shown(str(it["detail"]), home, to_owner=owner)}
        for it in report["checks"]
    ]
    return {**report, "checks": checks}


async def _repair(visit: Visit, form: Form) -> Values:
    report = await visit.client.doctor(repair=True)
    done = len(report.get("repaired") or ())
    return {
        "report": _said(visit, report),
        "said": ngettext("%(num)s thing repaired.", "%(num)s things repaired.", done),
    }


ROOMS: Final = (
    Room(
        "/alerts",
        "alerts",
        N_("Alerts"),
        _alerts,
        acts={
            "add": _add_channel,
            "test": _test,
            "remove": _remove_channel,
            "rule": _rule,
            "reset": _reset,
            "again": _again,
        },
    ),
    Room("/deliveries", "deliveries", N_("Deliveries"), _deliveries),
    Room("/about", "about", N_("About"), _about, acts={"repair": _repair}),
)
