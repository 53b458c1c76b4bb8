"""Passwords: what is taken, how it is kept, how it is checked, without letting anybody tire the machine."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

from holdfast.model.errors import LoginThrottled, PasswordUnfit

if TYPE_CHECKING:
    from argon2 import PasswordHasher

T = TypeVar("T")

SHORTEST: Final = 10
LONGEST: Final = 256
_DIFFERENT: Final = 4
#: A shorter name may stand in a password by chance.
_TELLING: Final = 4
#: Each check takes 64 MiB and some 50 ms: so many run at once, so many more may wait.
_AT_ONCE: Final = 2
_WAITING: Final = 16


def check_fit(password: str, name: str) -> None:
    """See that a new password is long enough and not the name. Raises PasswordUnfit."""
    if len(password) < SHORTEST:
        raise PasswordUnfit(f"A password has at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise PasswordUnfit(f"A password has at most {LONGEST} characters")
    named = len(name) >= _TELLING and name.casefold() in password.casefold()
    if len(set(password)) < _DIFFERENT or named:
        raise PasswordUnfit("This password is too easy to guess: it repeats itself or holds the user's name")


class Passwords:
    """Hashes and compares in threads, a few at a time. `hasher` makes the one that does the work."""

    def __init__(self, hasher: "Callable[[], PasswordHasher] | None" = None) -> None:
        self._make = hasher or _usual
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._under_way = 0

    async def hash(self, password: str) -> str:
        """What is kept of a password. Raises LoginThrottled when too many are under way."""
        return await self._in_turn(lambda: self._hasher.hash(password))

    async def fits(self, kept: str | None, password: str) -> bool:
        """Whether it is the one. `None`, for a name that nobody has, takes as long. Raises LoginThrottled."""
        right = await self._in_turn(lambda: self._fits(kept or self._nobodys, password))
        return right and kept is not None

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._under_way >= _AT_ONCE + _WAITING:
            raise LoginThrottled(retry_after_s=1)
        self._under_way += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work)
        finally:
            self._under_way -= 1

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        return self._make()

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("the password of a name that nobody has")

    def _fits(self, kept: str, password: str) -> bool:
        from argon2.exceptions import VerificationError

        try:
            return self._hasher.verify(kept, password)
        except VerificationError:
            return False


def _usual() -> "PasswordHasher":
    from argon2 import PasswordHasher  # nobody pays for it before the first login

    return PasswordHasher()
