"""Logging in, and what a user does about its own login. An attempt counts before it is looked at."""

import secrets
from collections import OrderedDict
from typing import Final

from holdfast.accounts import statements, totp
from holdfast.accounts.accounts import Accounts, IssuedKey
from holdfast.accounts.passwords import Passwords, check_fit
from holdfast.accounts.scopes import Caller
from holdfast.accounts.throttle import left_ms, wait_ms
from holdfast.accounts.user import User
from holdfast.accounts.users import DAY_LOGIN_MS, LONG_LOGIN_MS, Users
from holdfast.kit import logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.model.errors import LoginRefused, LoginThrottled, TotpNeeded
from holdfast.model.ids import TenantId
from holdfast.store import Store, WriteUnit
from holdfast.vault import Seal

_log = logging.get("accounts")

_SECRET_BYTES: Final = 20
#: Names that nobody has wait like those of users, so that waiting tells nothing. So many are remembered.
_STRANGERS: Final = 1024


class Logins:
    """Passwords and one-time codes against the users of one installation."""

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        users: Users,
        passwords: Passwords,
        seal: Seal,
        *,
        home: TenantId,
        clock: Clock = now_ms,
    ) -> None:
        self._store, self._accounts, self._users, self._passwords = store, accounts, users, passwords
        self._seal, self._home, self._clock = seal, home, clock
        self._strangers: OrderedDict[str, tuple[int, int]] = OrderedDict()

    async def log_in(self, name: str, password: str, code: str | None, *, stay: bool) -> IssuedKey:
        """A browser's key for the right name, password and code.

        Raises LoginRefused, LoginThrottled, TotpNeeded, StoreUnavailable.
        """
        user = await self._store.write(lambda unit: self._attempt(unit, name.strip().lower()))
        right = await self._passwords.fits(user.password_hash if user else None, password)
        if user is None or not right or user.locked:
            _log.warning("accounts.login_refused", user_id=user.user_id if user else None)
            raise LoginRefused
        step = self._second_step(user, code)
        if step is None:
            await self._store.write(lambda unit: self._count(unit, user, user.failures))
            raise TotpNeeded
        lives_ms = LONG_LOGIN_MS if stay else DAY_LOGIN_MS

        def enter(unit: WriteUnit) -> IssuedKey | None:
            # Locked, or given another password, while this one was being looked at?
            row = unit.first(statements.USER_BY_REF, tenant_id=user.tenant_id, ref=user.user_id)
            now = User.read(row) if row is not None else None
            if now is None or now.locked or now.password_hash != user.password_hash:
                return None
            if now.totp_on and now.totp_step >= step:
                return None  # the same code came twice at this moment, or the second step began
            unit.run(statements.LOGGED_IN, id=user.user_id, now=self._clock(), totp_step=step)
            return self._accounts.log_in(unit, now, lives_ms)

        issued = await self._store.write(enter)
        if issued is None:
            raise LoginRefused
        return issued

    def _attempt(self, unit: WriteUnit, name: str) -> User | None:
        row = unit.first(statements.USER_BY_REF, tenant_id=self._home, ref=name)
        if row is None:
            self._stranger(name)
            return None
        user = User.read(row)
        self._check_wait(user.wait_until_ms)
        self._count(unit, user, user.failures + 1)
        return user

    def _count(self, unit: WriteUnit, user: User, failures: int) -> None:
        wait = wait_ms(failures)
        wait_until = self._clock() + wait if wait else None
        unit.run(statements.COUNT_ATTEMPT, id=user.user_id, failures=failures, wait_until=wait_until)

    def _stranger(self, name: str) -> None:
        failures, wait_until = self._strangers.get(name, (0, 0))
        self._check_wait(wait_until)
        self._strangers[name] = (failures + 1, self._clock() + wait_ms(failures + 1))
        self._strangers.move_to_end(name)
        if len(self._strangers) > _STRANGERS:
            self._strangers.popitem(last=False)

    def _check_wait(self, wait_until_ms: int | None) -> None:
        if left := left_ms(wait_until_ms, self._clock()):
            raise LoginThrottled(retry_after_s=left / 1000)

    def _second_step(self, user: User, code: str | None) -> int | None:
        """The half minute of a right code; the old one where none is asked for; None: it is still needed."""
        if not user.totp_on:
            return user.totp_step
        if not code:
            return None
        assert user.totp is not None
        secret = self._seal.open(user.totp, user.user_id)
        step = totp.accepted_step(secret, code, self._clock(), user.totp_step)
        if step is None:
            raise LoginRefused
        return step

    # ---- one's own -----------------------------------------------------------------------------------

    async def change_password(self, caller: Caller, old: str, new: str) -> None:
        """Another password for the user that calls; its other logins end.

        Raises LoginRefused when `old` is not the password, LoginThrottled, PasswordUnfit, UnknownUser,
        StoreUnavailable.
        """
        user = await self._prove(caller, old)
        check_fit(new, user.name)
        kept = await self._passwords.hash(new)

        def change(unit: WriteUnit) -> None:
            unit.run(statements.SET_PASSWORD, id=user.user_id, password_hash=kept, now=self._clock())
            self._end_others(unit, caller, user)

        await self._store.write(change)

    async def end_others(self, caller: Caller) -> None:
        """End every login of the user that calls but this one. Raises UnknownUser, StoreUnavailable."""
        user = await self._users.me(caller)
        await self._store.write(lambda unit: self._end_others(unit, caller, user))

    def _end_others(self, unit: WriteUnit, caller: Caller, user: User) -> None:
        unit.run(statements.END_LOGINS, id=user.user_id, but=caller.key_id, now=self._clock())
        unit.after_commit(lambda: self._accounts.user_ended(user.user_id))

    async def offer_totp(self, caller: Caller, password: str) -> tuple[str, str]:
        """A fresh secret for the second step: as text, and as an app reads it. It is not asked for yet.

        Raises LoginRefused, LoginThrottled, UnknownUser, StoreUnavailable.
        """
        user = await self._prove(caller, password)
        secret = secrets.token_bytes(_SECRET_BYTES)
        sealed = self._seal.close(secret, user.user_id)
        offered = await self._store.write(
            lambda unit: unit.run(statements.OFFER_TOTP, id=user.user_id, sealed=sealed)
        )
        if not offered:
            raise LoginRefused(
                "The second step is on already", next_step="End it first, then begin with another app."
            )
        return totp.readable(secret), totp.uri(secret, user.name)

    async def begin_totp(self, caller: Caller, code: str) -> None:
        """From now on the second step is asked for: the app has shown a right code.

        Raises LoginRefused, UnknownUser, StoreUnavailable.
        """
        user = await self._users.me(caller)
        if user.totp is None:
            raise LoginRefused("There is no secret to confirm", next_step="Ask for one first.")
        secret = self._seal.open(user.totp, user.user_id)
        step = totp.accepted_step(secret, code, self._clock(), 0)
        if step is None:
            raise LoginRefused(
                "This is not the code that belongs to the secret",
                next_step="Check the clocks of phone and machine, and type the code that is shown now.",
            )
        await self._store.write(lambda unit: unit.run(statements.BEGIN_TOTP, id=user.user_id, step=step))

    async def end_totp(self, caller: Caller, password: str) -> None:
        """No second step any more. Raises LoginRefused, LoginThrottled, UnknownUser, StoreUnavailable."""
        user = await self._prove(caller, password)
        await self._store.write(lambda unit: unit.run(statements.END_TOTP, id=user.user_id))

    async def _prove(self, caller: Caller, password: str) -> User:
        """The user that calls, who knows its password: an open page alone changes nothing of this."""
        user = await self._users.me(caller)

        def attempt(unit: WriteUnit) -> None:
            self._attempt(unit, user.name)

        await self._store.write(attempt)
        if not await self._passwords.fits(user.password_hash, password):
            raise LoginRefused("This is not your password", next_step="Try again.")
        await self._store.write(lambda unit: self._count(unit, user, 0))
        return user
