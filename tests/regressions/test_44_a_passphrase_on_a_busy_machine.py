"""The right passphrase was refused as a wrong one, on a machine that was busy when it was tried.

The library measures for a moment how fast the machine is, and refuses a lock that would take too long.
"""

from typing import Any

import pyrage
import pytest

from holdfast.backup import locks
from holdfast.model.errors import BackupLocked

WORD = "a passphrase that nobody guesses"


@pytest.fixture(scope="module")
def locked() -> bytes:
    """What the passphrase has locked. It takes a second of work, as it must."""
    return locks.begin(locks.Lock(WORD))[1]


def test_it_is_tried_again_while_the_machine_seems_too_slow(
    locked: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = ["Excessive work parameter for passphrase.\nDecryption would take around 8192 seconds."] * 3

    def busy(given: bytes, passphrase: str) -> Any:
        if refusals:
            raise pyrage.DecryptError(refusals.pop())
        return opened(given, passphrase)

    opened = pyrage.passphrase.decrypt
    monkeypatch.setattr(pyrage.passphrase, "decrypt", busy)
    assert len(locks.identities(locks.Key(WORD), locked)) == 1
    assert refusals == []


def test_a_machine_that_is_too_slow_says_so(locked: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_MEASURED_AT_MOST", 3)
    head, lock, rest = locked.split(b"\n", 2)
    slower = b"\n".join([head, lock.rpartition(b" ")[0] + b" 31", rest])  # two to the 31st rounds
    with pytest.raises(BackupLocked, match="too slow, or too busy") as told:
        locks.identities(locks.Key(WORD), slower)
    assert "faster machine" in told.value.next_step


def test_a_wrong_passphrase_is_a_wrong_one(locked: bytes) -> None:
    with pytest.raises(BackupLocked, match="does not open this archive"):
        locks.identities(locks.Key("another"), locked)
