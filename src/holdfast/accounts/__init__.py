"""Who may do what: keys and their scopes, users and their roles, logins, and who did what.

In comes a secret, out goes a caller with tenant and scopes, or a refusal. It never keeps a secret: the
database holds hashes, and sealed what has to be read again.
"""

from holdfast.accounts.accounts import Accounts, IssuedKey, IssuedLink, KeyInfo
from holdfast.accounts.audit import Audit, Entry, Noted, Who
from holdfast.accounts.logins import Logins
from holdfast.accounts.pages import Guest
from holdfast.accounts.passwords import Passwords
from holdfast.accounts.roles import SCOPES, Role
from holdfast.accounts.scopes import Caller, KeyKind, Scope
from holdfast.accounts.user import User
from holdfast.accounts.users import Users

__all__ = [
    "SCOPES",
    "Accounts",
    "Audit",
    "Caller",
    "Entry",
    "Guest",
    "IssuedKey",
    "IssuedLink",
    "KeyInfo",
    "KeyKind",
    "Logins",
    "Noted",
    "Passwords",
    "Role",
    "Scope",
    "User",
    "Users",
    "Who",
]
