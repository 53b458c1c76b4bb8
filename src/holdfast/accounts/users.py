"""People who log in: made, changed, locked, removed.

Whoever changes a user needs every right that the user has or gets.
"""

from collections.abc import Callable
from typing import Final

from holdfast.accounts import statements
from holdfast.accounts.accounts import Accounts, IssuedKey, hash_of, link_refused, use_link
from holdfast.accounts.passwords import Passwords, check_fit
from holdfast.accounts.roles import SCOPES, Role
from holdfast.accounts.scopes import Caller
from holdfast.accounts.user import User, login_name
from holdfast.kit import logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.kit.ids import new_id
from holdfast.model.errors import Forbidden, LastOwner, SetUpDone, UnknownUser, UserNameTaken
from holdfast.model.ids import TenantId
from holdfast.store import ReadUnit, Store, WriteUnit

_log = logging.get("accounts")

#: A login lasts a working day, or a month where its user asked to stay logged in.
DAY_LOGIN_MS: Final = 12 * 3600 * 1000
LONG_LOGIN_MS: Final = 30 * 24 * 3600 * 1000


class Users:
    """The users of one installation."""

    def __init__(
        self, store: Store, accounts: Accounts, passwords: Passwords, *, home: TenantId, clock: Clock = now_ms
    ) -> None:
        self._store, self._accounts, self._passwords = store, accounts, passwords
        self._home, self._clock = home, clock

    async def any(self) -> bool:
        """True when somebody can log in by password. Raises StoreUnavailable."""
        return bool(
            await self._store.read(lambda unit: unit.scalar(statements.USER_COUNT, tenant_id=self._home))
        )

    async def all(self, tenant_id: TenantId) -> list[User]:
        """Every user, by name. Raises StoreUnavailable."""
        rows = await self._store.read(lambda unit: unit.all(statements.USERS, tenant_id=tenant_id))
        return [User.read(row) for row in rows]

    async def get(self, tenant_id: TenantId, ref: str) -> User:
        """A user by name or id. Raises UnknownUser, StoreUnavailable."""
        return await self._store.read(lambda unit: find(unit, tenant_id, ref))

    async def me(self, caller: Caller) -> User:
        """The user whose login calls. Raises UnknownUser for a program's key; StoreUnavailable."""
        if caller.user_id is None:
            raise UnknownUser(
                "This key belongs to no user", next_step="Log in with a user's name and password."
            )
        return await self.get(caller.tenant_id, caller.user_id)

    # ---- made and removed ----------------------------------------------------------------------------

    async def set_up(self, token: str, name: str, password: str) -> IssuedKey:
        """The first user, an owner, and its login. `token` is a one-time link's, of a maker with every right.

        Works once, and only while there is no user. Raises SetUpDone, Unauthorized for a link that opens
        nothing, Forbidden, PasswordUnfit, RequestInvalid, StoreUnavailable.
        """
        name = login_name(name)
        check_fit(password, name)
        kept, now = await self._passwords.hash(password), self._clock()

        def make(unit: WriteUnit) -> IssuedKey:
            if unit.scalar(statements.USER_COUNT, tenant_id=self._home):
                raise SetUpDone
            opened = use_link(unit, hash_of(token), now)
            if opened is None:
                raise link_refused()
            if not SCOPES[Role.OWNER] <= opened.maker_scopes:
                raise Forbidden("The maker of this link may not make an owner")
            user = self._add(unit, self._home, name, Role.OWNER, kept)
            unit.run(statements.LOGGED_IN, id=user.user_id, now=now, totp_step=0)
            return self._accounts.log_in(unit, user, DAY_LOGIN_MS)

        issued = await self._store.write(make)
        _log.info("accounts.set_up")
        return issued

    async def add(self, maker: Caller, name: str, role: Role, password: str) -> User:
        """A new user. Raises UserNameTaken, Forbidden, PasswordUnfit, RequestInvalid, StoreUnavailable."""
        name = login_name(name)
        check_fit(password, name)
        _covers(maker, role)
        kept = await self._passwords.hash(password)

        return await self._store.write(lambda unit: self._add(unit, maker.tenant_id, name, role, kept))

    async def remove(self, maker: Caller, ref: str) -> None:
        """It logs in no more, its open pages end, its name becomes free.

        Raises UnknownUser, LastOwner, Forbidden, StoreUnavailable.
        """

        def end(unit: WriteUnit, user: User) -> None:
            _another_owner(unit, user)
            unit.run(statements.DELETE_USER, id=user.user_id, now=self._clock())

        await self._change(maker, ref, end)

    # ---- changed -------------------------------------------------------------------------------------

    async def set_role(self, maker: Caller, ref: str, role: Role) -> User:
        """Another role. Its logins end: the next one has the new rights.

        Raises UnknownUser, LastOwner, Forbidden, StoreUnavailable.
        """
        _covers(maker, role)

        def change(unit: WriteUnit, user: User) -> None:
            if role is not Role.OWNER:
                _another_owner(unit, user)
            unit.run(statements.SET_ROLE, id=user.user_id, role=role.value)

        return await self._change(maker, ref, change)

    async def lock(self, maker: Caller, ref: str, *, locked: bool) -> User:
        """Locked, it logs in no more and its open pages end. Raises like `set_role`."""

        def change(unit: WriteUnit, user: User) -> None:
            if locked:
                _another_owner(unit, user)
            unit.run(statements.LOCK_USER, id=user.user_id, at=self._clock() if locked else None)

        return await self._change(maker, ref, change)

    async def set_password(self, maker: Caller, ref: str, password: str) -> User:
        """Another password, and no second step any more; its logins end.

        Raises UnknownUser, Forbidden, PasswordUnfit, StoreUnavailable.
        """
        check_fit(password, (await self.get(maker.tenant_id, ref)).name)
        kept = await self._passwords.hash(password)

        def change(unit: WriteUnit, user: User) -> None:
            unit.run(statements.SET_PASSWORD, id=user.user_id, password_hash=kept, now=self._clock())
            unit.run(statements.END_TOTP, id=user.user_id)

        return await self._change(maker, ref, change)

    async def end_logins(self, maker: Caller, ref: str) -> None:
        """Sign a user out everywhere. Raises UnknownUser, Forbidden, StoreUnavailable."""
        await self._change(maker, ref, lambda _unit, _user: None)

    async def _change(self, maker: Caller, ref: str, change: Callable[[WriteUnit, User], None]) -> User:
        def work(unit: WriteUnit) -> User:
            user = find(unit, maker.tenant_id, ref)
            _covers(maker, user.role)
            change(unit, user)
            unit.run(statements.END_LOGINS, id=user.user_id, but="", now=self._clock())
            # Before anybody else's turn: what was believed of these logins is over.
            unit.after_commit(lambda: self._accounts.user_ended(user.user_id))
            row = unit.first(statements.USER_BY_REF, tenant_id=maker.tenant_id, ref=user.user_id)
            return user if row is None else User.read(row)

        return await self._store.write(work)

    def _add(self, unit: WriteUnit, tenant_id: TenantId, name: str, role: Role, kept: str) -> User:
        if unit.first(statements.USER_BY_REF, tenant_id=tenant_id, ref=name) is not None:
            raise UserNameTaken
        row = {"id": new_id("usr"), "tenant_id": tenant_id, "name": name, "role": role.value}
        unit.run(statements.ADD_USER, **row, password_hash=kept, now=self._clock())
        return find(unit, tenant_id, row["id"])


def find(unit: ReadUnit, tenant_id: TenantId, ref: str) -> User:
    """A user by name or id, as part of a unit of work. Raises UnknownUser."""
    row = unit.first(statements.USER_BY_REF, tenant_id=tenant_id, ref=ref.strip().lower())
    if row is None:
        raise UnknownUser
    return User.read(row)


def _covers(maker: Caller, role: Role) -> None:
    beyond = sorted(SCOPES[role] - maker.scopes)
    if beyond:
        raise Forbidden(f"This key lacks the scope `{beyond[0].value}`, which {role.value}s have")


def _another_owner(unit: ReadUnit, user: User) -> None:
    """See that this user is not the only owner. Raises LastOwner."""
    if user.role is Role.OWNER and not user.locked:
        values = {"tenant_id": user.tenant_id, "id": user.user_id}
        if not unit.scalar(statements.OTHER_OWNERS, **values):
            raise LastOwner
