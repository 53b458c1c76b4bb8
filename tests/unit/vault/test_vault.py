"""The vault's door: which master key and which world a data folder belongs to."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest

from holdfast.model.errors import FolderMissing
from holdfast.model.ids import SessionId, TenantId
from holdfast.store import Store
from holdfast.vault import (
    MasterKey,
    OtherWorld,
    Record,
    Vault,
    WrongMasterKeyForData,
    prove_world,
    registry,
)

RIGHT, WRONG = MasterKey(b"r" * 32), MasterKey(b"w" * 32)


async def test_the_first_key_stays_the_key_of_the_folder(tmp_path: Path, store: Store) -> None:
    await Vault(RIGHT, tmp_path).prove(store)
    await Vault(RIGHT, tmp_path).prove(store)
    with pytest.raises(WrongMasterKeyForData):
        await Vault(WRONG, tmp_path).prove(store)


async def test_the_registry_knows_the_key_when_the_database_is_new(tmp_path: Path, store: Store) -> None:
    await Vault(RIGHT, tmp_path).save_registry(lambda: [Record("ses_1", "ten", "taxi", "up", 1)])
    with pytest.raises(WrongMasterKeyForData):
        await Vault(WRONG, tmp_path).prove(store)


@pytest.mark.parametrize("lab", [True, False])
async def test_lab_and_whatsapp_do_not_share_a_folder(store: Store, lab: bool) -> None:
    await prove_world(store, lab=lab)
    await prove_world(store, lab=lab)
    with pytest.raises(OtherWorld, match="belongs to"):
        await prove_world(store, lab=not lab)


async def test_keys_are_found_by_folder_and_forgotten_with_it(tmp_path: Path) -> None:
    vault = Vault(RIGHT, tmp_path)
    key, wrapped = vault.new_key("ses_1")
    vault.learn("4915", wrapped)
    assert vault.key_of("4915") == key
    vault.forget("4915")
    assert not vault.has("4915")
    with pytest.raises(FolderMissing):
        vault.key_of("4915")


async def test_a_registry_that_was_asked_for_twice_ends_with_the_newest(tmp_path: Path) -> None:
    vault = Vault(RIGHT, tmp_path)
    records = [Record("ses_1", "ten", "taxi", "up", 1)]
    first = vault.save_registry(lambda: records)
    records.append(Record("ses_2", "ten", "van", "up", 2))
    await first
    assert set(registry.load(tmp_path / "registry.json").records) == {"ses_1", "ses_2"}


async def test_who_waits_for_the_registry_shares_one_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, writes, disk_full = Vault(RIGHT, tmp_path), [], [True]
    save = registry.save

    def counted(path: Path, records: Iterable[Record], master_check: str) -> None:
        writes.append(len(tuple(records)))
        if len(writes) == 2 and disk_full.pop():
            raise OSError(28, "No space left on device")
        save(path, records, master_check)

    monkeypatch.setattr(registry, "save", counted)
    records: list[Record] = []

    async def add(number: int) -> None:
        records.append(Record(SessionId(f"ses_{number}"), TenantId("ten"), f"cab {number}", "up", number))
        await vault.save_registry(lambda: records)
        assert SessionId(f"ses_{number}") in registry.load(tmp_path / "registry.json").records

    told = await asyncio.gather(*map(add, range(6)), return_exceptions=True)
    # The first alone, the second for all others, which its failure leaves to the third.
    assert writes == [1, 6, 6]
    assert [type(it) for it in told] == [type(None), OSError, *[type(None)] * 4]
