"""Everything that can go wrong, as types. `code` is stable, the first docstring line the default message.

HoldfastError                  code, message, next_step
├ SettingsError                refuse to start
├ AccessError
│ ├ Unauthorized               no key, or one that is wrong, expired or revoked
│ └ Forbidden                  the key's scopes do not cover this
├ RequestInvalid               bad input; do not repeat
│ ├ CursorInvalid
│ ├ MessageTooLarge
│ └ IdempotencyConflict        the key belongs to another message
├ SessionError
│ ├ UnknownSession
│ ├ AlreadyLinked              nothing to pair
│ ├ NoQr                       no code now
│ ├ PairingRequired            human must scan
│ ├ SessionBanned              wait until .until_ms
│ └ SessionReplaced            someone else connected: do not fight
├ EngineError
│ ├ EngineUnreachable          retry
│ ├ EngineStorageFailed        retry later: the session's file could not be read or written
│ ├ NotConnected               nothing was sent; repeat with the same message id when connected
│ ├ SendOutcomeUnknown         retry only with the SAME message id
│ ├ CommandRefused             .error_code: what the engine said
│ └ EngineProtocolError        bug: stop loudly
├ DeliveryError
│ ├ RecipientInvalid           not an address, or not on WhatsApp
│ ├ SendRejected               WhatsApp refused; .reason holds its code
│ └ RateLimited                wait .retry_after_s
├ UnknownMessage
├ UnknownSubscription
├ UnknownKey
└ StoreUnavailable             do not ack; retry
"""

from typing import ClassVar


class HoldfastError(Exception):
    """Something went wrong"""

    code: ClassVar[str] = "error"
    hint: ClassVar[str] = ""

    def __init__(self, message: str = "", *, next_step: str = "") -> None:
        self.message = message or (type(self).__doc__ or "").partition("\n")[0].rstrip(".")
        self.next_step = next_step or self.hint
        super().__init__(self.message)

    def __str__(self) -> str:
        """One line: what happened, then what to do."""
        return f"{self.message}. {self.next_step}" if self.next_step else self.message


class SettingsError(HoldfastError):
    """The settings do not allow a start."""

    code = "settings_invalid"


class AccessError(HoldfastError):
    """Access denied."""

    code = "access_denied"


class Unauthorized(AccessError):
    """This needs a valid key."""

    code = "unauthorized"
    hint = "Next step: send `Authorization: Bearer hf_…`; local.key of the data folder holds a key."


class Forbidden(AccessError):
    """The key does not allow this."""

    code = "forbidden"
    hint = "Next step: use a key with the needed scope."


class RequestInvalid(HoldfastError):
    """The request is not valid."""

    code = "invalid_request"
    hint = "Next step: correct the request; the API's description lies at /openapi.json."


class CursorInvalid(RequestInvalid):
    """This is not a cursor of this gateway."""

    code = "cursor_invalid"
    hint = "Next step: use a cursor that came with an event, or leave `after` out."


class MessageTooLarge(RequestInvalid):
    """The message is too long for WhatsApp."""

    code = "message_too_large"
    hint = "Next step: split the text, 65,536 characters at most per message."


class IdempotencyConflict(RequestInvalid):
    """This idempotency key was already used for another message."""

    code = "idempotency_conflict"
    hint = (
        "Next step: use a fresh key for a new message; repeat a message with the same key and the same body."
    )


class SessionError(HoldfastError):
    """A session cannot do this."""

    code = "session_error"


class UnknownSession(SessionError):
    """No session has this id, name or number."""

    code = "unknown_session"
    hint = "Next step: list the sessions with `holdfast status`, or create this one by PUT."


class AlreadyLinked(SessionError):
    """The session is linked already: there is nothing to pair."""

    code = "already_linked"
    hint = "Next step: connect it; log it out first if another phone shall be linked."


class NoQr(SessionError):
    """There is no code to show now."""

    code = "no_qr"
    hint = "Next step: start pairing; if the session has just been linked, nothing is left to do."


class PairingRequired(SessionError):
    """The session is not linked to a phone."""

    code = "pairing_required"
    hint = "Next step: pair it with `holdfast pair`."


class SessionBanned(SessionError):
    """WhatsApp has banned this number for a while."""

    code = "session_banned"
    hint = "Next step: wait until the ban ends."

    def __init__(self, message: str = "", *, next_step: str = "", until_ms: int | None = None) -> None:
        self.until_ms = until_ms
        super().__init__(message, next_step=next_step)


class SessionReplaced(SessionError):
    """Another client has opened this session."""

    code = "session_replaced"
    hint = "Next step: stop the other client, then connect."


class EngineError(HoldfastError):
    """The engine could not do this."""

    code = "engine_error"


class EngineUnreachable(EngineError):
    """The engine is not attached."""

    code = "engine_unreachable"
    hint = "Next step: wait a moment and repeat; `holdfast up` starts the engine."


class EngineStorageFailed(EngineError):
    """The engine could not read or write the session's file."""

    code = "engine_storage_failed"
    hint = "Next step: free space on the disk of the data folder and see that it is writable."


class NotConnected(EngineError):
    """The session is not connected; nothing was sent."""

    code = "not_connected"
    hint = "Next step: wait until the session is connected."


class SendOutcomeUnknown(EngineError):
    """It is not known whether WhatsApp took the message. Repeat with the same message id only."""

    code = "send_outcome_unknown"


class CommandRefused(EngineError):
    """The engine refused a command."""

    code = "command_refused"

    def __init__(self, message: str = "", *, next_step: str = "", error_code: str = "") -> None:
        self.error_code = error_code
        super().__init__(message, next_step=next_step)


class EngineProtocolError(EngineError):
    """Engine and gateway do not understand each other."""

    code = "engine_protocol"
    hint = "Next step: stop both with `holdfast down` and start them again; versions may be mixed."


class DeliveryError(HoldfastError):
    """The message cannot be delivered."""

    code = "delivery_error"


class RecipientInvalid(DeliveryError):
    """The recipient is not a phone number, a JID or a chat."""

    code = "recipient_invalid"
    hint = "Next step: give the number with country code, like +4915112345678, or the `chat` of an event."


class SendRejected(DeliveryError):
    """WhatsApp refused the message."""

    code = "send_rejected"

    def __init__(self, message: str = "", *, next_step: str = "", reason: str = "") -> None:
        self.reason = reason
        super().__init__(message, next_step=next_step)


class RateLimited(DeliveryError):
    """Too fast for WhatsApp."""

    code = "rate_limited"
    hint = "Next step: wait; the message is kept."

    def __init__(self, message: str = "", *, next_step: str = "", retry_after_s: float = 60.0) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message, next_step=next_step)


class UnknownMessage(HoldfastError):
    """No message of this session has this id."""

    code = "unknown_message"
    hint = "Next step: list the session's messages."


class UnknownSubscription(HoldfastError):
    """No subscription has this name."""

    code = "unknown_subscription"
    hint = "Next step: read events with `subscription=` once; that creates it."


class UnknownKey(HoldfastError):
    """No key has this id."""

    code = "unknown_key"
    hint = "Next step: list the keys."


class StoreUnavailable(HoldfastError):
    """The database cannot be written. Nothing was confirmed."""

    code = "store_unavailable"
    hint = "Next step: free space on the disk of the data folder and see that it is writable; then repeat."
