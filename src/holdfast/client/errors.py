"""What the gateway refuses, as types.

ApiError                    code, message, next_step, status
├ GatewayUnreachable        retry; a send is safe to repeat with the same idempotency key
├ NotAllowed                the key is missing, wrong, revoked or has too little scope
├ SessionUnknown            no session with this id, name or number
├ AlreadyLinked             nothing to pair: valid credentials exist
├ NoQr                      no code now: not pairing, or already linked
├ RecipientInvalid          not a phone number, JID or chat
├ IdempotencyConflict       this key was used for another message
└ MessageTooLarge           longer than the gateway takes
"""

from collections.abc import Mapping
from typing import Any

from holdfast.model.errors import HoldfastError


class ApiError(HoldfastError):
    """The gateway said no: `error_code` is stable, `message` and `next_step` are for people."""

    code = "error"

    def __init__(self, message: str, next_step: str = "", *, code: str = "", status: int = 0) -> None:
        super().__init__(message.rstrip("."), next_step=next_step)
        self.error_code = code or type(self).code
        self.status = status


class GatewayUnreachable(ApiError):
    """No gateway answers. Retry; a send may be repeated with the same idempotency key."""

    code = "gateway_unreachable"


class NotAllowed(ApiError):
    """The key is missing, wrong, revoked or too narrow. Retrying does not help."""

    code = "not_allowed"


class SessionUnknown(ApiError):
    """No session has this id, name or number."""

    code = "unknown_session"


class AlreadyLinked(ApiError):
    """Valid credentials exist: there is nothing to pair."""

    code = "already_linked"


class NoQr(ApiError):
    """There is no code to show now."""

    code = "no_qr"


class RecipientInvalid(ApiError):
    """The recipient is not a phone number, a JID or a chat."""

    code = "recipient_invalid"


class IdempotencyConflict(ApiError):
    """This idempotency key already belongs to a message with other content."""

    code = "idempotency_conflict"


class MessageTooLarge(ApiError):
    """The message is longer than the gateway takes."""

    code = "message_too_large"


# Every stable code that has a type of its own. Codes that are not here arrive as ApiError.
TYPES: Mapping[str, type[ApiError]] = {
    "unauthorized": NotAllowed,
    "forbidden": NotAllowed,
    "wrong_key": NotAllowed,
    "not_allowed": NotAllowed,
    "unknown_session": SessionUnknown,
    "already_linked": AlreadyLinked,
    "no_qr": NoQr,
    "recipient_invalid": RecipientInvalid,
    "idempotency_conflict": IdempotencyConflict,
    "message_too_large": MessageTooLarge,
}


def from_body(body: Any, status: int = 0) -> ApiError:
    """The typed error for `{"code", "message", "next_step"}`, bare or under `"error"`. Never fails."""
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    if not isinstance(inner, Mapping):
        fallback: type[ApiError] = NotAllowed if status in {401, 403} else ApiError
        return fallback(f"The gateway answered {status or 'something unreadable'}", status=status)
    code = str(inner.get("code") or "error")
    kind = TYPES.get(code, NotAllowed if status in {401, 403} else ApiError)
    message = str(inner.get("message") or code)
    return kind(message, str(inner.get("next_step") or ""), code=code, status=status)
