"""Credentials of other programs: what is found of them, and every reason why they cannot move."""

import json
import sqlite3
from pathlib import Path

import pytest

from holdfast.model.errors import SourceUnusable
from holdfast.vault import SourceKind, look_at_source

JID = "4915111077513:7@s.whatsapp.net"
TABLES = (
    "pre_keys (jid)",
    "app_state_sync_keys (jid)",
    "sessions (our_jid)",
    "sender_keys (our_jid)",
    "lid_map (lid)",
)


def baileys(folder: Path) -> Path:
    folder.mkdir()
    creds = {"me": {"id": JID, "name": "Taxi"}, "account": {"details": "AAAA"}}
    (folder / "creds.json").write_text(json.dumps(creds))
    for name in (
        "pre-key-1",
        "pre-key-2",
        "app-state-sync-key-AAAA",
        "lid-mapping-4915222088624",
        "lid-mapping-100000011111_reverse",
        "session-4915222088624.0",
        "sender-key-1@g.us--4915222088624--0",
    ):
        (folder / f"{name}.json").write_text("{}")
    return folder


def whatsmeow(path: Path, *jids: str) -> Path:
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE whatsmeow_device (jid TEXT, push_name TEXT)")
    raw.executemany("INSERT INTO whatsmeow_device VALUES (?, 'Taxi')", [(jid,) for jid in jids])
    for table in TABLES:
        raw.execute(f"CREATE TABLE whatsmeow_{table}")
    raw.execute("INSERT INTO whatsmeow_sessions VALUES (?)", (JID,))
    raw.commit()
    raw.close()
    return path


def test_a_folder_of_baileys_is_counted(tmp_path: Path) -> None:
    found = look_at_source(str(baileys(tmp_path / "auth")))
    assert (found.kind, found.number, found.push_name) == (SourceKind.BAILEYS, "4915111077513", "Taxi")
    assert dict(found.carried) == {"pre-keys": 2, "app-state keys": 1, "hidden names": 1}
    assert dict(found.left) == {"sessions with contacts": 1, "sender keys of groups": 1}
    assert (found.used_by, found.changed_s_ago < 60) == ("", True)


def test_a_database_of_whatsmeow_is_counted_and_its_user_is_named(tmp_path: Path) -> None:
    path = whatsmeow(tmp_path / "store.db", JID, "4915111077514:2@s.whatsapp.net")
    with pytest.raises(SourceUnusable, match="Several devices"):
        look_at_source(str(path))
    found = look_at_source(str(path), "+4915111077513")
    assert (found.kind, found.jid) == (SourceKind.WHATSMEOW, JID)
    assert found.carried["sessions with contacts"] == 1
    with pytest.raises(SourceUnusable, match="is not in it"):
        look_at_source(str(path), "+1")


@pytest.mark.parametrize(
    "what", ["nothing", "browser", "half", "logged out", "empty folder", "no database", "half a database"]
)
def test_what_cannot_move_is_said_in_one_line(tmp_path: Path, what: str) -> None:
    path, said = tmp_path / "it", what
    match what:
        case "nothing":
            said = "There is nothing"
        case "browser":
            (path / "session" / "Default").mkdir(parents=True)
            said = "never hands out"
        case "half":
            (baileys(path) / "creds.json").write_text('{"me": {"id"')
            said = "is not whole"
        case "logged out":
            (baileys(path) / "creds.json").write_text('{"registrationId": 5}')
            said = "never linked, or was logged out"
        case "empty folder":
            path.mkdir()
            said = "no creds.json"
        case "half a database":
            whatsmeow(path, *(f"49151{n:08}:1@s.whatsapp.net" for n in range(2000)))
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
            said = "is not whole"
        case "no database":
            path.write_text("hello")
            said = "no whatsmeow database"
    with pytest.raises(SourceUnusable, match=said) as caught:
        look_at_source(str(path))
    assert "\n" not in str(caught.value)


def test_a_device_that_is_not_there_any_more(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match="No device"):
        look_at_source(str(whatsmeow(tmp_path / "store.db")))
