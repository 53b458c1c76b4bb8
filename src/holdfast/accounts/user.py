"""A user: one row, and what may be known of it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from holdfast.accounts.roles import Role
from holdfast.model.errors import RequestInvalid
from holdfast.model.ids import TenantId

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
_ID_PREFIX: Final = "usr_"
#: What the API's paths say where a user's name may stand.
_PATHS: Final = frozenset({"self", "first"})


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who logs in. `totp` holds the sealed secret of the second step, asked for when `totp_on`."""

    user_id: str
    tenant_id: TenantId
    name: str
    role: Role
    password_hash: str = field(repr=False)
    totp: bytes | None = field(repr=False)
    totp_on: bool
    totp_step: int
    failures: int
    wait_until_ms: int | None
    created_at_ms: int
    last_login_ms: int | None
    locked: bool

    @classmethod
    def read(cls, row: Sequence[Any]) -> Self:
        """From a row."""
        (id_, tenant_id, name, role, kept, totp, on, step, failures, wait, created, login, locked) = row
        return cls(
            user_id=id_,
            tenant_id=TenantId(tenant_id),
            name=name,
            role=Role(role),
            password_hash=kept,
            totp=None if totp is None else bytes(totp),
            totp_on=bool(on),
            totp_step=step,
            failures=failures,
            wait_until_ms=wait,
            created_at_ms=created,
            last_login_ms=login,
            locked=locked is not None,
        )


def login_name(given: str) -> str:
    """A name as it is kept: lower case. Raises RequestInvalid for what could not be one."""
    name = given.strip().lower()
    if _NAME.fullmatch(name) is None or name.startswith(_ID_PREFIX) or name in _PATHS:
        raise RequestInvalid(
            "A user's name begins with a letter or digit; letters, digits and . _ - + @ follow, 64 at most"
        )
    return name
