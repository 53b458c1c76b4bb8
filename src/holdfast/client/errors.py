"""What a call of the SDK raises: the errors of `model/errors.py` by their code, and one for silence.

HoldfastError               code, message, next_step
├ GatewayUnreachable        retry; a send is safe to repeat with the same idempotency key
└ …                         what the gateway refuses, typed by its code
"""

from collections.abc import Mapping
from typing import Any, Final

from holdfast.model.errors import Forbidden, HoldfastError, Unauthorized, every


class GatewayUnreachable(HoldfastError):
    """No gateway answers. Retry; a send may be repeated with the same idempotency key."""

    code = "gateway_unreachable"


#: Every stable code that has a type of its own. A refusal with another code is a plain HoldfastError.
TYPES: Final[Mapping[str, type[HoldfastError]]] = {kind.code: kind for kind in every()}
#: What a refusal means that does not say its code: a proxy's, perhaps.
_BY_STATUS: Final[Mapping[int, type[HoldfastError]]] = {401: Unauthorized, 403: Forbidden}


def from_problem(problem: Any, status: int = 0) -> HoldfastError:
    """The typed error for what a refusal says (RFC 9457). Never fails, whatever it is given."""
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
