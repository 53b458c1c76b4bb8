"""Keys and one-time links, against the real database."""

import asyncio
import json
import stat
from pathlib import Path

import pytest

from databases import sql
from holdfast.accounts import Accounts, Caller, Scope
from holdfast.accounts.accounts import LINK_LIVES_MS
from holdfast.accounts.scopes import BORN_WITH, KeyKind, from_text, to_text
from holdfast.model.errors import Unauthorized
from holdfast.model.ids import DEFAULT_TENANT
from holdfast.store import Store
from holdfast.store.schema import metadata


class Clock:
    """Time that stands until it is moved."""

    def __init__(self) -> None:
        self.ms = 1_700_000_000_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(store: Store, clock: Clock) -> Accounts:
    return Accounts(store, clock)


async def test_a_key_opens_the_door_with_its_scopes(accounts: Accounts) -> None:
    issued = await accounts.create_key(DEFAULT_TENANT, "robot")
    caller = await accounts.authenticate(issued.key)
    assert caller.key_id == issued.key_id
    assert caller.may(Scope.SEND)
    assert not caller.may(Scope.ADMIN)


async def test_the_secret_is_not_in_the_database(accounts: Accounts, store: Store) -> None:
    issued = await accounts.create_key(DEFAULT_TENANT, "robot")
    kept = ""
    for table in metadata.tables:
        kept += repr(await store.read(lambda unit, table=table: unit.all(sql(f"SELECT * FROM {table}"))))
    assert issued.key_id in kept
    assert issued.key not in kept
    assert issued.key.removeprefix("hf_key_") not in kept


async def test_wrong_expired_and_revoked_keys_are_refused(accounts: Accounts, clock: Clock) -> None:
    with pytest.raises(Unauthorized):
        await accounts.authenticate("hf_key_guess")
    short = await accounts.create_key(DEFAULT_TENANT, "short", lives_ms=5_000)
    await accounts.authenticate(short.key)
    clock.ms += 5_000
    with pytest.raises(Unauthorized):
        await accounts.authenticate(short.key)
    gone = await accounts.create_key(DEFAULT_TENANT, "gone")
    await accounts.authenticate(gone.key)
    await accounts.revoke(DEFAULT_TENANT, gone.key_id)
    with pytest.raises(Unauthorized):
        await accounts.authenticate(gone.key)


async def test_the_local_credential_is_private_and_lasts(
    accounts: Accounts, store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "local.key"
    await accounts.ensure_local(DEFAULT_TENANT, path)
    first = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await Accounts(store).ensure_local(DEFAULT_TENANT, path)
    assert path.read_bytes() == first
    caller = await accounts.authenticate(json.loads(first)["key"])
    assert caller.scopes == BORN_WITH[KeyKind.LOCAL]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"key": "hf_local_of_elsewhere"}'])
async def test_a_bad_local_credential_is_replaced_and_the_old_one_revoked(
    accounts: Accounts, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "local.key"
    await accounts.ensure_local(DEFAULT_TENANT, path)
    before = json.loads(path.read_bytes())["key"]
    path.write_bytes(content)
    await accounts.ensure_local(DEFAULT_TENANT, path)
    await accounts.authenticate(json.loads(path.read_bytes())["key"])
    with pytest.raises(Unauthorized):
        await accounts.authenticate(before)


async def maker(accounts: Accounts, *scopes: Scope, lives_ms: int | None = None) -> Caller:
    """A key that makes links: one with these scopes, or with all."""
    issued = await accounts.create_key(
        DEFAULT_TENANT, "maker", scopes=frozenset(scopes or Scope), lives_ms=lives_ms
    )
    return await accounts.authenticate(issued.key)


async def test_a_link_logs_in_once_even_when_two_come_at_the_same_moment(accounts: Accounts) -> None:
    link = await accounts.create_link(await maker(accounts))
    answers = await asyncio.gather(*(accounts.exchange(link.token) for _ in range(5)), return_exceptions=True)
    keys = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(keys) == 1
    assert all(isinstance(answer, Unauthorized) for answer in answers if isinstance(answer, BaseException))
    caller = await accounts.authenticate(keys[0].key)
    assert not caller.may(Scope.KEYS)


async def test_an_old_link_is_refused(accounts: Accounts, clock: Clock) -> None:
    link = await accounts.create_link(await maker(accounts))
    clock.ms += LINK_LIVES_MS
    with pytest.raises(Unauthorized, match="too old"):
        await accounts.exchange(link.token)


def test_scopes_survive_the_database_and_unknown_words_grant_nothing() -> None:
    assert from_text(to_text(frozenset(Scope))) == frozenset(Scope)
    assert from_text("read everything") == frozenset({Scope.READ})
