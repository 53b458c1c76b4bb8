"""What a call of the SDK raises: the errors of `model/errors.py` by their code, and one for silence.

HoldfastError               code, message, next_step
├ GatewayUnreachable        retry; a send is safe to repeat with the same idempotency key
└ …                         what the gateway refuses, typed by its code
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from holdfast.model.errors import Forbidden, HoldfastError, LoginThrottled, RateLimited, Unauthorized, every


class GatewayUnreachable(HoldfastError):
    """No gateway answers. Retry; a send may be repeated with the same idempotency key."""

    code = "gateway_unreachable"


#: Every stable code that has a type of its own. A refusal with another code is a plain HoldfastError.
TYPES: Final[Mapping[str, type[HoldfastError]]] = {kind.code: kind for kind in every()}
#: What a refusal means that does not say its code: a proxy's, perhaps.
_BY_STATUS: Final[Mapping[int, type[HoldfastError]]] = {
    401: Unauthorized,
    403: Forbidden,
    429: RateLimited,
}


def from_problem(problem: Any, status: int = 0, retry_after: str | None = None) -> HoldfastError:
    """The typed error for what a refusal says (RFC 9457). Never fails, whatever it is given.

    `retry_after` is the header of this name: it becomes `retry_after_s` of the errors that have one.
    """
    error = _typed(problem, status)
    wait_s = _seconds(retry_after)
    if wait_s is not None and isinstance(error, RateLimited | LoginThrottled):
        error.retry_after_s = wait_s
    return error


def _typed(problem: Any, status: int) -> HoldfastError:
    general = _BY_STATUS.get(status, HoldfastError)
    if not isinstance(problem, Mapping):
        return general(f"The gateway answered {status or 'something unreadable'}")
    code = str(problem.get("code") or "")
    message = str(problem.get("detail") or problem.get("title") or "")
    next_step = str(problem.get("next_step") or "")
    kind = TYPES.get(code)
    if kind is None:
        return general(message, next_step=next_step, code=code)
    return kind(message, next_step=next_step)


def _seconds(retry_after: str | None) -> float | None:
    """How long to wait: the gateway names seconds, a proxy before it perhaps a date (RFC 9110)."""
    if not retry_after:
        return None
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after[:9])
    try:
        then = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    # A date without a zone is one of the old forms, which are in UTC too.
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())
