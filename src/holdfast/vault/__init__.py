"""Credentials' life: keys, verdicts and snapshots of session files, and the second record of every session.

Wrapped keys, findings and records enter; unwrapped keys for the engine, verdicts and rebuilt records leave.
It opens, moves or deletes no session file: the engine does, when a session's owner or WhatsApp said so, or
when a good snapshot takes a damaged file's place.
"""

from holdfast.vault.master import (
    KeyFileDamaged,
    MasterKey,
    MasterKeyMissing,
    SessionKey,
    WrongMasterKey,
    from_command,
    load_or_create,
)
from holdfast.vault.master import parse as parse_master_key
from holdfast.vault.quarantine import Away, Quarantined
from holdfast.vault.quarantine import name_of as quarantine_name
from holdfast.vault.reconcile import Missing, compare
from holdfast.vault.registry import Record, Registry
from holdfast.vault.rewrapping import Found, count, rewrap
from holdfast.vault.saved import Look, Snapshot, Why
from holdfast.vault.saved import read as read_snapshot
from holdfast.vault.sealing import Seal, SealBroken
from holdfast.vault.seam import Files
from holdfast.vault.snapshots import Snapshots
from holdfast.vault.source import Kind as SourceKind
from holdfast.vault.source import PasswordWanted, Source
from holdfast.vault.sources import SERVERS as SERVER_SOURCES
from holdfast.vault.sources import look as look_at_source
from holdfast.vault.vault import OtherWorld, Vault, WrongMasterKeyForData, prove_world
from holdfast.vault.verdict import Fault, Flaw, Verdict, cannot_connect, faults_of, judge, number_of

__all__ = [
    "SERVER_SOURCES",
    "Away",
    "Fault",
    "Files",
    "Flaw",
    "Found",
    "KeyFileDamaged",
    "Look",
    "MasterKey",
    "MasterKeyMissing",
    "Missing",
    "OtherWorld",
    "PasswordWanted",
    "Quarantined",
    "Record",
    "Registry",
    "Seal",
    "SealBroken",
    "SessionKey",
    "Snapshot",
    "Snapshots",
    "Source",
    "SourceKind",
    "Vault",
    "Verdict",
    "Why",
    "WrongMasterKey",
    "WrongMasterKeyForData",
    "cannot_connect",
    "compare",
    "count",
    "faults_of",
    "from_command",
    "judge",
    "load_or_create",
    "look_at_source",
    "number_of",
    "parse_master_key",
    "prove_world",
    "quarantine_name",
    "read_snapshot",
    "rewrap",
]
