"""Snapshots: how they are called, and which of them are kept. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from holdfast.engine import Folder


class Why(StrEnum):
    """Why a snapshot was taken."""

    CHANGED = "changed"  # the credentials are other ones than in the one before
    BEFORE = "before"  # something was about to be done that has no way back


#: How many of each kind are kept.
KEPT: Final = {Why.CHANGED: 3, Why.BEFORE: 1}

_NAME: Final = re.compile(r"(\d{8}T\d{6})(\d{3})Z-(changed|before)")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was saved of a session's credentials at one moment."""

    number: str
    at_ms: int
    why: Why
    wrapped_key: bytes = field(repr=False)
    #: Of the credentials in it.
    digest: bytes = field(default=b"", repr=False)
    size_bytes: int = 0

    @property
    def name(self) -> str:
        """Under snapshots/<number>/. Names sort by time."""
        at = datetime.fromtimestamp(self.at_ms // 1000, UTC)
        return f"{at:%Y%m%dT%H%M%S}{self.at_ms % 1000:03d}Z-{self.why}"

    @property
    def folder(self) -> str:
        """Under snapshots/."""
        return f"{self.number}/{self.name}"


@dataclass(frozen=True, slots=True)
class Look:
    """What was found when a snapshot was read in full."""

    at_ms: int
    #: The session could connect with it.
    good: bool


def read(folder: Folder) -> Snapshot | None:
    """The snapshot in this folder. None when it is none of ours."""
    number, _, name = folder.name.partition("/")
    matched = _NAME.fullmatch(name)
    if matched is None:
        return None
    try:
        at = datetime.strptime(f"{matched[1]}+0000", "%Y%m%dT%H%M%S%z")
    except ValueError:
        return None
    at_ms = int(at.timestamp()) * 1000 + int(matched[2])
    why, size_bytes = Why(matched[3]), folder.session_bytes
    return Snapshot(number, at_ms, why, folder.wrapped_key, folder.digest, size_bytes)


def next_at(now_ms: int, taken: Iterable[Snapshot]) -> int:
    """The time of a snapshot that is taken now: later than all, also where a clock was set back."""
    return max([now_ms, *(it.at_ms + 1 for it in taken)])


def superfluous(taken: Sequence[Snapshot]) -> Sequence[Snapshot]:
    """Those that are kept no longer."""
    going: list[Snapshot] = []
    for why, most in KEPT.items():
        kind = sorted((it for it in taken if it.why is why), key=lambda it: it.at_ms, reverse=True)
        going += kind[most:]
    return going
