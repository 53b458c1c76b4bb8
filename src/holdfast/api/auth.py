"""The door: which key was shown, and whether it covers what is asked."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from holdfast.accounts import Accounts, Caller, Scope
from holdfast.model.errors import Forbidden, Unauthorized

_bearer = HTTPBearer(auto_error=False, description="A key of this gateway, `hf_…`", scheme_name="key")


def needs(scope: Scope) -> Callable[..., Awaitable[Caller]]:
    """A dependency that lets only callers with this scope in. Raises Unauthorized, Forbidden."""

    async def check(
        request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> Caller:
        accounts: Accounts = request.app.state.accounts
        return await admit(accounts, shown.credentials if shown else None, scope)

    return check


async def admit(accounts: Accounts, key: str | None, scope: Scope) -> Caller:
    """The caller behind `key`, if its scopes cover `scope`.

    Raises Unauthorized, Forbidden, StoreUnavailable.
    """
    if not key:
        raise Unauthorized
    caller = await accounts.authenticate(key)
    if not caller.may(scope):
        raise Forbidden(f"This key lacks the scope `{scope.value}`")
    return caller


Reader = Annotated[Caller, Depends(needs(Scope.READ))]
Sender = Annotated[Caller, Depends(needs(Scope.SEND))]
Admin = Annotated[Caller, Depends(needs(Scope.ADMIN))]
KeyHolder = Annotated[Caller, Depends(needs(Scope.KEYS))]
