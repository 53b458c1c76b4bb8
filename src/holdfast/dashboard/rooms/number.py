"""One number: how it is, what it did, its uptime, what lies in quarantine, and what can be done."""

from datetime import UTC, datetime
from typing import Final

from holdfast.client import Session, Share
from holdfast.dashboard.rooms.room import Form, Room, Values
from holdfast.dashboard.strip import picture, said
from holdfast.dashboard.views import card
from holdfast.dashboard.visits import Visit
from holdfast.dashboard.words import length
from holdfast.model.actions import Action
from holdfast.model.errors import StateConflict

_CHANGES: Final = 200
_SHOWN: Final = 25
_DAYS: Final = 30
_GOOD: Final = 99.0


async def _show(visit: Visit) -> Values:
    client, now = visit.client, datetime.now(UTC)
    session = await client.sessions.get(visit.ref)
    changes, _ = await client.sessions.timeline(visit.ref, limit=_CHANGES)
    uptime = await client.sessions.uptime(visit.ref, days=_DAYS)
    away = [it for it in await client.sessions.quarantined() if it.session_id == session.id]
    return {
        "title": card(session, reachable=True)["phone"] or session.name,
        "session": session,
        "card": card(session, reachable=True),
        "may_link": Action.PAIR in session.actions or Action.CANCEL_PAIRING in session.actions,
        "strip": picture(changes, now),
        "changes": [(it.at, it.color, said(it)) for it in changes[:_SHOWN]],
        "uptime": uptime,
        "bars": [_bar(it) for it in uptime.days],
        "months": [(it.period, _percent(it)) for it in reversed(uptime.months)],
        "total": _percent(uptime.total),
        "typical": None if uptime.outages.p50_s is None else length(uptime.outages.p50_s),
        "longest": None if uptime.outages.max_s is None else length(uptime.outages.max_s),
        "away": away,
        "snapshots": await client.sessions.snapshots(visit.ref),
        "looked": False,
    }


def _bar(share: Share) -> tuple[str, int, str]:
    """Class, height in percent, and words of one day."""
    if share.percent is None:
        return "hf-day-none", 0, f"{share.period}: it was not to be up"
    # What is interesting lies between 90 and 100.
    height = max(6, round((share.percent - 90) * 10)) if share.percent > 90 else 6
    return "" if share.percent >= _GOOD else "hf-day-low", height, f"{share.period}: {_percent(share)}"


def _percent(share: Share) -> str:
    return "nothing to count yet" if share.percent is None else f"{share.percent:.4g} %"


async def _connect(visit: Visit, form: Form) -> None:
    await visit.client.sessions.connect(visit.ref)


async def _disconnect(visit: Visit, form: Form) -> None:
    await visit.client.sessions.disconnect(visit.ref)


async def _log_out(visit: Visit, form: Form) -> None:
    await visit.client.sessions.logout(visit.ref)


async def _remove(visit: Visit, form: Form) -> str:
    # Somebody may have scanned while the question was open; a linked number is never removed from here.
    session = await visit.client.sessions.get(visit.ref)
    if Action.LOG_OUT in session.actions:
        raise StateConflict("It was linked meanwhile", next_step="Log it out first, if you mean it.")
    await visit.client.sessions.delete(visit.ref)
    return "/"


async def _rename(visit: Visit, form: Form) -> None:
    await visit.client.sessions.rename(visit.ref, form.get("name", ""))


async def _restore(visit: Visit, form: Form) -> Values:
    back: Session = await visit.client.sessions.bring_back(form.get("name", ""), visit.ref)
    return {"said": f"“{back.name}” has its credentials back and connects."}


async def _save(visit: Visit, form: Form) -> Values:
    taken = await visit.client.sessions.take_snapshot(visit.ref)
    return {"said": "Saved." if taken else "The newest snapshot holds the same credentials: nothing to save."}


async def _verify(visit: Visit, form: Form) -> Values:
    found = await visit.client.sessions.verify_snapshots(visit.ref)
    bad = sum(not it.good for it in found)
    said = f"{bad} of {len(found)} could not be used." if bad else f"All {len(found)} are good."
    return {"snapshots": found, "looked": True, "said": said if found else "There is none to look at."}


ROOMS: Final = (
    Room(
        "/numbers/{ref}",
        "number",
        "Number",
        _show,
        acts={
            "connect": _connect,
            "disconnect": _disconnect,
            "logout": _log_out,
            "remove": _remove,
            "rename": _rename,
            "restore": _restore,
            "save": _save,
            "verify": _verify,
        },
    ),
)
