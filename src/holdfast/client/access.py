"""Calls about access: users, keys, one's own login, who did what. Newer gateways' fields are ignored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from holdfast.client.event import Json
from holdfast.client.http import Http
from holdfast.client.times import moment


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who logs in. `role` is viewer, operator or owner; `totp`: there is a second step."""

    user_id: str
    name: str
    role: str
    locked: bool
    totp: bool
    created_at: datetime | None
    last_login_at: datetime | None

    @classmethod
    def read(cls, body: Json) -> "User":
        """From the API's JSON."""
        return cls(
            user_id=str(body["user_id"]),
            name=str(body["name"]),
            role=str(body.get("role") or ""),
            locked=bool(body.get("locked")),
            totp=bool(body.get("totp")),
            created_at=moment(body.get("created_at")),
            last_login_at=moment(body.get("last_login_at")),
        )


@dataclass(frozen=True, slots=True)
class Door:
    """How somebody gets in: by name once there is a first user; in the lab a one-time link is enough."""

    set_up: bool
    lab: bool


@dataclass(frozen=True, slots=True)
class Me:
    """Who shows this key and what it may do. Without a user it is a program's key, or a login by link."""

    key_id: str
    kind: str
    scopes: frozenset[str]
    expires_at: datetime | None
    user: User | None

    @classmethod
    def read(cls, body: Json) -> "Me":
        """From the API's JSON."""
        return cls(
            key_id=str(body["key_id"]),
            kind=str(body.get("kind") or ""),
            scopes=frozenset(str(it) for it in body.get("scopes") or ()),
            expires_at=moment(body.get("expires_at")),
            user=User.read(body["user"]) if body.get("user") else None,
        )


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without its secret."""

    key_id: str
    name: str
    kind: str
    scopes: Sequence[str]
    created_at: datetime | None
    expires_at: datetime | None
    last_used_at: datetime | None
    #: Whose login it is.
    user_id: str | None
    #: The only sessions that it reaches; None: every one.
    session_ids: Sequence[str] | None = None

    @classmethod
    def read(cls, body: Json) -> "Key":
        """From the API's JSON."""
        return cls(
            key_id=str(body["key_id"]),
            name=str(body.get("name") or ""),
            kind=str(body.get("kind") or ""),
            scopes=[str(it) for it in body.get("scopes") or ()],
            created_at=moment(body.get("created_at")),
            expires_at=moment(body.get("expires_at")),
            last_used_at=moment(body.get("last_used_at")),
            user_id=body.get("user_id"),
            session_ids=body.get("session_ids"),
        )


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A fresh key or login. The secret is readable this once."""

    key: str = field(repr=False)
    key_id: str
    expires_at: datetime | None
    tenant_id: str = ""

    @classmethod
    def read(cls, body: Json) -> "IssuedKey":
        """From the API's JSON."""
        tenant_id = str(body.get("tenant_id") or "")
        key_id = str(body.get("key_id") or "")
        return cls(str(body["key"]), key_id, moment(body.get("expires_at")), tenant_id)


@dataclass(frozen=True, slots=True)
class Act:
    """One act of somebody. `outcome` is "done", the code of a refusal, or None: the process ended before."""

    id: str
    at: datetime | None
    who: str
    source: str
    what: str
    target: str
    outcome: str | None

    @classmethod
    def read(cls, body: Json) -> "Act":
        """From the API's JSON."""
        return cls(
            id=str(body["id"]),
            at=moment(body.get("at")),
            who=str(body.get("who") or ""),
            source=str(body.get("source") or ""),
            what=str(body.get("what") or ""),
            target=str(body.get("target") or ""),
            outcome=body.get("outcome"),
        )


class Access:
    """Who may do what here."""

    def __init__(self, http: Http) -> None:
        self._http = http

    # ---- logging in: needs no key --------------------------------------------------------------------

    async def door(self) -> Door:
        """What a browser without a login has to be shown."""
        body = await self._http.json("GET", "/v1/dashboard/state")
        return Door(bool(body["set_up"]), bool(body.get("lab")))

    async def set_up(self, token: str, name: str, password: str) -> IssuedKey:
        """Make the first user, an owner; `token` is a one-time link's.

        Raises SetUpDone, Unauthorized, PasswordUnfit, RequestInvalid.
        """
        body = {"token": token, "name": name, "password": password}
        return IssuedKey.read(await self._http.json("POST", "/v1/users/first", body=body))

    async def log_in(
        self, name: str, password: str, *, code: str | None = None, stay: bool = False
    ) -> IssuedKey:
        """A key for one browser, for 12 hours or, with `stay`, 30 days.

        Raises LoginRefused, LoginThrottled; TotpNeeded when `code` is missing.
        """
        body = {"name": name, "password": password, "code": code or None, "stay": stay}
        return IssuedKey.read(await self._http.json("POST", "/v1/login", body=body))

    # ---- oneself -------------------------------------------------------------------------------------

    async def me(self) -> Me:
        """Return who this client's key belongs to, and what it may do."""
        return Me.read(await self._http.json("GET", "/v1/users/self"))

    async def change_password(self, old: str, new: str) -> None:
        """Change one's own password; every other login ends.

        Raises LoginRefused, LoginThrottled, PasswordUnfit.
        """
        await self._http.json("PUT", "/v1/users/self/password", body={"old": old, "new": new})

    async def sign_out_elsewhere(self) -> None:
        """End one's other logins."""
        await self._http.json("DELETE", "/v1/users/self/logins")

    async def offer_totp(self, password: str) -> tuple[str, str]:
        """A secret for an authenticator app, as text and as its QR code says it. Raises LoginRefused."""
        body = await self._http.json("POST", "/v1/users/self/totp", body={"password": password})
        return str(body["secret"]), str(body["uri"])

    async def begin_totp(self, code: str) -> None:
        """Ask for a code at every login from now on. Raises LoginRefused for a wrong one."""
        await self._http.json("PUT", "/v1/users/self/totp", body={"code": code})

    async def end_totp(self, password: str) -> None:
        """Stop asking for a code. Raises LoginRefused."""
        await self._http.json("POST", "/v1/users/self/totp/end", body={"password": password})

    # ---- users ---------------------------------------------------------------------------------------

    async def users(self) -> Sequence[User]:
        """Return every user, by name."""
        body = await self._http.json("GET", "/v1/users")
        return [User.read(it) for it in body["users"]]

    async def add_user(self, name: str, role: str, password: str) -> User:
        """Add a user. Raises UserNameTaken, PasswordUnfit, RequestInvalid, Forbidden."""
        body = {"name": name, "role": role, "password": password}
        return User.read(await self._http.json("POST", "/v1/users", body=body))

    async def set_role(self, user: str, role: str) -> User:
        """Give a user another role; its logins end. Raises UnknownUser, LastOwner, Forbidden."""
        return await self._change(user, {"role": role})

    async def lock_user(self, user: str, *, locked: bool = True) -> User:
        """Lock a user: it cannot log in, and its open pages end. Raises like `set_role`."""
        return await self._change(user, {"locked": locked})

    async def set_password(self, user: str, password: str) -> User:
        """Set a user's password, and switch its second step off; its logins end.

        Raises UnknownUser, PasswordUnfit.
        """
        return await self._change(user, {"password": password})

    async def remove_user(self, user: str) -> None:
        """Remove a user; its name becomes free. Raises UnknownUser, LastOwner, Forbidden."""
        await self._http.json("DELETE", _user_path(user))

    async def sign_out_user(self, user: str) -> None:
        """End every login of a user. Raises UnknownUser, Forbidden."""
        await self._http.json("DELETE", _user_path(user) + "/logins")

    async def _change(self, user: str, change: Json) -> User:
        return User.read(await self._http.json("PATCH", _user_path(user), body=change))

    # ---- keys and audit ------------------------------------------------------------------------------

    async def keys(self) -> Sequence[Key]:
        """Return every key that was not revoked, oldest first."""
        body = await self._http.json("GET", "/v1/keys")
        return [Key.read(it) for it in body["keys"]]

    async def create_key(
        self,
        name: str,
        scopes: Sequence[str],
        *,
        expires_in_s: int | None = None,
        sessions: Sequence[str] | None = None,
    ) -> IssuedKey:
        """A key for a program; with `sessions` (ids, names or numbers) it reaches those alone.

        Raises Forbidden for scopes that this client's key has not, UnknownSession.
        """
        body = {"name": name, "scopes": list(scopes), "expires_in_s": expires_in_s}
        body["sessions"] = None if sessions is None else list(sessions)
        return IssuedKey.read(await self._http.json("POST", "/v1/keys", body=body))

    async def revoke_key(self, key_id: str) -> None:
        """Revoke a key: it opens nothing from now on. Raises UnknownKey."""
        await self._http.json("DELETE", f"/v1/keys/{quote(key_id, safe='')}")

    async def audit(self, *, after: str | None = None, limit: int = 100) -> tuple[Sequence[Act], str | None]:
        """Return a page of who did what, newest first, and the place of the next one (None: no more)."""
        query = {"after": after, "limit": limit}
        body = await self._http.json("GET", "/v1/audit", query=query)
        return [Act.read(it) for it in body["entries"]], body.get("next")


def _user_path(user: str) -> str:
    return f"/v1/users/{quote(user, safe='')}"
