"""The verdict over a session's file, from what the engine found and what its record says."""

import pytest

from holdfast.engine import Device
from holdfast.engine.answers import Finding, FindingKind, Inspection
from holdfast.model.ids import SessionId, TenantId
from holdfast.vault import Fault, Flaw, Record, Verdict, cannot_connect, faults_of, judge
from holdfast.vault.verdict import REMEDIES

PHONE, JID = "4915100000001", "4915100000001:3@s.whatsapp.net"
RECORD = Record(SessionId("ses_1"), TenantId("ten_1"), "taxi", "up", 1, PHONE, PHONE, JID)


def seen(*kinds: FindingKind, jid: str = JID) -> Inspection:
    return Inspection(tuple(Finding(kind) for kind in kinds), Device(jid, "", "", "", 1) if jid else None)


def test_every_flaw_has_a_remedy_and_every_finding_is_a_flaw() -> None:
    assert set(REMEDIES) == set(Flaw)
    for kind in FindingKind:
        assert faults_of(seen(kind), RECORD)[0].flaw.value == kind.value


def test_a_sound_file_is_valid() -> None:
    assert faults_of(seen(), RECORD) == ()
    assert judge((), has_snapshot=False) is Verdict.VALID


@pytest.mark.parametrize(
    ("flaw", "with_snapshot", "without", "by_itself"),
    [
        (Flaw.APP_STATE_KEYS_MISSING, Verdict.VALID, Verdict.VALID, False),
        (Flaw.DEVICE_DIFFERS, Verdict.VALID, Verdict.VALID, False),
        (Flaw.FILE_DAMAGED, Verdict.REPAIRABLE, Verdict.INVALID, True),
        (Flaw.FOLDER_MISSING, Verdict.REPAIRABLE, Verdict.INVALID, True),
        (Flaw.NUMBER_DIFFERS, Verdict.REPAIRABLE, Verdict.INVALID, True),
        (Flaw.ACCOUNT_UNSIGNED, Verdict.REPAIRABLE, Verdict.INVALID, False),
        (Flaw.WRONG_MASTER_KEY, Verdict.INVALID, Verdict.INVALID, False),
        (Flaw.SCHEMA_UNKNOWN, Verdict.INVALID, Verdict.INVALID, False),
    ],
)
def test_what_follows_from_a_flaw(
    flaw: Flaw, with_snapshot: Verdict, without: Verdict, by_itself: bool
) -> None:
    faults = (Fault(flaw),)
    assert judge(faults, has_snapshot=True) is with_snapshot
    assert judge(faults, has_snapshot=False) is without
    assert cannot_connect(faults) is by_itself


def test_the_worst_flaw_decides() -> None:
    faults = (Fault(Flaw.FILE_DAMAGED), Fault(Flaw.SCHEMA_UNKNOWN))
    assert judge(faults, has_snapshot=True) is Verdict.INVALID
    assert not cannot_connect(faults)


@pytest.mark.parametrize(
    ("jid", "found"),
    [
        (JID, ()),
        ("4915100000001:4@s.whatsapp.net", (Flaw.DEVICE_DIFFERS,)),
        ("4915100000002:3@s.whatsapp.net", (Flaw.NUMBER_DIFFERS,)),
    ],
)
def test_the_record_is_compared(jid: str, found: tuple[Flaw, ...]) -> None:
    assert tuple(fault.flaw for fault in faults_of(seen(jid=jid), RECORD)) == found
