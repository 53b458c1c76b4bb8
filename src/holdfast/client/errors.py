"""What a call of the SDK raises: the errors of `model/errors.py` by their code, and one for silence.

HoldfastError               code, message, next_step
├ GatewayUnreachable        retry; a send is safe to repeat with the same idempotency key
└ …                         what the gateway refuses, typed by its code
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from holdfast.model import errors
from holdfast.model.errors import Forbidden, HoldfastError, Unauthorized


class GatewayUnreachable(HoldfastError):
    """No gateway answers. Retry; a send may be repeated with the same idempotency key."""

    code = "gateway_unreachable"


def _every(kind: type[HoldfastError]) -> Iterator[type[HoldfastError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _every(below)


#: Every stable code that has a type of its own. A refusal with another code is a plain HoldfastError.
TYPES: Final[Mapping[str, type[HoldfastError]]] = {
    kind.code: kind for kind in _every(HoldfastError) if kind.__module__ == errors.__name__
}
#: What a refusal means that does not say its code: a proxy's, perhaps.
_BY_STATUS: Final[Mapping[int, type[HoldfastError]]] = {401: Unauthorized, 403: Forbidden}


def from_body(body: Any, status: int = 0) -> HoldfastError:
    """The typed error for `{"code", "message", "next_step"}`, bare or under `"error"`. Never fails."""
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    general = _BY_STATUS.get(status, HoldfastError)
    if not isinstance(inner, Mapping):
        return general(f"The gateway answered {status or 'something unreadable'}")
    code = str(inner.get("code") or "")
    message, next_step = str(inner.get("message") or ""), str(inner.get("next_step") or "")
    kind = TYPES.get(code)
    if kind is None:
        return general(message, next_step=next_step, code=code)
    return kind(message, next_step=next_step)
