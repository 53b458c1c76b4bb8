"""What is said of a session's credentials: valid, repairable or invalid, and why. Pure; the table decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final

from holdfast.engine.answers import FindingKind, Inspection
from holdfast.model.address import bare_user
from holdfast.vault.registry import Record


class Verdict(StrEnum):
    """Whether a session can connect with what lies in its folder."""

    VALID = "valid"
    REPAIRABLE = "repairable"  # a good snapshot can take its place
    INVALID = "invalid"  # only a human helps


class Flaw(StrEnum):
    """What is wrong with credentials. The engine finds most of it, the records tell the rest."""

    FOLDER_MISSING = "folder_missing"
    FOLDER_WITHOUT_FILE = "folder_without_file"
    KEY_FILE_DAMAGED = "key_file_damaged"
    WRONG_MASTER_KEY = "wrong_master_key"
    KEY_DOES_NOT_OPEN = "key_does_not_open"
    FILE_DAMAGED = "file_damaged"
    SCHEMA_UNKNOWN = "schema_unknown"
    DEVICE_MISSING = "device_missing"
    KEY_MALFORMED = "key_malformed"
    SIGNED_PRE_KEY_UNSIGNED = "signed_pre_key_unsigned"
    ACCOUNT_UNSIGNED = "account_unsigned"
    DEVICE_UNSIGNED = "device_unsigned"
    APP_STATE_KEYS_MISSING = "app_state_keys_missing"
    NUMBER_DIFFERS = "number_differs"
    DEVICE_DIFFERS = "device_differs"
    OTHER = "other"  # the engine is newer


class Remedy(Enum):
    """What helps against a flaw."""

    NOTHING = auto()  # it connects all the same
    SNAPSHOT = auto()  # it cannot connect: the newest good snapshot takes its place, by itself
    SNAPSHOT_IF_ASKED = auto()  # it may connect all the same: its owner decides
    OWNER = auto()  # a snapshot would fail in the same way


REMEDIES: Final[Mapping[Flaw, Remedy]] = {
    Flaw.FOLDER_MISSING: Remedy.SNAPSHOT,
    Flaw.FOLDER_WITHOUT_FILE: Remedy.SNAPSHOT,
    Flaw.KEY_FILE_DAMAGED: Remedy.SNAPSHOT,
    Flaw.WRONG_MASTER_KEY: Remedy.OWNER,
    Flaw.KEY_DOES_NOT_OPEN: Remedy.SNAPSHOT,
    Flaw.FILE_DAMAGED: Remedy.SNAPSHOT,
    Flaw.SCHEMA_UNKNOWN: Remedy.OWNER,
    Flaw.DEVICE_MISSING: Remedy.SNAPSHOT,
    Flaw.KEY_MALFORMED: Remedy.SNAPSHOT,
    Flaw.SIGNED_PRE_KEY_UNSIGNED: Remedy.SNAPSHOT_IF_ASKED,
    Flaw.ACCOUNT_UNSIGNED: Remedy.SNAPSHOT_IF_ASKED,
    Flaw.DEVICE_UNSIGNED: Remedy.SNAPSHOT_IF_ASKED,
    Flaw.APP_STATE_KEYS_MISSING: Remedy.NOTHING,
    Flaw.NUMBER_DIFFERS: Remedy.SNAPSHOT,
    #: Linked again after the record was written: the file knows better.
    Flaw.DEVICE_DIFFERS: Remedy.NOTHING,
    Flaw.OTHER: Remedy.OWNER,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One flaw, with what is known of it."""

    flaw: Flaw
    detail: str = ""


def faults_of(seen: Inspection, record: Record) -> tuple[Fault, ...]:
    """What is wrong with a session's file: what the engine found, and what its record contradicts."""
    found = [Fault(Flaw(it.kind.value), it.detail) for it in seen.findings]
    if seen.device is not None and seen.device.jid:
        found += _contradictions(seen.device.jid, record)
    return tuple(found)


def _contradictions(jid: str, record: Record) -> list[Fault]:
    number = number_of(jid)
    if record.phone is not None and number != record.phone:
        return [Fault(Flaw.NUMBER_DIFFERS, f"it is of +{number}")]
    if record.jid is not None and jid != record.jid:
        return [Fault(Flaw.DEVICE_DIFFERS, "another device of this number")]
    return []


def number_of(jid: str) -> str:
    """The user part, verbatim: it names the number and its folder."""
    return bare_user(jid.partition("@")[0])


def judge(faults: Iterable[Fault], *, has_snapshot: bool) -> Verdict:
    """The verdict over a session's file. `has_snapshot`: a good one of this session is there."""
    remedies = {REMEDIES[fault.flaw] for fault in faults} - {Remedy.NOTHING}
    if not remedies:
        return Verdict.VALID
    return Verdict.INVALID if Remedy.OWNER in remedies or not has_snapshot else Verdict.REPAIRABLE


def cannot_connect(faults: Iterable[Fault]) -> bool:
    """True when a snapshot takes the file's place without anybody's asking."""
    remedies = {REMEDIES[fault.flaw] for fault in faults}
    return Remedy.SNAPSHOT in remedies and Remedy.OWNER not in remedies


assert {kind.value for kind in FindingKind} <= {flaw.value for flaw in Flaw}
