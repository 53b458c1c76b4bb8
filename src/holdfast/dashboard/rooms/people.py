"""People, keys, the audit, and one's own account."""

from typing import Final

from holdfast.dashboard.elements import svg
from holdfast.dashboard.rooms.room import Form, Room, Values
from holdfast.dashboard.visits import Visit
from holdfast.model.errors import HoldfastError

_ROLES: Final = {
    "viewer": "sees everything, changes nothing",
    "operator": "works with the numbers and writes from them",
    "owner": "gives access to others too",
}
_DAY_S: Final = 86_400
_ENDS: Final = {"7": "in a week", "30": "in a month", "365": "in a year", "": "when it is revoked"}
_SCOPES: Final = {
    "read": "see numbers, messages, events",
    "send": "send messages",
    "admin": "link, connect, log out, remove numbers",
    "keys": "give access to others",
    "metrics": "see figures alone",
}


async def _people(visit: Visit) -> Values:
    mine = visit.me.user.user_id if visit.me.user else ""
    return {"users": await visit.client.access.users(), "roles": _ROLES, "mine": mine}


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
    return {"keys": found, "names": names, "scopes": _SCOPES, "ends": _ENDS, "mine": visit.me.key_id}


async def _make_key(visit: Visit, form: Form) -> Values:
    scopes = [scope for scope in _SCOPES if form.get(f"scope-{scope}")]
    if not scopes:
        raise HoldfastError("A key without a right opens nothing", next_step="Tick what it may do.")
    days = form.get("days", "")
    life = int(days) * _DAY_S if days in _ENDS and days else None
    made = await visit.client.access.create_key(form.get("name", ""), scopes, expires_in_s=life)
    return {"made": made.key, "made_for": form.get("name", "")}


async def _revoke(visit: Visit, form: Form) -> None:
    await visit.client.access.revoke_key(form["key"])


async def _audit(visit: Visit) -> Values:
    entries, older = await visit.client.access.audit(after=visit.request.query_params.get("after"))
    return {"entries": entries, "older": older, "first": "after" not in visit.request.query_params}


async def _account(visit: Visit) -> Values:
    return {"me": await visit.client.access.me(), "roles": _ROLES}


async def _password(visit: Visit, form: Form) -> Values:
    if form.get("new") != form.get("again"):
        raise HoldfastError("These are two different passwords", next_step="Type the new one twice.")
    await visit.client.access.change_password(form.get("old", ""), form.get("new", ""))
    return {"said": "The password is changed, and every other login of yours has ended."}


async def _elsewhere(visit: Visit, form: Form) -> Values:
    await visit.client.access.sign_out_elsewhere()
    return {"said": "Every other login of yours has ended."}


async def _offer(visit: Visit, form: Form) -> Values:
    secret, uri = await visit.client.access.offer_totp(form.get("password", ""))
    return {"secret": secret, "picture": svg(uri)}


async def _begin(visit: Visit, form: Form) -> Values:
    await visit.client.access.begin_totp(form.get("code", ""))
    return {"said": "From now on a code of the app is asked for when you log in."}


async def _end(visit: Visit, form: Form) -> Values:
    await visit.client.access.end_totp(form.get("password", ""))
    return {"said": "The password alone is enough now."}


ROOMS: Final = (
    Room(
        "/people",
        "people",
        "People",
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
    Room("/keys", "keys", "Keys", _keys, scope="keys", acts={"make": _make_key, "revoke": _revoke}),
    Room("/audit", "audit", "Audit", _audit, scope="keys"),
    Room(
        "/account",
        "account",
        "Your account",
        _account,
        acts={"password": _password, "elsewhere": _elsewhere, "offer": _offer, "begin": _begin, "end": _end},
    ),
)
