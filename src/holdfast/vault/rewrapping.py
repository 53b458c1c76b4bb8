"""Session keys on the disk, wrapped again: after a rotation of the master key, or only counted.

Each session.key is the old one or the new one, never half. No session file is touched. For a data folder
that no gateway serves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from holdfast.kit import killpoint
from holdfast.kit.files import write_atomically
from holdfast.vault.master import KeyFileDamaged, MasterKey, WrongMasterKey

#: Where wrapped keys lie.
_PLACES: Final = (
    "sessions/*/session.key",
    "snapshots/*/*/session.key",
    "quarantine/*/session.key",
    "quarantine/*/snapshots/*/session.key",
)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of the wrapped keys below a data folder."""

    #: Opened by the master key.
    opened: int
    #: Of these, wrapped by the key before it.
    by_the_one_before: int
    #: Wrapped by another master key, by path.
    foreign: Sequence[str]
    #: No wrapped keys at all, by path.
    damaged: Sequence[str]


def count(data: Path, master: MasterKey) -> Found:
    """Look at every wrapped key; nothing is changed. Raises OSError."""
    return _go_over(data, master, rewrap=False)


def rewrap(data: Path, master: MasterKey) -> Found:
    """Wrap by `master` what the key before it has wrapped. Safe to repeat. Raises OSError."""
    return _go_over(data, master, rewrap=True)


def _go_over(data: Path, master: MasterKey, *, rewrap: bool) -> Found:
    opened, old, foreign, damaged = 0, 0, [], []
    for path in _wrapped_keys(data):
        wrapped = path.read_bytes()
        try:
            key = master.unwrap(wrapped)
        except WrongMasterKey:
            foreign.append(str(path.relative_to(data)))
            continue
        except KeyFileDamaged:
            damaged.append(str(path.relative_to(data)))
            continue
        opened += 1
        if master.has_wrapped(wrapped):
            continue
        old += 1
        if rewrap:
            killpoint.pass_("key_rewrapped")
            write_atomically(path, master.wrap(key))
    return Found(opened, old, foreign, damaged)


def _wrapped_keys(data: Path) -> Iterator[Path]:
    for pattern in _PLACES:
        yield from sorted(data.glob(pattern))
