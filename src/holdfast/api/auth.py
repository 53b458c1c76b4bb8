"""The door: what lies behind it, which key was shown, and whether it covers what is asked."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from holdfast.accounts import Accounts, Caller, Scope
from holdfast.api.rooms import Rooms
from holdfast.model.errors import Forbidden, Unauthorized

_bearer = HTTPBearer(auto_error=False, description="A key of this gateway, `hf_…`", scheme_name="key")


def _behind(connection: HTTPConnection) -> Rooms:
    # The framework's one untyped place: `create_app` has put a Rooms there.
    rooms: Rooms = connection.app.state.rooms
    return rooms


#: A parameter of this type is given the rooms of the application that serves the request.
Behind = Annotated[Rooms, Depends(_behind)]


def needs(*scopes: Scope) -> Callable[..., Awaitable[Caller]]:
    """A dependency that lets only callers with one of these scopes in. Raises Unauthorized, Forbidden."""

    async def check(
        rooms: Behind, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> Caller:
        return await admit(rooms.accounts, shown.credentials if shown else None, *scopes)

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


Reader = Annotated[Caller, Depends(needs(Scope.READ))]
Sender = Annotated[Caller, Depends(needs(Scope.SEND))]
Admin = Annotated[Caller, Depends(needs(Scope.ADMIN))]
KeyHolder = Annotated[Caller, Depends(needs(Scope.KEYS))]
