"""The vault's door: which master key and which world a data folder belongs to."""

from pathlib import Path

import pytest

from holdfast.model.errors import FolderMissing
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
