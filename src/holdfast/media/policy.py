"""What is fetched by itself, and what follows from an attempt that failed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from holdfast.kit.backoff import backoff
from holdfast.model import errors
from holdfast.model.media import FileKind, FileState


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """Which files of received messages are fetched by themselves."""

    kinds: frozenset[FileKind] = frozenset(FileKind)
    max_bytes: int = 100 * 1024 * 1024

    def wants(self, kind: FileKind, size_bytes: int) -> bool:
        """True for a file that is to be fetched without being asked for."""
        return kind in self.kinds and size_bytes <= self.max_bytes


@dataclass(frozen=True, slots=True)
class Settled:
    """The file's way has come to a rest; it goes on by request only."""

    state: FileState
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """Try it again after this time. Not counted: nothing was asked of WhatsApp."""

    delay_s: float
    counted: bool = True
    #: The phone is to be asked for the file first.
    ask: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    base_s: float
    cap_s: float
    attempts: int
    #: What it comes to after so many attempts.
    code: str


#: By the engine's code. An attempt number begins at 1.
_DOWNLOAD: Final[Mapping[str, _Rule]] = {
    "media_broken": _Rule(2.0, 60.0, 4, "media_broken"),
    "too_large": _Rule(0.0, 0.0, 0, "media_too_large"),
    "invalid_argument": _Rule(0.0, 0.0, 0, "media_broken"),
}
_OTHER: Final = _Rule(2.0, 1800.0, 40, "media_unreachable")
#: The phone answers when it is awake: for some days it is asked again.
_PHONE: Final = _Rule(30.0, 6 * 3600.0, 24, "media_gone")
#: No file waits longer for its next attempt. A later time was noted by a clock that was set.
LONGEST_WAIT_MS: Final = round(_PHONE.cap_s * 1000)
_AWAY: Final = Again(1.0, counted=False)
_DISK: Final = Again(30.0, counted=False)


def after_download(exc: Exception, attempt: int, roll: float) -> Settled | Again:
    """What follows when WhatsApp did not give a file."""
    if isinstance(exc, errors.NotConnected | errors.EngineUnreachable | errors.NotOpen):
        return _AWAY
    if isinstance(exc, errors.EngineStorageFailed | errors.MediaStorageFailed):
        return _DISK
    if isinstance(exc, errors.RateLimited):
        return Again(exc.retry_after_s)
    code = exc.error_code if isinstance(exc, errors.CommandRefused) else ""
    if code == "media_gone":
        return Again(0.0, ask=True)
    return _decide(_DOWNLOAD.get(code, _OTHER), attempt, roll)


def after_asking(exc: Exception, attempt: int, roll: float) -> Settled | Again:
    """What follows when the phone was asked for a file and did not place it."""
    if isinstance(exc, errors.NotConnected | errors.EngineUnreachable | errors.NotOpen):
        return _AWAY
    if isinstance(exc, errors.CommandRefused) and exc.error_code == "media_gone":
        return Settled(FileState.FAILED, "media_gone")
    return _decide(_PHONE, attempt, roll)


def _decide(rule: _Rule, attempt: int, roll: float) -> Settled | Again:
    if attempt >= rule.attempts:
        return Settled(FileState.FAILED, rule.code)
    return Again(backoff(attempt - 1, base_s=rule.base_s, cap_s=rule.cap_s, roll=roll))
