"""What follows from an attempt that failed. Pure: one table, read from top to bottom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.kit.backoff import backoff
from holdfast.model import errors


@dataclass(frozen=True, slots=True)
class Retry:
    """Again, with the same id, after `delay_s`."""

    delay_s: float
    #: False: nothing has left this machine, so the attempt does not count and need not be remembered.
    attempted: bool
    #: True: WhatsApp may have it already.
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Fail:
    """Never again. `code` is for programs, `detail` is what the engine or WhatsApp said beside it."""

    code: str
    detail: str = ""


Decision = Retry | Fail


@dataclass(frozen=True, slots=True)
class Rule:
    """How to go on after one kind of error."""

    base_s: float
    cap_s: float
    #: Attempts after which the message fails. None: as long as it takes. 0: at once.
    attempts: int | None = None
    attempted: bool = True
    uncertain: bool = False


_WAITING: Final = Rule(0.25, 5.0, attempted=False)
_UNKNOWN: Final = Rule(1.0, 60.0, uncertain=True)
#: Asking again sooner would be what the lock is there for. WhatsApp's last hours, rarely days.
_LOCKED: Final = Rule(900.0, 21_600.0)
_STORAGE: Final = Rule(1.0, 30.0, attempted=False)
_BUSY: Final = Rule(5.0, 300.0, attempts=20)
_UPLOAD: Final = Rule(2.0, 300.0, attempts=30)
_FINAL: Final = Rule(0.0, 0.0, attempts=0)
_BUG: Final = Rule(2.0, 60.0, attempts=10)

#: What fails a message without an attempt.
NUMBER_CHANGED: Final = Fail("number_changed")
EXPIRED: Final = Fail("expired")
SESSION_DELETED: Final = Fail("session_deleted")
RESTORED: Final = Fail("restored")
CANCELLED: Final = Fail("cancelled")
TARGET_FAILED: Final = Fail("target_failed")

_Test = Callable[[BaseException], bool]


def _refused_for_now(exc: BaseException) -> bool:
    # WhatsApp's own trouble, not the message's.
    return isinstance(exc, errors.SendRejected) and exc.reason.isdigit() and 500 <= int(exc.reason) < 600


def _never_understood(exc: BaseException) -> bool:
    return isinstance(exc, errors.CommandRefused) and exc.error_code.upper() == "INVALID_ARGUMENT"


def _of(*kinds: type[BaseException]) -> _Test:
    return lambda exc: isinstance(exc, kinds)


_TABLE: Final[Sequence[tuple[_Test, Rule]]] = (
    (_of(errors.NotConnected, errors.EngineUnreachable, errors.NotOpen), _WAITING),
    # Busy: an attempt that nobody waited for any more is still under way.
    (_of(errors.SendOutcomeUnknown, errors.EngineProtocolError, errors.Busy), _UNKNOWN),
    (_of(errors.KeysUnavailable), _BUSY),
    (_of(errors.ReachoutLocked), _LOCKED),
    (_of(errors.EngineStorageFailed, errors.StoreUnavailable, errors.MediaStorageFailed), _STORAGE),
    (_of(errors.MediaUploadFailed), _UPLOAD),
    (_of(errors.MediaError), _FINAL),
    (_refused_for_now, _BUSY),
    (_never_understood, _FINAL),
    # The group is gone, or this number is not in it.
    (_of(errors.WhatsAppNotFound, errors.WhatsAppForbidden), _FINAL),
    (_of(errors.SendRejected, errors.RecipientInvalid, errors.RequestInvalid), _FINAL),
    (_of(BaseException), _BUG),
)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Decides; `pace` stretches or shortens every delay (tests: 0)."""

    pace: float = 1.0

    def decide(self, exc: BaseException, attempt: int, roll: float, *, fruitless: int = 0) -> Decision:
        """What follows from `exc` in attempt number `attempt` (1 is the first). `roll` in [0, 1).

        `fruitless` attempts came before in a row; some of them may not count as attempts.
        """
        if isinstance(exc, errors.RateLimited):
            return Retry(self.pace * exc.retry_after_s * (1 + roll / 4), attempted=True)
        rule = next(rule for test, rule in _TABLE if test(exc))
        if rule.attempts is not None and attempt >= rule.attempts:
            return _failure(exc)
        delay_s = backoff(max(attempt - 1, fruitless), base_s=rule.base_s, cap_s=rule.cap_s, roll=roll)
        return Retry(self.pace * delay_s, rule.attempted, rule.uncertain)


def _failure(exc: BaseException) -> Fail:
    if isinstance(exc, errors.HoldfastError):
        return Fail(exc.code, exc.detail)
    return Fail("internal_error")


def typing_ms(words: str) -> int:
    """How long a person would type this, as far as anybody wants to see it: 1 to 8 seconds."""
    return max(1_000, min(8_000, 60 * len(words)))
