"""The door: what lies behind it, which key was shown, whether it covers what is asked, and who asked.

Whatever changes something under the scope `admin` or `keys` is noted in the audit, before it is done, and so
is what people decide under `send` that others rely on: bookings.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import ip_address
from typing import Annotated, Final

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection, Request

from holdfast.accounts import Accounts, Caller, KeyKind, Noted, Scope, Who
from holdfast.api.reach import keep_within
from holdfast.api.rooms import Rooms
from holdfast.model.errors import Forbidden, Unauthorized

_bearer = HTTPBearer(auto_error=False, description="A key of this gateway, `hf_…`", scheme_name="key")


# A dependency that is no coroutine function runs in a thread: a hop for every request.
async def _rooms(connection: HTTPConnection) -> Rooms:
    # The framework's one untyped place: `create_app` has put a Rooms there.
    rooms: Rooms = connection.app.state.rooms
    return rooms


#: A parameter of this type is given the rooms of the application that serves the request.
TheRooms = Annotated[Rooms, Depends(_rooms)]


def needs(*scopes: Scope) -> Callable[..., Awaitable[Caller]]:
    """A dependency that lets only callers with one of these scopes in. Raises Unauthorized, Forbidden."""

    async def check(
        request: HTTPConnection,
        rooms: TheRooms,
        shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Caller:
        caller = await admit(rooms.accounts, shown.credentials if shown else None, *scopes)
        keep_within(request, rooms, caller)
        return caller

    return check


async def admit(accounts: Accounts, key: str | None, *scopes: Scope) -> Caller:
    """The caller behind `key`, if it has one of `scopes`.

    Raises Unauthorized, Forbidden, StoreUnavailable.
    """
    if not key:
        raise Unauthorized
    caller = await accounts.authenticate(key)
    if not any(caller.may(scope) for scope in scopes):
        raise Forbidden(f"This key lacks the scope `{scopes[0].value}`")
    return caller


#: Where the dashboard says for which browser it asks. Believed of a login's key alone.
FOR_HEADER: Final = "holdfast-for"
_READING: Final = frozenset({"GET", "HEAD"})


def source_of(request: Request, *, through_page: bool) -> str:
    """Where a request comes from, for people. `through_page`: its header may name a browser's address."""
    peer = request.client.host if request.client and request.client.host else "this machine"
    told = request.headers.get(FOR_HEADER, "") if through_page else ""
    try:
        return f"{ip_address(told)} through {peer}"
    except ValueError:
        return peer


def act_of(request: Request) -> str:
    """Method and path of the endpoint, the same for everybody who asks for it."""
    return f"{request.method} {getattr(request.scope.get('route'), 'path', '')}"


def who_is(request: Request, caller: Caller) -> Who:
    """Who calls, and from where, for the audit."""
    by_page = caller.kind is KeyKind.DASHBOARD
    name = "a login by link" if by_page and caller.user_id is None else caller.name
    source = source_of(request, through_page=by_page)
    return Who(caller.tenant_id, name, source, caller.key_id, caller.user_id)


def _audited(scope: Scope) -> Callable[..., AsyncIterator[Caller]]:
    async def check(
        request: Request,
        rooms: TheRooms,
        shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> AsyncIterator[Caller]:
        caller = await admit(rooms.accounts, shown.credentials if shown else None, scope)
        keep_within(request, rooms, caller)
        if request.method in _READING:
            yield caller
            return
        target = " ".join(str(part) for part in request.path_params.values())
        async with rooms.audit.noting(who_is(request, caller), act_of(request), target) as noted:
            request.state.noted = noted
            yield caller

    return check


async def _noted(request: Request) -> Noted:
    noted: Noted = request.state.noted
    return noted


Reader = Annotated[Caller, Depends(needs(Scope.READ))]
Sender = Annotated[Caller, Depends(needs(Scope.SEND))]
# The outcome is noted before the answer goes out: who has the answer finds it in the audit.
Admin = Annotated[Caller, Depends(_audited(Scope.ADMIN), scope="function")]
#: For what a person decides under `send`; a bot's own acts are part of its steps.
Operator = Annotated[Caller, Depends(_audited(Scope.SEND), scope="function")]
KeyHolder = Annotated[Caller, Depends(_audited(Scope.KEYS), scope="function")]
#: What is noted of this request. Name it after the caller in an endpoint's parameters.
TheNote = Annotated[Noted, Depends(_noted, scope="function")]
