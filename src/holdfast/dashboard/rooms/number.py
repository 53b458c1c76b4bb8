"""One number: how it is, what it did, its uptime, what lies in quarantine, and what can be done."""

from datetime import UTC, datetime
from typing import Final

from holdfast.client import Session, Share
from holdfast.dashboard.figures import length, number, percent, period
from holdfast.dashboard.language import N_, _, lookup, ngettext
from holdfast.dashboard.rooms.room import Form, Room, Values
from holdfast.dashboard.strip import picture, said
from holdfast.dashboard.views import card
from holdfast.dashboard.visits import Visit
from holdfast.model.actions import Action
from holdfast.model.errors import StateConflict

_CHANGES: Final = 200
_SHOWN: Final = 25
_DAYS: Final = 30
_GOOD: Final = 99.0
#: Why credentials lie in quarantine.
_WHY: Final = {
    "logged_out": N_("logged out"),
    "given_up": N_("given up"),
    "renewed": N_("renewed"),
    "refused": N_("refused"),
    "damaged": N_("damaged"),
    "exchanged": N_("exchanged for a snapshot"),
}


async def _show(visit: Visit) -> Values:
    client, now = visit.client, datetime.now(UTC)
    session = await client.sessions.get(visit.ref)
    changes, _older = await client.sessions.timeline(visit.ref, limit=_CHANGES)
    uptime = await client.sessions.uptime(visit.ref, days=_DAYS)
    away = [it for it in await client.sessions.quarantined() if it.session_id == session.id]
    seen = card(session, reachable=True)
    return {
        "title": session.name,
        "session": session,
        "card": seen,
        "may_link": Action.PAIR in session.actions or Action.CANCEL_PAIRING in session.actions,
        "strip": picture(changes, now),
        "changes": [(it.at, it.color, said(it)) for it in changes[:_SHOWN]],
        "uptime": uptime,
        "bars": [_bar(it) for it in uptime.days],
        "months": [(period(it.period), _percent(it)) for it in reversed(uptime.months)],
        "total": _percent(uptime.total),
        "typical": None if uptime.outages.p50_s is None else length(uptime.outages.p50_s),
        "longest": None if uptime.outages.max_s is None else length(uptime.outages.max_s),
        "away": [(it, lookup(_WHY.get(it.why or "", it.why or ""))) for it in away],
        "snapshots": await client.sessions.snapshots(visit.ref),
        "undo": "",
    }


def _bar(share: Share) -> tuple[str, int, str]:
    """Class, height in percent, and words of one day."""
    if share.percent is None:
        return "hf-day-none", 0, _("%(period)s: it was not to be up", period=period(share.period))
    # What is interesting lies between 90 and 100.
    height = max(6, round((share.percent - 90) * 10)) if share.percent > 90 else 6
    return (
        "" if share.percent >= _GOOD else "hf-day-low",
        height,
        _("%(period)s: %(share)s", period=period(share.period), share=_percent(share)),
    )


def _percent(share: Share) -> str:
    return _("nothing to count yet") if share.percent is None else percent(share.percent / 100)


async def _connect(visit: Visit, form: Form) -> None:
    await visit.client.sessions.connect(visit.ref)


async def _disconnect(visit: Visit, form: Form) -> Values:
    await visit.client.sessions.disconnect(visit.ref)
    return {"said": _("It is paused. It stays linked, and nothing comes in or goes out."), "undo": "connect"}


async def _log_out(visit: Visit, form: Form) -> None:
    await visit.client.sessions.logout(visit.ref)


async def _remove(visit: Visit, form: Form) -> str:
    # Somebody may have scanned while the question was open; a linked number is never removed from here.
    session = await visit.client.sessions.get(visit.ref)
    if Action.LOG_OUT in session.actions:
        raise StateConflict(N_("It was linked meanwhile"), next_step=N_("Log it out first, if you mean it."))
    await visit.client.sessions.delete(visit.ref)
    return "/"


async def _rename(visit: Visit, form: Form) -> None:
    await visit.client.sessions.rename(visit.ref, form.get("name", ""))


async def _restore(visit: Visit, form: Form) -> Values:
    back: Session = await visit.client.sessions.bring_back(form.get("name", ""), visit.ref)
    return {"said": _("“%(name)s” has its credentials back and connects.", name=back.name)}


async def _save(visit: Visit, form: Form) -> Values:
    taken = await visit.client.sessions.take_snapshot(visit.ref)
    if taken:
        return {"said": _("Saved.")}
    return {"said": _("The newest snapshot holds the same credentials: nothing to save.")}


async def _verify(visit: Visit, form: Form) -> Values:
    name = form.get("snapshot", "")
    found = await visit.client.sessions.verify_snapshots(visit.ref, name)
    bad = sum(not it.good for it in found if name in {"", it.name})
    if name:
        said = _("It could not be used.") if bad else _("It is good.")
    elif not found:
        said = _("There is none to look at.")
    elif bad:
        said = _("%(bad)d of %(all)d could not be used.", bad=bad, all=len(found))
    else:
        said = ngettext("The one that there is is good.", "All %(num)s are good.", len(found))
    return {"snapshots": found, "said": said}


async def _put_back(visit: Visit, form: Form) -> Values:
    await visit.client.sessions.put_back_snapshot(visit.ref, form.get("snapshot", ""))
    said = _("The snapshot is in its place. What was in use before is a snapshot of its own now.")
    return {"said": said}


async def _probe(visit: Visit, form: Form) -> Values:
    took_ms = await visit.client.sessions.probe(visit.ref)
    return {"said": _("WhatsApp answered after %(time)s ms: the connection works.", time=number(took_ms))}


ROOMS: Final = (
    Room(
        "/numbers/{ref}",
        "number",
        N_("Number"),
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
            "put-back": _put_back,
            "probe": _probe,
        },
    ),
)
