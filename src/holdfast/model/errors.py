"""Everything that can go wrong, as types. `code` is stable; `model/words.py` has its sentence and next step.

HoldfastError                  code, message, next_step
├ SettingsError                refuse to start
├ AccessError
│ ├ Unauthorized               no key, or one that is wrong, expired or revoked
│ └ Forbidden                  the key's scopes do not cover this
├ RequestInvalid               bad input; do not repeat
│ ├ CursorInvalid
│ ├ CursorGenerationChanged    an older database was put back: begin again
│ ├ RequestTooLarge
│ ├ MessageTooLarge
│ ├ ContentInvalid             no phone would take it
│ ├ ConfigurationInvalid       a document does not hold what its schema says
│ ├ TargetInvalid              this cannot be done to that message
│ └ IdempotencyConflict        the key belongs to another message
├ SessionError
│ ├ UnknownSession
│ ├ AlreadyLinked              nothing to pair
│ ├ NameTaken                  choose another one
│ ├ CredentialsUnusable        what lies there could not connect
│ ├ SourceUnusable             nothing of another program can be taken from there
│ ├ SourceInUse                the program still runs: two would throw each other out
│ ├ UnknownQuarantined
│ ├ UnknownSnapshot
│ ├ NoQr                       no code now
│ └ NoPasskey                  none is asked for now
├ EngineError
│ ├ EngineUnreachable          retry
│ ├ EngineStorageFailed        retry later: the session's file could not be read or written
│ ├ NotConnected               nothing was sent; repeat with the same message id when connected
│ ├ SendOutcomeUnknown         retry only with the SAME message id
│ ├ EngineOutdated             the running engine is older and cannot do this
│ ├ CommandRefused             .error_code: what the engine said; .whatsapp_code: what WhatsApp said
│ │ ├ NotOpen                  open the session's file first
│ │ ├ Busy                     the session does something else
│ │ ├ FolderMissing            there is no such folder
│ │ ├ WrongFileKey             the session's file does not open with its key
│ │ ├ FileCorrupt              the session's file is damaged
│ │ ├ FileForeign              it is the file of another number
│ │ ├ FileNewer                a newer version has written it
│ │ ├ WhatsAppNotFound            WhatsApp knows no such group, person or invitation
│ │ ├ WhatsAppForbidden          WhatsApp does not let this number do it
│ │ ├ WhatsAppRefused             WhatsApp refused for a reason of its own
│ │ └ WhatsAppUnanswered               WhatsApp said nothing: of an act nobody knows whether it was done
│ └ EngineProtocolError        bug: stop loudly
├ DeliveryError
│ ├ RecipientInvalid           not an address
│ │ └ NotOnWhatsApp            an address that nobody has
│ ├ SendRejected               WhatsApp refused; .reason holds its code
│ ├ KeysUnavailable            no device of the recipient could be given a key: nothing was sent
│ ├ ReachoutLocked             the number may begin no new chats for a while
│ └ RateLimited                wait .retry_after_s
├ MediaError
│ ├ UnknownMedia               no file of this tenant has this id
│ ├ MediaNotHere               the file is not here, not yet or no longer
│ ├ MediaGone                  nobody has it any more: ask its sender for it
│ ├ MediaExpired               retention has removed it: fetch it again by request
│ ├ MediaEmpty                 a file without a byte
│ ├ MediaRangeInvalid          it has no such part
│ ├ MediaTooLarge
│ ├ MediaTruncated             it broke off on its way
│ ├ MediaTypeDiffers           it is not what it is declared to be
│ ├ MediaUnfit                 WhatsApp does not take it as this kind
│ ├ MediaDamaged               it cannot be read
│ ├ MediaToolMissing           a program is needed that the machine does not have
│ ├ MediaUrlRefused            this gateway may not ask that address
│ ├ MediaUrlFailed             that address did not give it
│ ├ MediaUploadFailed          retry: WhatsApp did not take it
│ └ MediaStorageFailed         retry: the place where files lie does not take or give it now
├ UnknownMessage
├ NotCancellable               it is on its way, or has arrived
├ UnknownSubscription
├ SubscriptionTaken            another consumer reads it now: do not fight
├ SubscriptionFilterDiffers    change the filter explicitly, or take another name
├ StateConflict                another step was faster: read the state again
├ UnknownEvent                 no such event of this session, or no longer
├ UnknownAct                   no application of the gateway knows it
├ UnknownConfiguration
├ ConfigurationConflict        somebody else has written it meanwhile: read it again
├ UnknownKey
├ UserError
│ ├ LoginRefused               no user has this name and password
│ ├ LoginThrottled             too many wrong ones: wait .retry_after_s
│ ├ TotpNeeded                 the password is right; the code of the authenticator app is missing
│ ├ PasswordUnfit              choose another one
│ ├ UnknownUser
│ ├ UserNameTaken              choose another one
│ ├ LastOwner                  somebody has to be able to give access
│ └ SetUpDone                  the first user is there already
├ AlertError
│ ├ AlertUrlInvalid            no service has such an address
│ ├ AlertTargetInternal        an address of this machine or of its networks, which was not allowed
│ ├ AlertChannelFailed         the service refused, or was not reached: it is tried again
│ ├ AlertChannelSilent         no answer in time: it may have arrived
│ ├ UnknownAlertChannel
│ ├ UnknownAlertRule
│ └ UnknownAlertDelivery
├ BackupError
│ ├ BackupTorn                 the archive is not whole, or none
│ ├ BackupLocked               the passphrase or identity is another one
│ ├ BackupNewer                a newer version has made it
│ ├ BackupPlaceUnusable        it cannot be written or read there
│ └ RestoreRefused             something here is in the way
└ StoreUnavailable             do not ack; retry
"""

from collections.abc import Iterator
from typing import ClassVar

from holdfast.model import words
from holdfast.model.reasons import Reason


class HoldfastError(Exception):
    """Something went wrong: `message` says what, `next_step` what to do.

    Both are the words of the code unless the caller knows more. `code` here is for one without a type.
    """

    #: Why a session is where it is after an attempt to connect that ended with this error.
    session_reason: ClassVar[Reason] = Reason.CRASHED

    code: str = "error"

    def __init__(self, message: str = "", *, next_step: str = "", code: str = "") -> None:
        if code:
            self.code = code
        said = words.of_error(self.code)
        self.message = message.rstrip(".") or said.sentence
        self.next_step = next_step or said.next_step
        super().__init__(self.message)

    @property
    def detail(self) -> str:
        """What the message says beyond the words of its code; empty when those are all."""
        return "" if self.message == words.of_error(self.code).sentence else self.message

    def __str__(self) -> str:
        """One line: what happened, then what to do."""
        return words.line(self.message, self.next_step) if self.next_step else self.message


class SettingsError(HoldfastError):
    """The settings do not allow a start."""

    code = "settings_invalid"


class AccessError(HoldfastError):
    """Access denied."""

    code = "access_denied"


class Unauthorized(AccessError):
    """This needs a valid key."""

    code = "unauthorized"


class Forbidden(AccessError):
    """The key does not allow this."""

    code = "forbidden"


class RequestInvalid(HoldfastError):
    """The request is not valid."""

    code = "invalid_request"


class CursorInvalid(RequestInvalid):
    """This is not a cursor of this gateway."""

    code = "cursor_invalid"


class CursorGenerationChanged(RequestInvalid):
    """The cursor is of a history that the database no longer has."""

    code = "cursor_generation_changed"


class RequestTooLarge(RequestInvalid):
    """The request's body is larger than any request of the API needs to be."""

    code = "request_too_large"


class MessageTooLarge(RequestInvalid):
    """The message is too long for WhatsApp."""

    code = "message_too_large"


class ContentInvalid(RequestInvalid):
    """No phone would take this."""

    code = "content_invalid"


class ConfigurationInvalid(RequestInvalid):
    """A document does not hold what its schema says."""

    code = "configuration_invalid"


class TargetInvalid(RequestInvalid):
    """This cannot be done to that message."""

    code = "target_invalid"


class IdempotencyConflict(RequestInvalid):
    """This idempotency key was already used for another message."""

    code = "idempotency_conflict"


class SessionError(HoldfastError):
    """A session cannot do this."""

    code = "session_error"


class UnknownSession(SessionError):
    """No session has this id, name or number."""

    code = "unknown_session"


class AlreadyLinked(SessionError):
    """The session is linked already: there is nothing to pair."""

    code = "already_linked"


class NameTaken(SessionError):
    """The name cannot be used."""

    code = "name_taken"


class CredentialsUnusable(SessionError):
    """What lies in quarantine could not connect."""

    code = "credentials_unusable"


class SourceUnusable(SessionError):
    """Another program's credentials cannot be taken from there."""

    code = "source_unusable"


class SourceInUse(SessionError):
    """The program whose credentials are wanted still runs."""

    code = "source_in_use"


class UnknownQuarantined(SessionError):
    """Nothing of this name lies in quarantine."""

    code = "unknown_quarantined"


class UnknownSnapshot(SessionError):
    """The session has no snapshot of this name."""

    code = "unknown_snapshot"


class NoQr(SessionError):
    """There is no code to show now."""

    code = "no_qr"


class NoPasskey(SessionError):
    """No passkey is asked for now."""

    code = "no_passkey"


class EngineError(HoldfastError):
    """The engine could not do this."""

    code = "engine_error"


class EngineUnreachable(EngineError):
    """The engine is not attached."""

    code = "engine_unreachable"
    session_reason = Reason.ENGINE_DOWN


class EngineStorageFailed(EngineError):
    """The engine could not read or write the session's file."""

    code = "engine_storage_failed"
    session_reason = Reason.STORAGE_FAILED


class NotConnected(EngineError):
    """The session is not connected; nothing was sent."""

    code = "not_connected"
    session_reason = Reason.NETWORK


class SendOutcomeUnknown(EngineError):
    """It is not known whether WhatsApp took the message. Repeat with the same message id only."""

    code = "send_outcome_unknown"


class EngineOutdated(EngineError):
    """The running engine is older than this gateway and cannot do this."""

    code = "engine_outdated"


class CommandRefused(EngineError):
    """The engine refused a command."""

    code = "command_refused"

    def __init__(
        self, message: str = "", *, next_step: str = "", error_code: str = "", whatsapp_code: int = 0
    ) -> None:
        self.error_code = error_code
        self.whatsapp_code = whatsapp_code
        super().__init__(message, next_step=next_step)


class NotOpen(CommandRefused):
    """The session's file is not open in the engine."""

    code = "file_not_open"


class Busy(CommandRefused):
    """The engine is doing something else with this session."""

    code = "session_busy"


class FolderMissing(CommandRefused):
    """The session's folder is not there."""

    code = "folder_missing"
    session_reason = Reason.FOLDER_MISSING


class WrongFileKey(CommandRefused):
    """The session's file does not open with its key."""

    code = "wrong_file_key"
    session_reason = Reason.WRONG_KEY


class FileCorrupt(CommandRefused):
    """The session's file is damaged."""

    code = "file_corrupt"
    session_reason = Reason.FILE_CORRUPT


class WhatsAppNotFound(CommandRefused):
    """WhatsApp knows no such group, person or invitation, or does not show it to this number."""

    code = "whatsapp_not_found"


class WhatsAppForbidden(CommandRefused):
    """WhatsApp does not let this number do it: it is not in the group, or no admin of it."""

    code = "whatsapp_forbidden"


class WhatsAppRefused(CommandRefused):
    """WhatsApp refused for a reason of its own, whose number is `whatsapp_code`."""

    code = "whatsapp_refused"


class WhatsAppUnanswered(CommandRefused):
    """WhatsApp did not say whether it was done. Look before it is repeated."""

    code = "whatsapp_unanswered"


class FileForeign(CommandRefused):
    """The session's folder holds the file of another number."""

    code = "file_foreign"
    session_reason = Reason.FILE_FOREIGN


class FileNewer(CommandRefused):
    """A newer version has written the session's file."""

    code = "file_newer"
    session_reason = Reason.FILE_NEWER


class EngineProtocolError(EngineError):
    """Engine and gateway do not understand each other."""

    code = "engine_protocol"


class DeliveryError(HoldfastError):
    """The message cannot be delivered."""

    code = "delivery_error"


class RecipientInvalid(DeliveryError):
    """The recipient is not a phone number, a JID or a chat."""

    code = "recipient_invalid"


class NotOnWhatsApp(RecipientInvalid):
    """A well-formed number that is not on WhatsApp."""

    code = "not_on_whatsapp"


class SendRejected(DeliveryError):
    """WhatsApp refused the message."""

    code = "send_rejected"

    def __init__(self, message: str = "", *, next_step: str = "", reason: str = "") -> None:
        self.reason = reason
        super().__init__(message, next_step=next_step)


class KeysUnavailable(DeliveryError):
    """WhatsApp gives no key for any device of the recipient: nothing was sent. Repeat later."""

    code = "keys_unavailable"


class ReachoutLocked(DeliveryError):
    """WhatsApp lets this number begin no new chats for a while."""

    code = "reachout_locked"


class RateLimited(DeliveryError):
    """Too fast for WhatsApp."""

    code = "rate_limited"

    def __init__(self, message: str = "", *, next_step: str = "", retry_after_s: float = 60.0) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message, next_step=next_step)


class MediaError(HoldfastError):
    """Something is wrong with a file."""

    code = "media_error"


class UnknownMedia(MediaError):
    """No file has this id."""

    code = "unknown_media"


class MediaNotHere(MediaError):
    """The file of this message is not here, not yet or no longer."""

    code = "media_not_here"


class MediaGone(MediaError):
    """Neither WhatsApp nor the phone has the file any more."""

    code = "media_gone"


class MediaExpired(MediaError):
    """Retention has removed the file."""

    code = "media_expired"


class MediaEmpty(MediaError):
    """The file has no bytes."""

    code = "media_empty"


class MediaRangeInvalid(MediaError):
    """The file is not that long."""

    code = "media_range_invalid"


class MediaTooLarge(MediaError):
    """The file is larger than allowed."""

    code = "media_too_large"


class MediaTruncated(MediaError):
    """The file broke off on its way."""

    code = "media_truncated"


class MediaTypeDiffers(MediaError):
    """The file is not what it is declared to be."""

    code = "media_type_differs"


class MediaUnfit(MediaError):
    """WhatsApp does not take this file as this kind."""

    code = "media_unfit"


class MediaDamaged(MediaError):
    """The file cannot be read."""

    code = "media_damaged"


class MediaToolMissing(MediaError):
    """A program that is needed for this is not on this machine."""

    code = "media_tool_missing"


class MediaUrlRefused(MediaError):
    """This address may not be asked for a file."""

    code = "media_url_refused"


class MediaUrlFailed(MediaError):
    """The address did not give the file."""

    code = "media_url_failed"


class MediaUploadFailed(MediaError):
    """WhatsApp's servers did not take the file."""

    code = "media_upload_failed"


class MediaStorageFailed(MediaError):
    """The place where files lie does not take or give it now."""

    code = "media_storage_failed"


class UnknownMessage(HoldfastError):
    """No message of this session has this id."""

    code = "unknown_message"


class NotCancellable(HoldfastError):
    """The message is on its way already."""

    code = "not_cancellable"


class UnknownSubscription(HoldfastError):
    """No subscription has this name."""

    code = "unknown_subscription"


class SubscriptionTaken(HoldfastError):
    """Another consumer reads this subscription now."""

    code = "subscription_taken"


class SubscriptionFilterDiffers(HoldfastError):
    """A subscription is about what it was made for."""

    code = "subscription_filter_differs"


class StateConflict(HoldfastError):
    """The state has another version than the step was made with."""

    code = "state_conflict"


class UnknownEvent(HoldfastError):
    """No event of this session has this id."""

    code = "unknown_event"


class UnknownAct(HoldfastError):
    """No application of the gateway knows this act."""

    code = "unknown_act"


class UnknownConfiguration(HoldfastError):
    """There is no such document, or it has no such version."""

    code = "unknown_configuration"


class ConfigurationConflict(HoldfastError):
    """Somebody else has written the document meanwhile."""

    code = "configuration_conflict"


class UnknownKey(HoldfastError):
    """No key has this id."""

    code = "unknown_key"


class UserError(HoldfastError):
    """Something about the people who log in."""

    code = "user_error"


class LoginRefused(UserError):
    """No user has this name and password; or it is locked, or its one-time code is wrong."""

    code = "login_refused"


class LoginThrottled(UserError):
    """Too many wrong passwords, or too many logins at this moment. Nothing was looked at."""

    code = "login_throttled"

    def __init__(self, message: str = "", *, next_step: str = "", retry_after_s: float = 60.0) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message, next_step=next_step)


class TotpNeeded(UserError):
    """The password is right; the code of the authenticator app is needed too."""

    code = "totp_needed"


class PasswordUnfit(UserError):
    """A new password that is too short or too easy to guess."""

    code = "password_unfit"


class UnknownUser(UserError):
    """Nobody has this name or id, or the key that is shown belongs to no user."""

    code = "unknown_user"


class UserNameTaken(UserError):
    """Another user has this name."""

    code = "user_name_taken"


class LastOwner(UserError):
    """It would leave nobody who can give access to others."""

    code = "last_owner"


class SetUpDone(UserError):
    """There are users already: the first one is made once."""

    code = "set_up_done"


class AlertError(HoldfastError):
    """Something about alerts."""

    code = "alert_error"


class AlertUrlInvalid(AlertError):
    """No service has an address like this."""

    code = "alert_url_invalid"


class AlertTargetInternal(AlertError):
    """The channel leads to this machine or its networks, which was not allowed."""

    code = "alert_target_internal"


class AlertChannelFailed(AlertError):
    """The channel's service refused the message or was not reached."""

    code = "alert_channel_failed"


class AlertChannelSilent(AlertError):
    """The channel's service did not answer in time. What was sent may have arrived."""

    code = "alert_channel_silent"


class UnknownAlertChannel(AlertError):
    """No alert channel has this name."""

    code = "unknown_alert_channel"


class UnknownAlertRule(AlertError):
    """Nothing of this name is an alert."""

    code = "unknown_alert_rule"


class UnknownAlertDelivery(AlertError):
    """No notification that was given up has this id."""

    code = "unknown_alert_delivery"


class StoreUnavailable(HoldfastError):
    """The database cannot be written. Nothing was confirmed."""

    code = "store_unavailable"


class BackupError(HoldfastError):
    """A backup could not be made or used."""

    code = "backup_failed"


class BackupTorn(BackupError):
    """The archive is not whole, or none of ours."""

    code = "backup_torn"


class BackupLocked(BackupError):
    """What was given does not open the archive."""

    code = "backup_locked"


class BackupNewer(BackupError):
    """A newer version has made the archive."""

    code = "backup_newer"


class BackupPlaceUnusable(BackupError):
    """Archives cannot be written or read there."""

    code = "backup_place_unusable"


class RestoreRefused(BackupError):
    """Something that lies or runs here is in the way of a restore."""

    code = "restore_refused"


def every(kind: type[HoldfastError] = HoldfastError) -> Iterator[type[HoldfastError]]:
    """The types above, the general before the special; not those of other files."""
    if kind.__module__ == __name__:
        yield kind
    for below in kind.__subclasses__():
        yield from every(below)
