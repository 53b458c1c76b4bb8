"""People, keys, the audit, and one's own account."""

from collections.abc import Mapping
from typing import Final

from holdfast.dashboard.elements import svg
from holdfast.dashboard.language import N_, _, lookup
from holdfast.dashboard.rooms.room import Form, Room, Values
from holdfast.dashboard.visits import Visit
from holdfast.dashboard.words import telephone
from holdfast.model.errors import HoldfastError
from holdfast.model.words import of_error

_ROLES: Final = {
    "viewer": N_("sees everything, changes nothing"),
    "operator": N_("works with the numbers and writes from them"),
    "owner": N_("gives access to others too"),
}
_CALLED: Final = {"viewer": N_("viewer"), "operator": N_("operator"), "owner": N_("owner")}
_DAY_S: Final = 86_400
_ENDS: Final = {
    "7": N_("in a week"),
    "30": N_("in a month"),
    "365": N_("in a year"),
    "": N_("when it is revoked"),
}
_SCOPES: Final = {
    "read": N_("see numbers, messages, events"),
    "send": N_("send messages"),
    "admin": N_("link, connect, log out, remove numbers"),
    "keys": N_("give access to others"),
    "metrics": N_("see figures alone"),
}

#: How fields of a key's form begin that name a number.
_NUMBER: Final = "number-"
#: A program's key as most are: it reads and sends, for a year.
_AT_FIRST: Final = {"scope-read": "1", "scope-send": "1", "days": "365"}


async def _people(visit: Visit) -> Values:
    mine = visit.me.user.user_id if visit.me.user else ""
    return {
        "users": await visit.client.access.users(),
        "roles": _looked_up(_ROLES),
        "called": _looked_up(_CALLED),
        "mine": mine,
    }


async def _add(visit: Visit, form: Form) -> None:
    await visit.client.access.add_user(form.get("name", ""), form.get("role", ""), form.get("password", ""))


async def _role(visit: Visit, form: Form) -> None:
    await visit.client.access.set_role(form["user"], form.get("role", ""))


async def _lock(visit: Visit, form: Form) -> None:
    await visit.client.access.lock_user(form["user"], locked=True)


async def _unlock(visit: Visit, form: Form) -> None:
    await visit.client.access.lock_user(form["user"], locked=False)


async def _sign_out(visit: Visit, form: Form) -> None:
    await visit.client.access.sign_out_user(form["user"])


async def _remove(visit: Visit, form: Form) -> None:
    await visit.client.access.remove_user(form["user"])


async def _reset(visit: Visit, form: Form) -> None:
    await visit.client.access.set_password(form["user"], form.get("password", ""))


async def _keys(visit: Visit) -> Values:
    found = await visit.client.access.keys()
    names = {user.user_id: user.name for user in await visit.client.access.users()}
    return {
        "keys": found,
        "names": names,
        "scopes": _looked_up(_SCOPES),
        "ends": _looked_up(_ENDS),
        "mine": visit.me.key_id,
        "numbers": {it.id: telephone(it.phone) or it.name for it in await visit.client.sessions.list()},
        "typed": _AT_FIRST,
    }


async def _make_key(visit: Visit, form: Form) -> Values:
    scopes = [scope for scope in _SCOPES if form.get(f"scope-{scope}")]
    if not scopes:
        raise HoldfastError(N_("A key without a right opens nothing"), next_step=N_("Tick what it may do."))
    days = form.get("days", "")
    life = int(days) * _DAY_S if days in _ENDS and days else None
    chosen = [name.removeprefix(_NUMBER) for name in form if name.startswith(_NUMBER)]
    if form.get("reach") == "some" and not chosen:
        raise HoldfastError(
            N_("A key for no number opens nothing"), next_step=N_("Tick the numbers that it is for.")
        )
    name, limit = form.get("name", ""), chosen if form.get("reach") == "some" else None
    made = await visit.client.access.create_key(name, scopes, expires_in_s=life, sessions=limit)
    return {"made": made.key, "made_for": name}


async def _revoke(visit: Visit, form: Form) -> None:
    await visit.client.access.revoke_key(form["key"])


async def _audit(visit: Visit) -> Values:
    entries, older = await visit.client.access.audit(after=visit.request.query_params.get("after"))
    said = [(it, lookup(it.what), _outcome(it.outcome)) for it in entries]
    return {"entries": said, "older": older, "first": "after" not in visit.request.query_params}


def _outcome(code: str | None) -> str:
    """What came of an act, for people; empty for what was done as asked."""
    if code is None:
        return _("not known")
    return "" if code == "done" else lookup(of_error(code).sentence)


def _looked_up(table: Mapping[str, str]) -> Mapping[str, str]:
    return {code: lookup(said) for code, said in table.items()}


async def _account(visit: Visit) -> Values:
    me = await visit.client.access.me()
    role = me.user.role if me.user else ""
    means, called = lookup(_ROLES.get(role, "")), lookup(_CALLED.get(role, role))
    return {"me": me, "role": called, "means": means}


async def _password(visit: Visit, form: Form) -> Values:
    if form.get("new") != form.get("again"):
        raise HoldfastError(N_("These are two different passwords"), next_step=N_("Type the new one twice."))
    await visit.client.access.change_password(form.get("old", ""), form.get("new", ""))
    return {"said": _("The password is changed, and every other login of yours has ended.")}


async def _elsewhere(visit: Visit, form: Form) -> Values:
    await visit.client.access.sign_out_elsewhere()
    return {"said": _("Every other login of yours has ended.")}


async def _offer(visit: Visit, form: Form) -> Values:
    secret, uri = await visit.client.access.offer_totp(form.get("password", ""))
    return {"secret": secret, "picture": svg(uri)}


async def _begin(visit: Visit, form: Form) -> Values:
    await visit.client.access.begin_totp(form.get("code", ""))
    return {"said": _("From now on a code of the app is asked for when you log in.")}


async def _end(visit: Visit, form: Form) -> Values:
    await visit.client.access.end_totp(form.get("password", ""))
    return {"said": _("The password alone is enough now.")}


ROOMS: Final = (
    Room(
        "/people",
        "people",
        N_("People"),
        _people,
        scope="keys",
        acts={
            "add": _add,
            "role": _role,
            "lock": _lock,
            "unlock": _unlock,
            "sign-out": _sign_out,
            "remove": _remove,
            "reset": _reset,
        },
    ),
    Room(
        "/keys",
        "keys",
        N_("Keys"),
        _keys,
        scope="keys",
        acts={"make": _make_key, "revoke": _revoke},
        fields=600,
        again=lambda form: {"typed": form},
    ),
    Room("/audit", "audit", N_("Audit"), _audit, scope="keys"),
    Room(
        "/account",
        "account",
        N_("Your account"),
        _account,
        acts={"password": _password, "elsewhere": _elsewhere, "offer": _offer, "begin": _begin, "end": _end},
    ),
)
