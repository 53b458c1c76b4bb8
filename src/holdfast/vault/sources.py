"""Credentials of another program: whose they are, what of them comes along, and whether it still runs.

The source is only read. Databases of whatsmeow (also neonize, gowa, wuzapi and WAHA's GOWS engine) and
folders of Baileys (also the Evolution API and WAHA's NOWEB engine) can move; browser profiles cannot.
"""

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from holdfast.model.errors import SourceUnusable
from holdfast.vault import statements
from holdfast.vault.source import Kind, Source, chosen

#: What the address of a PostgreSQL server begins with.
SERVERS: Final = ("postgres://", "postgresql://")
_BAILEYS: Final = {
    "pre-keys": "pre-key-*.json",
    "app-state keys": "app-state-sync-key-*.json",
    "hidden names": "lid-mapping-*[!e].json",
}
_BAILEYS_LEFT: Final = {
    "sessions with contacts": "session-*.json",
    "sender keys of groups": "sender-key-*.json",
}
#: What Baileys runs in.
_RUNTIMES: Final = ("node", "bun", "deno")
#: What a profile of Chromium has in it.
_BROWSER: Final = ("Default", "DevToolsActivePort", "Local State", "IndexedDB")


def look(place: str, device: str = "") -> Source:
    """What lies at a path or at the address of a server. Raises SourceUnusable with what is wrong, in one
    line, and PasswordWanted.
    """
    if place.startswith(SERVERS):
        from holdfast.vault import rows  # the driver is loaded where it is needed

        return rows.look(place, device)
    path = Path(place)
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise SourceUnusable(
            f"There is nothing at {path}", next_step="Name the folder or file of the other program."
        )
    return _database(path, device)


def _folder(path: Path) -> Source:
    if any((path / name).exists() for name in _BROWSER) or list(path.glob("session*/Default")):
        raise SourceUnusable(
            "This is a browser's profile, as whatsapp-web.js keeps it: it cannot move, because WhatsApp Web "
            "keeps its keys in a form that the browser uses and never hands out",
            next_step="Link the number again: holdfast pair.",
        )
    try:
        creds: Mapping[str, Any] = json.loads((path / "creds.json").read_bytes())
        me = creds.get("me") or {}
    except FileNotFoundError as exc:
        raise SourceUnusable(
            f"There is no creds.json in {path}",
            next_step="Name the folder of one session, not the one above it.",
        ) from exc
    except (OSError, ValueError, AttributeError) as exc:
        raise SourceUnusable(
            f"{path / 'creds.json'} is not whole", next_step="Copy the folder again."
        ) from exc
    if not me.get("id") or not creds.get("account"):
        raise SourceUnusable(
            "Its program was never linked, or was logged out", next_step="Link it: holdfast pair."
        )
    return Source(
        Kind.BAILEYS,
        str(path),
        str(me["id"]),
        str(me.get("name") or ""),
        {noun: len(list(path.glob(pattern))) for noun, pattern in _BAILEYS.items()},
        {noun: len(list(path.glob(pattern))) for noun, pattern in _BAILEYS_LEFT.items()},
        _user_of(path),
        time.time() - max(it.stat().st_mtime for it in path.iterdir()),
    )


def _database(path: Path, device: str) -> Source:
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as raw:
            devices = raw.execute(statements.THEIR_DEVICES).fetchall()
            jid, push_name = chosen(devices, device)
            carried = {noun: _count(raw, sql, jid) for noun, sql in statements.THEIR_COUNTS.items()}
    except sqlite3.Error as exc:
        if exc.sqlite_errorcode == sqlite3.SQLITE_CORRUPT:
            raise SourceUnusable(
                f"{path} is not whole: {exc}", next_step="End its program, then copy it again, as a whole."
            ) from exc
        raise SourceUnusable(
            f"{path} is no whatsmeow database: {exc}", next_step="Name the file with the tables whatsmeow_…"
        ) from exc
    changed = time.time() - path.stat().st_mtime
    return Source(Kind.WHATSMEOW, str(path), jid, push_name, carried, {}, _user_of(path), changed)


def _count(raw: sqlite3.Connection, sql: str, jid: str) -> int:
    values = {"jid": jid} if ":jid" in sql else {}
    try:
        return int(raw.execute(sql, values).fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # an older schema has no such table


def _user_of(path: Path) -> str:
    """The program that uses it now, as far as the system tells: it has the file open, or it is one of those
    that Baileys runs in and works in the folder or was started with it.
    """
    place, folder = path.resolve(), path.is_dir()
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            used = _named(process, place) if folder else _has_open(process, place)
            if used:
                return f"{Path(os.readlink(process / 'exe')).name} (process {process.name})"
    return ""


def _named(process: Path, folder: Path) -> bool:
    if not Path(os.readlink(process / "exe")).name.startswith(_RUNTIMES):
        return False
    named = [os.readlink(process / "cwd"), *(process / "cmdline").read_text(errors="replace").split("\0")]
    return any(it == str(folder) or it.startswith(f"{folder}/") for it in named)


def _has_open(process: Path, file: Path) -> bool:
    for each in (process / "fd").iterdir():
        with contextlib.suppress(OSError):
            if os.readlink(each) in {str(file), f"{file}-wal", f"{file}-shm"}:
                return True
    return False
