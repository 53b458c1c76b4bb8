"""Credentials' life: the keys of session files and the second record of every session.

Wrapped keys and records enter, unwrapped keys for the engine and rebuilt records leave. It never opens, moves
or deletes a session file: the engine does, and only when a session's owner or WhatsApp said so.
"""

from holdfast.vault.master import (
    KeyFileDamaged,
    MasterKey,
    MasterKeyMissing,
    SessionKey,
    WrongMasterKey,
    load_or_create,
)
from holdfast.vault.reconcile import Missing, compare
from holdfast.vault.registry import Record, Registry
from holdfast.vault.sealing import Seal, SealBroken
from holdfast.vault.vault import OtherWorld, Vault, WrongMasterKeyForData, prove_world

__all__ = [
    "KeyFileDamaged",
    "MasterKey",
    "MasterKeyMissing",
    "Missing",
    "OtherWorld",
    "Record",
    "Registry",
    "Seal",
    "SealBroken",
    "SessionKey",
    "Vault",
    "WrongMasterKey",
    "WrongMasterKeyForData",
    "compare",
    "load_or_create",
    "prove_world",
]
