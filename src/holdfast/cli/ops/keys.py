"""The work of `holdfast master-key`: on the master key and on what it has wrapped, while no gateway runs."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfast import settings
from holdfast.alerts.resealing import reseal
from holdfast.app.start import finish_restore, only_gateway
from holdfast.cli.ops.opened import chosen, master_of
from holdfast.kit import killpoint, private
from holdfast.kit.files import open_scratch, sync_folder, write_atomically
from holdfast.model.errors import HoldfastError, RequestInvalid, SettingsError
from holdfast.settings import Settings
from holdfast.store import Store, WriteUnit, address_of
from holdfast.vault import Found, MasterKey, Vault, count, parse_master_key, registry, rewrap
from holdfast.vault.sheet import secret_of


@dataclass(frozen=True, slots=True)
class Checked:
    """What the master key is to a data folder."""

    #: The file that it comes from; empty: a command.
    file: str
    #: False: another key has made this data folder. None: nothing says so.
    fits: bool | None
    rotating: bool
    found: Found
    #: What would still be there without the key.
    sessions: int
    database: bool


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation has done."""

    rewrapped: int
    channels: int
    found: Found


def check(data: Path | None) -> Checked:
    """Look at the key and at everything it has wrapped; nothing is changed, and a gateway may run.

    Raises SettingsError when there is no key, or none that can be read.
    """
    of = chosen(data)
    master = master_of(of)
    kept = registry.peek_all(of.data / "registry.json")
    noted = None if kept is None else kept.master_check
    return Checked(
        "" if of.master_key_command else str(of.master_key_file),
        None if noted is None else master.knows(noted),
        master.before is not None,
        count(of.data, master),
        0 if kept is None else len(kept.records),
        of.database_file.exists(),
    )


async def rotate(data: Path | None) -> Rotated:
    """A new master key takes the old one's place. Killed at any point, the key's file opens everything; run
    again, it goes on.

    Raises SettingsError, SecondGateway while a gateway runs, HoldfastError when something does not open:
    nothing has changed then.
    """
    of = chosen(data)
    with _closed(of):
        master = master_of(of)
        if master.before is None:
            master = _begin(of, master)
        found = rewrap(of.data, master)
        killpoint.pass_("keys_rewrapped")
        channels = await _reseal(of, master)
        killpoint.pass_("secrets_resealed")
        if not of.master_key_command and not found.damaged:
            write_atomically(of.master_key_file, master.alone.file_content)
        return Rotated(found.by_the_one_before, channels, found)


def _begin(of: Settings, master: MasterKey) -> MasterKey:
    """The key's file holds both keys from now on. Raises RequestInvalid where it is not ours to write."""
    if of.master_key_command or not os.access(of.master_key_file, os.W_OK):
        raise RequestInvalid(
            "The master key comes from a place that Holdfast does not write to",
            next_step="Copy it into a file, name that by HOLDFAST_MASTER_KEY_FILE, rotate, and put the new "
            "content into its place.",
        )
    before = count(of.data, master)
    if before.foreign or before.damaged:
        named = ", ".join([*before.foreign, *before.damaged][:3])
        raise HoldfastError(
            f"Not everything opens with this master key ({named})",
            next_step="See holdfast master-key check; move away what cannot be opened.",
            code="wrong_key",
        )
    fresh = master.followed_by_a_new_one()
    write_atomically(of.master_key_file, fresh.file_content)
    killpoint.pass_("key_made")
    return fresh


async def _reseal(of: Settings, master: MasterKey) -> int:
    """What stands in the database and in the registry belongs to the new key from now on."""
    vault = Vault(master, of.data)
    url = of.database_url.get_secret_value() if of.database_url is not None else None
    channels = 0
    if url is not None or of.database_file.exists():
        store = await Store.open(address_of(url, of.database_file))
        try:
            await vault.check(store)
            channels = await store.write(lambda unit: _in_database(unit, vault))
        finally:
            await store.close()
    if (kept := registry.peek_all(of.data / "registry.json")) is not None and kept.master_check is not None:
        registry.save(of.data / "registry.json", kept.records.values(), master.check_value)
    return channels


def _in_database(unit: WriteUnit, vault: Vault) -> int:
    vault.note_rotated(unit)
    return reseal(unit, vault.seal_for("alert channels"))


@contextlib.contextmanager
def _closed(of: Settings) -> Iterator[None]:
    """With the gateway's lock held. Raises SettingsError, SecondGateway."""
    if not of.data.is_dir():
        raise SettingsError(f"There is no data folder {of.data}", next_step="Name it with --data.")
    settings.prepare(of)
    with only_gateway(of):
        killpoint.configure(of.kill_points)
        finish_restore(of)
        yield


def secret(data: Path | None) -> bytes:
    """The key itself, for its owner's sheet. Raises SettingsError."""
    return master_of(chosen(data)).recovery_bytes


def line(data: Path | None) -> str:
    """The key as its file holds it. Raises SettingsError."""
    return master_of(chosen(data)).alone.file_content.decode().strip()


def bring_back(data: Path | None, text: str) -> Path:
    """Write the key of a recovery sheet to its place. Raises RequestInvalid, SettingsError."""
    of = chosen(data)
    text = text.strip()
    master = parse_master_key(text, "The sheet") if ":" in text else MasterKey(secret_of(text))
    kept = registry.peek_all(of.data / "registry.json")
    if kept is not None and kept.master_check is not None and not master.knows(kept.master_check):
        raise HoldfastError(code="wrong_master_key")
    path = of.master_key_file
    if path.exists():
        raise RequestInvalid(f"A master key lies at {path}", next_step="Move it away first.")
    private.folder(path.parent)
    write_atomically(path, master.file_content)
    return path


def write_sheet(path: Path, page: str) -> None:
    """Write a page that nobody else can read. Raises RequestInvalid when something lies there."""
    try:
        path = path.expanduser().absolute()
        with os.fdopen(open_scratch(path), "w") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as exc:
        raise RequestInvalid(
            f"{path} cannot be written: {exc.strerror}", next_step="Name another file."
        ) from exc


def folder(data: Path | None) -> Path:
    """The data folder that is meant."""
    return chosen(data).data
