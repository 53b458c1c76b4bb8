"""The lab: simulated phones side by side, a scan with a click, and things that go wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from holdfast.dashboard.language import N_, _
from holdfast.dashboard.rooms.room import Form, Room, Values
from holdfast.dashboard.visits import Visit
from holdfast.dashboard.words import telephone
from holdfast.lab import Phone, Simulator, SimulatorError
from holdfast.model.errors import HoldfastError

#: Of each phone so many messages, of all phones so many.
_HEARD: Final = 4
_PHONES: Final = 12
#: A fault that nobody ends is over by itself.
_FAULT_LASTS_S: Final = 60.0


@asynccontextmanager
async def _simulator(visit: Visit) -> AsyncIterator[Simulator]:
    if visit.lab is None:
        raise HoldfastError(N_("This is no lab"), next_step=N_("`holdfast up --lab` starts one."))
    async with Simulator.attach(visit.lab) as simulator:
        try:
            yield simulator
        except SimulatorError as refused:
            raise HoldfastError(str(refused), next_step=N_("`holdfast lab` shows more.")) from refused


async def _show(visit: Visit) -> Values:
    async with _simulator(visit) as simulator:
        found = await simulator.phones()
        phones = [await _phone(it) for it in found[:_PHONES]]
        kinds, faults = await simulator.fault_kinds(), await simulator.faults()
    sessions = await visit.client.sessions.list()
    return {
        "phones": phones,
        "more": max(0, len(found) - _PHONES),
        "waiting": [it for it in sessions if it.state == "pairing"],
        "numbers": [it for it in sessions if it.phone],
        "kinds": kinds,
        "faults": [(it.id, it.line()) for it in faults],
    }


async def _phone(phone: Phone) -> Values:
    state, (heard, _) = await phone.state(), await phone.inbox()
    return {
        "phone": phone.phone,
        "name": phone.name,
        "asleep": state.asleep,
        "companions": len(state.companions),
        "heard": [it.text or it.kind for it in heard[-_HEARD:]],
    }


async def _make(visit: Visit, form: Form) -> None:
    async with _simulator(visit) as simulator:
        await simulator.phone(form.get("name", "")[:64] or _("Somebody"))


async def _scan(visit: Visit, form: Form) -> Values:
    code = await visit.client.sessions.qr(form.get("session", ""))
    async with _simulator(visit) as simulator:
        await simulator.at(form["phone"]).scan(code.code)
    return {"said": _("%(phone)s has scanned the code.", phone=telephone(form["phone"]))}


async def _say(visit: Visit, form: Form) -> None:
    async with _simulator(visit) as simulator:
        await simulator.at(form["phone"]).say(form.get("to", ""), form.get("text", ""))


async def _sleep(visit: Visit, form: Form) -> None:
    async with _simulator(visit) as simulator:
        await simulator.at(form["phone"]).sleep()


async def _wake(visit: Visit, form: Form) -> None:
    async with _simulator(visit) as simulator:
        await simulator.at(form["phone"]).wake()


async def _break(visit: Visit, form: Form) -> Values:
    async with _simulator(visit) as simulator:
        account = form.get("account") or None
        given = await simulator.fault(form.get("fault", ""), account, ttl_s=_FAULT_LASTS_S)
    return {
        "said": _("%(fault)s: struck %(hit)d at once. Watch the numbers.", fault=given.name, hit=given.hit)
    }


async def _mend(visit: Visit, form: Form) -> None:
    async with _simulator(visit) as simulator:
        await simulator.clear_faults()


ROOMS: Final = (
    Room(
        "/lab",
        "lab",
        N_("Lab"),
        _show,
        scope="admin",
        acts={
            "make": _make,
            "scan": _scan,
            "say": _say,
            "sleep": _sleep,
            "wake": _wake,
            "break": _break,
            "mend": _mend,
        },
    ),
)
