"""Users and their logins, against the real databases."""

import asyncio
from dataclasses import dataclass

import pytest
from argon2 import PasswordHasher

from databases import sql
from holdfast.accounts import SCOPES, Accounts, Caller, Logins, Passwords, Role, Scope, Users, totp
from holdfast.accounts.passwords import check_fit
from holdfast.accounts.throttle import FREE, wait_ms
from holdfast.accounts.user import login_name
from holdfast.accounts.users import DAY_LOGIN_MS, LONG_LOGIN_MS
from holdfast.model.errors import (
    Forbidden,
    LastOwner,
    LoginRefused,
    LoginThrottled,
    PasswordUnfit,
    RequestInvalid,
    SetUpDone,
    TotpNeeded,
    Unauthorized,
    UnknownUser,
    UserNameTaken,
)
from holdfast.model.ids import DEFAULT_TENANT
from holdfast.store import Store
from holdfast.vault import Seal

WORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Clock:
    """Time that stands until it is moved."""

    def __init__(self) -> None:
        self.ms = 1_700_000_000_000

    def __call__(self) -> int:
        return self.ms


@dataclass
class Room:
    """Everything of the room over one database."""

    store: Store
    clock: Clock
    accounts: Accounts
    users: Users
    logins: Logins

    async def owner(self) -> Caller:
        """A program that may do everything."""
        made = await self.accounts.create_key(DEFAULT_TENANT, "all", scopes=frozenset(Scope))
        return await self.accounts.authenticate(made.key)

    async def enter(self, name: str = "anna", word: str = WORD, code: str | None = None) -> Caller:
        issued = await self.logins.log_in(name, word, code, stay=False)
        return await self.accounts.authenticate(issued.key)


@pytest.fixture
async def room(store: Store) -> Room:
    clock = Clock()
    accounts, passwords = Accounts(store, clock), Passwords(lambda: CHEAP)
    users = Users(store, accounts, passwords, home=DEFAULT_TENANT, clock=clock)
    logins = Logins(store, accounts, users, passwords, Seal(bytes(32)), home=DEFAULT_TENANT, clock=clock)
    return Room(store, clock, accounts, users, logins)


async def test_the_first_user_is_made_once_with_a_link(room: Room) -> None:
    owner = await room.owner()
    link, other = await room.accounts.create_link(owner), await room.accounts.create_link(owner)
    assert not await room.users.any()
    tries = [room.users.set_up(it.token, "Anna", WORD) for it in (link, link, other)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    made = [it for it in answers if not isinstance(it, BaseException)]
    assert len(made) == 1
    assert {type(it) for it in answers if isinstance(it, BaseException)} == {SetUpDone}
    caller = await room.accounts.authenticate(made[0].key)
    assert (caller.name, caller.scopes) == ("anna", SCOPES[Role.OWNER])
    assert await room.users.any()


async def test_a_guessed_or_weak_link_makes_no_first_user(room: Room) -> None:
    with pytest.raises(Unauthorized):
        await room.users.set_up("guess", "anna", WORD)
    scopes = frozenset({Scope.KEYS, Scope.READ})
    weak = await room.accounts.create_key(DEFAULT_TENANT, "weak", scopes=scopes)
    link = await room.accounts.create_link(await room.accounts.authenticate(weak.key))
    with pytest.raises(Forbidden):
        await room.users.set_up(link.token, "anna", WORD)
    assert not await room.users.any()


@pytest.mark.parametrize("role", list(Role))
async def test_a_login_has_the_rights_of_its_role_and_ends(room: Room, role: Role) -> None:
    await room.users.add(await room.owner(), "anna", role, WORD)
    issued = await room.logins.log_in(" Anna ", WORD, None, stay=False)
    assert (await room.accounts.authenticate(issued.key)).scopes == SCOPES[role]
    stays = await room.logins.log_in("anna", WORD, None, stay=True)
    room.clock.ms += DAY_LOGIN_MS
    with pytest.raises(Unauthorized):
        await room.accounts.authenticate(issued.key)
    await room.accounts.authenticate(stays.key)
    room.clock.ms += LONG_LOGIN_MS
    with pytest.raises(Unauthorized):
        await room.accounts.authenticate(stays.key)


async def test_nobody_hands_out_more_than_he_has(room: Room) -> None:
    few = await room.accounts.create_key(DEFAULT_TENANT, "few", scopes=frozenset({Scope.KEYS, Scope.READ}))
    maker, owner = await room.accounts.authenticate(few.key), await room.owner()
    await room.users.add(maker, "viewer", Role.VIEWER, WORD)
    await room.users.add(owner, "boss", Role.OWNER, WORD)
    for act in (
        room.users.add(maker, "other", Role.OPERATOR, WORD),
        room.users.set_role(maker, "viewer", Role.OWNER),
        room.users.set_password(maker, "boss", "another long word"),
        room.users.lock(maker, "boss", locked=True),
        room.users.remove(maker, "boss"),
    ):
        with pytest.raises(Forbidden):
            await act
    await room.enter("boss")


@pytest.mark.parametrize("change", ["lock", "role", "password", "remove", "end"])
async def test_a_change_ends_every_login_at_once(room: Room, change: str) -> None:
    owner = await room.owner()
    await room.users.add(owner, "anna", Role.OPERATOR, WORD)
    issued = await room.logins.log_in("anna", WORD, None, stay=True)
    await room.accounts.authenticate(issued.key)
    streaming = asyncio.create_task(room.accounts.ended(issued.key))
    acts = {
        "lock": lambda: room.users.lock(owner, "anna", locked=True),
        "role": lambda: room.users.set_role(owner, "anna", Role.VIEWER),
        "password": lambda: room.users.set_password(owner, "anna", "another long word"),
        "remove": lambda: room.users.remove(owner, "anna"),
        "end": lambda: room.users.end_logins(owner, "anna"),
    }
    await acts[change]()
    with pytest.raises(Unauthorized):
        await room.accounts.authenticate(issued.key)
    async with asyncio.timeout(60):
        assert isinstance(await streaming, Unauthorized)


async def test_a_locked_user_is_told_the_same_as_with_a_wrong_password(room: Room) -> None:
    owner = await room.owner()
    await room.users.add(owner, "anna", Role.VIEWER, WORD)
    await room.users.lock(owner, "anna", locked=True)
    with pytest.raises(LoginRefused):
        await room.enter()
    await room.users.lock(owner, "anna", locked=False)
    await room.enter()


async def test_one_owner_is_always_left(room: Room) -> None:
    owner = await room.owner()
    await room.users.add(owner, "anna", Role.OWNER, WORD)
    for act in (
        room.users.set_role(owner, "anna", Role.OPERATOR),
        room.users.lock(owner, "anna", locked=True),
        room.users.remove(owner, "anna"),
    ):
        with pytest.raises(LastOwner):
            await act
    await room.users.add(owner, "ben", Role.OWNER, WORD)
    await room.users.remove(owner, "anna")
    with pytest.raises(UnknownUser):
        await room.users.get(DEFAULT_TENANT, "anna")
    await room.users.add(owner, "anna", Role.VIEWER, WORD)
    with pytest.raises(UserNameTaken):
        await room.users.add(owner, "ANNA", Role.VIEWER, WORD)


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "self", "first", "usr_x", "-a", "ä", "a" * 65, "a\nb", "<b>"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(RequestInvalid):
        login_name(name)


@pytest.mark.parametrize("word", ["short", "aaaaaaaaaaaa", "anna is me 12", "x" * 300])
def test_what_is_easily_guessed_is_refused(word: str) -> None:
    with pytest.raises(PasswordUnfit):
        check_fit(word, "anna")


def test_waits_grow_up_to_a_quarter_of_an_hour() -> None:
    assert [wait_ms(n) // 1000 for n in range(FREE + 8)] == [0] * (FREE + 1) + [
        15,
        30,
        60,
        120,
        240,
        480,
        900,
    ]
    assert wait_ms(10_000) == 900_000


@pytest.mark.parametrize("name", ["anna", "nobody"])
async def test_wrong_passwords_make_a_name_wait_whether_it_exists_or_not(room: Room, name: str) -> None:
    await room.users.add(await room.owner(), "anna", Role.VIEWER, WORD)
    for _ in range(FREE + 1):
        with pytest.raises(LoginRefused):
            await room.enter(name, "wrong")
    for word in ("wrong", WORD):
        with pytest.raises(LoginThrottled) as waits:
            await room.enter(name, word)
        assert waits.value.retry_after_s == pytest.approx(15)


async def test_guessing_side_by_side_is_counted_too(room: Room) -> None:
    await room.users.add(await room.owner(), "anna", Role.VIEWER, WORD)
    guesses = [room.enter("anna", f"wrong {n}") for n in range(40)]
    refused = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(it, LoginRefused) for it in refused) <= FREE + 1
    room.clock.ms += 15_000
    await room.enter()
    assert (await room.users.get(DEFAULT_TENANT, "anna")).failures == 0


async def test_the_second_step(room: Room) -> None:
    await room.users.add(await room.owner(), "anna", Role.VIEWER, WORD)
    caller = await room.enter()
    secret, uri = await room.logins.offer_totp(caller, WORD)
    assert secret in uri
    await room.enter()  # not asked for before the app has shown a code
    with pytest.raises(LoginRefused):
        await room.logins.begin_totp(caller, "000000")
    user = await room.users.get(DEFAULT_TENANT, "anna")
    assert user.totp is not None
    assert secret.encode() not in user.totp
    key = Seal(bytes(32)).open(user.totp, user.user_id)

    def code() -> str:
        return totp.code(key, totp.step_of(room.clock()))

    await room.logins.begin_totp(caller, code())
    with pytest.raises(TotpNeeded):
        await room.enter()
    with pytest.raises(LoginRefused):
        await room.enter(code=code())  # the one that began it
    room.clock.ms += 30_000
    await room.enter(code=code())
    with pytest.raises(LoginRefused):
        await room.enter(code=code())
    assert (await room.users.get(DEFAULT_TENANT, "anna")).failures == 1
    with pytest.raises(LoginRefused):
        await room.logins.end_totp(caller, "wrong")
    await room.logins.end_totp(caller, WORD)
    await room.enter()


async def test_a_code_that_comes_twice_at_once_opens_once(room: Room) -> None:
    await room.users.add(await room.owner(), "anna", Role.VIEWER, WORD)
    caller = await room.enter()
    await room.logins.offer_totp(caller, WORD)
    user = await room.users.get(DEFAULT_TENANT, "anna")
    assert user.totp is not None
    key = Seal(bytes(32)).open(user.totp, user.user_id)
    await room.logins.begin_totp(caller, totp.code(key, totp.step_of(room.clock())))
    room.clock.ms += 30_000
    code = totp.code(key, totp.step_of(room.clock()))
    answers = await asyncio.gather(*(room.enter(code=code) for _ in range(3)), return_exceptions=True)
    assert sum(not isinstance(it, BaseException) for it in answers) == 1


async def test_changing_ones_password_ends_the_other_logins(room: Room) -> None:
    await room.users.add(await room.owner(), "anna", Role.VIEWER, WORD)
    here, elsewhere = await room.enter(), await room.logins.log_in("anna", WORD, None, stay=True)
    with pytest.raises(LoginRefused):
        await room.logins.change_password(here, "wrong", "another long word")
    await room.logins.change_password(here, WORD, "another long word")
    with pytest.raises(Unauthorized):
        await room.accounts.authenticate(elsewhere.key)
    with pytest.raises(LoginRefused):
        await room.enter()
    await room.enter(word="another long word")
    assert (await room.users.me(here)).name == "anna"


async def test_a_program_is_no_user(room: Room) -> None:
    program = await room.owner()
    for act in (room.logins.end_others(program), room.logins.change_password(program, WORD, WORD)):
        with pytest.raises(UnknownUser):
            await act


async def test_no_password_is_kept(room: Room) -> None:
    await room.users.add(await room.owner(), "anna", Role.VIEWER, WORD)
    rows = await room.store.read(lambda unit: unit.all(sql("SELECT * FROM users")))
    assert "$argon2id$" in repr(rows)
    assert WORD not in repr(rows)


async def test_a_key_tells_when_it_was_used(room: Room) -> None:
    made = await room.accounts.create_key(DEFAULT_TENANT, "robot")
    (info,) = await room.accounts.keys(DEFAULT_TENANT)
    assert info.last_used_ms is None
    await room.accounts.authenticate(made.key)
    (info,) = await room.accounts.keys(DEFAULT_TENANT)
    assert info.last_used_ms == room.clock()


async def test_passwords_are_kept_as_the_field_asks_for() -> None:
    passwords = Passwords()
    kept = await passwords.hash(WORD)
    assert kept.startswith("$argon2id$v=19$m=65536,")
    assert await passwords.fits(kept, WORD)
    assert not await passwords.fits(kept, WORD + "x")
    assert not await passwords.fits(None, "the password of a name that nobody has")
