"""A restore onto a full disk printed a traceback besides its line, or said that the disk reports errors.

The thread that decrypts wrote its last piece into a pipe that nobody read any more, and did not catch that;
SQLite calls a file beside its log that cannot grow an input/output error of its own.
"""

import errno
import random
import threading
from pathlib import Path

import pyrage
import pytest

from holdfast.backup import Key, Lock
from holdfast.backup.archive import Part, extract, write
from holdfast.backup.manifest import Description, Manifest
from holdfast.store.failures import of_sqlite

ABOUT = Description("bak_1", 1, "0.1.0", "0013", 1_800_000_000_000, "recipients", "lab", 1, True, True)
WHOLE = Manifest(ABOUT, "m", "/data", (), (), {}, ())


def test_the_thread_that_decrypts_ends_quietly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended_by: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", ended_by.append)
    me = pyrage.x25519.Identity.generate()
    archive, big = tmp_path / "archive", Part("media/" + "a" * 64, random.Random(1).randbytes(3_000_000))
    write(archive, Lock(recipients=[str(me.to_public())]), [big], lambda _: WHOLE, lambda _: None)
    (tmp_path / "out").mkdir()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        extract(archive, Key(identities=[str(me)]), tmp_path / "out", full)
    assert not ended_by


def test_a_log_that_cannot_grow_is_a_full_disk() -> None:
    refusal = of_sqlite(4874)
    assert refusal is not None
    assert str(refusal).startswith("The disk of the data folder is full")
