"""Alerts, deliveries, and what runs here."""

from typing import Final

from holdfast.dashboard.rooms.room import Form, Room, Values
from holdfast.dashboard.visits import Visit
from holdfast.dashboard.words import length
from holdfast.model.errors import HoldfastError

_SEVERITIES: Final = ("info", "warning", "critical")
_TAGS: Final = {"critical": "red", "warning": "yellow", "error": "red", "problem": "red"}


async def _alerts(visit: Visit) -> Values:
    alerts = visit.client.alerts
    told, _ = await alerts.history(limit=50)
    return {
        "alerts": told,
        "dead": await alerts.dead(),
        # Where alerts go is shown to those who may change it.
        "channels": await alerts.channels() if visit.may("admin") else [],
        "rules": [(it, _told(it.after_s, it.repeat_s)) for it in await alerts.rules()],
        "severities": _SEVERITIES,
        "tags": _TAGS,
    }


def _told(after_s: int, repeat_s: int | None) -> str:
    first = "at once" if after_s == 0 else f"after {length(after_s)}"
    return first if not repeat_s else f"{first}, again every {length(repeat_s)}"


async def _add_channel(visit: Visit, form: Form) -> Values:
    made = await visit.client.alerts.put_channel(
        form.get("name", ""), url=form.get("url") or None, min_severity=form.get("severity", "warning")
    )
    return {"said": f"The channel “{made.name}” is made. Send a test message now."}


async def _test(visit: Visit, form: Form) -> Values:
    await visit.client.alerts.test_channel(form.get("channel", ""))
    return {"said": f"The service of “{form.get('channel', '')}” has taken the test message."}


async def _remove_channel(visit: Visit, form: Form) -> None:
    await visit.client.alerts.remove_channel(form.get("channel", ""))


async def _rule(visit: Visit, form: Form) -> None:
    rules = {it.cause: it for it in await visit.client.alerts.rules()}
    rule = rules.get(form.get("cause", ""))
    if rule is None:
        raise HoldfastError("There is no such alert", next_step="Load the page again.")
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
    return {"said": f"{tried} message{'' if tried == 1 else 's'} will be tried again."}


async def _deliveries(visit: Visit) -> Values:
    return {"subscriptions": await visit.client.subscriptions()}


async def _about(visit: Visit) -> Values:
    report = await visit.client.doctor() if visit.may("admin") else None
    return {"system": await visit.client.system(), "report": report, "tags": _TAGS}


async def _repair(visit: Visit, form: Form) -> Values:
    report = await visit.client.doctor(repair=True)
    done = len(report.get("repaired") or ())
    return {"report": report, "said": f"{done} thing{'' if done == 1 else 's'} repaired."}


ROOMS: Final = (
    Room(
        "/alerts",
        "alerts",
        "Alerts",
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
    Room("/deliveries", "deliveries", "Deliveries", _deliveries),
    Room("/about", "about", "About", _about, acts={"repair": _repair}),
)
