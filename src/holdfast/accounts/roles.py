"""Roles: what a person may do, said in scopes. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from holdfast.accounts.scopes import Scope


class Role(StrEnum):
    """What a user is. Each role holds the one before it."""

    VIEWER = "viewer"  # sees everything, changes nothing
    OPERATOR = "operator"  # works with the numbers and writes from them
    OWNER = "owner"  # gives access to others


SCOPES: Final[Mapping[Role, frozenset[Scope]]] = {
    Role.VIEWER: frozenset({Scope.READ}),
    Role.OPERATOR: frozenset({Scope.READ, Scope.SEND, Scope.ADMIN}),
    Role.OWNER: frozenset(Scope),
}
