"""Who may do what: keys, their scopes, the machine-local credential, the page's one-time links.

In comes a secret, out goes a caller with tenant and scopes, or a refusal. It never keeps a secret: the
database holds hashes.
"""

from holdfast.accounts.accounts import Accounts, IssuedKey, IssuedLink, KeyInfo
from holdfast.accounts.scopes import Caller, Scope

__all__ = ["Accounts", "Caller", "IssuedKey", "IssuedLink", "KeyInfo", "Scope"]
