"""Sentences for people, by code: the one catalogue. Pure.

Codes are protocol, sentences are not: they are looked up where something is shown (the API's edge, the
command line, the page), so that another language needs another catalogue and nothing else. A next step is an
order that stands alone ("Connect it."); the surface that shows it puts "Next step:" in front with `advice`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from holdfast.model.alerts import Cause
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.model.verdicts import BANS
from holdfast.model.warnings import WarningCode


@dataclass(frozen=True, slots=True)
class Words:
    """What a code means, as one sentence without its full stop, and what to do about it; empty: nothing."""

    sentence: str
    next_step: str = ""


def of_error(code: str) -> Words:
    """The default words of an error. One without words of its own is said by its code."""
    return ERRORS.get(code) or Words(code.replace("_", " ").capitalize())


def of_reason(reason: str, code: int | None = None) -> Words:
    """Why a session is where it is, and what a person should do about it. Whole sentences.

    `code` is WhatsApp's number for it, where it gave one. A reason of a newer gateway is said by its code.
    """
    said = _REASONS_BY_CODE.get(reason) or Words(reason.replace("_", " ").capitalize())
    why = BANS.get(code or 0, "") if reason == Reason.BANNED else ""
    number = f" (code {code})" if code else ""
    return Words(f"{said.sentence}{why and f': {why}'}{number}.", said.next_step)


def of_warning(code: str) -> Words:
    """What a warning says. One of a newer gateway is said by its code."""
    return _WARNINGS_BY_CODE.get(code) or Words(code.replace("_", " ").capitalize())


def of_alert(cause: str) -> Words:
    """What an alert is about, and what a person should do about it. Whole sentences."""
    said = _ALERTS_BY_CODE.get(cause)
    return of_reason(cause) if said is None else Words(f"{said.sentence}.", said.next_step)


def of_detail(detail: str) -> str:
    """What belongs to an alert, for people: a reason by its sentence, other words as they are."""
    said = _REASONS_BY_CODE.get(detail)
    return detail if said is None else f"{said.sentence}."


def of_state(state: str) -> str:
    """A state in a word or two. One of a newer gateway reads as it is called."""
    return STATES.get(state) or state.replace("_", " ").capitalize()


def of_unlinking(session: str, phone: str | None, *, by_hand: bool) -> Words:
    """A device that nobody uses any more while its phone still counts it as linked."""
    device = f"a device of “{session}” as linked, which nobody uses any more"
    step = "On the phone: Settings, Linked devices; remove it."
    return Words(f"{phone or 'A phone'} still counts {device}", step if by_hand else _TRIED_ON)


def of_queue(messages: int, locked_until: str | None) -> str:
    """What a number has to send, and until when (a time, as text) it may begin no new chats; or nothing."""
    waits = f"{messages:,} message{'' if messages == 1 else 's'} to be sent." if messages else ""
    lock = "" if locked_until is None else f"{of_error('reachout_locked').sentence} (until {locked_until})."
    return " ".join(filter(None, (waits, lock)))


def advice(next_step: str) -> str:
    """`Next step: connect it.` for a surface to show; empty when there is nothing to do."""
    step = next_step.strip()
    if not step:
        return ""
    # A name that is written with capitals inside, like WhatsApp or HOLDFAST_DATA, keeps its first letter.
    plain = step[1:].partition(" ")[0].islower()
    return f"Next step: {step[0].lower() + step[1:] if plain else step}"


def line(message: str, next_step: str) -> str:
    """What happened and what to do now, in one line."""
    said = message if message.endswith("?") else f"{message.rstrip('.')}."
    return " ".join(part for part in (said, advice(next_step)) if part)


ERRORS: Final[Mapping[str, Words]] = {
    "error": Words("Something went wrong"),
    "not_found": Words("There is nothing at this address", "See /docs for what there is."),
    "method_not_allowed": Words(
        "This address does not take this method", "See /docs for the methods that it takes."
    ),
    "internal": Words(
        "Something broke inside the gateway",
        "This is a fault of Holdfast: report it with the trace in the gateway's log.",
    ),
    # what became of a message
    "number_changed": Words(
        "The session is linked to another number than the one this message was accepted for",
        "Send it again if the new number should send it.",
    ),
    "internal_error": Words("An error inside Holdfast", "Report it with the trace in the gateway's log."),
    "expired": Words("The message was not sent before it expired"),
    "session_deleted": Words("The session was deleted before the message was sent"),
    "cancelled": Words("The message was cancelled before it was sent"),
    "target_failed": Words("The message that this one is about was never sent"),
    # the start
    "settings_invalid": Words("The settings do not allow a start"),
    "moved_away": Words("This installation has moved away", "Start Holdfast where it was restored."),
    "second_gateway": Words(
        "Another gateway already serves this data folder", "Use it, or stop it with `holdfast down`."
    ),
    "port_taken": Words(
        "The API's port is taken", "Stop the other program, or choose another port by HOLDFAST_API_PORT."
    ),
    "engine_missing": Words("The engine's program is not there", "Run `make setup`."),
    "program_missing": Words("A program of Holdfast is not built", "Run `make setup`."),
    "wrong_master_key": Words(
        "The master key is not the one that this data folder was made with",
        "Put the right master key in place (HOLDFAST_MASTER_KEY_FILE). Nothing was changed.",
    ),
    "backup_failed": Words("The backup could not be made or used", "See `holdfast doctor`, then try again."),
    "source_unusable": Words(
        "No credentials of another program can be taken from there", "Name its folder or database."
    ),
    "source_in_use": Words("Another program still uses these credentials", "Stop it, then import again."),
    "backup_torn": Words("The archive is not whole", "Use another archive."),
    "backup_locked": Words(
        "This does not open the archive", "Try again with the right passphrase or identity."
    ),
    "backup_newer": Words("The archive was made by a newer version", "Install that version, then restore."),
    "backup_place_unusable": Words(
        "Archives cannot be kept there", "Name another place, or make it writable for this user."
    ),
    "restore_refused": Words("What is here is in the way of a restore", "Name an empty folder by --data."),
    "restored": Words(
        "The message waited when the backup was made and may have been sent since",
        "Send it again if it was not.",
    ),
    "master_key_missing": Words(
        "The master key is not there, and this data folder was made with one",
        "Put the file back (HOLDFAST_MASTER_KEY_FILE). Nothing was changed.",
    ),
    "other_world": Words(
        "This data folder belongs to the other world: lab, or real WhatsApp",
        "Choose another data folder by HOLDFAST_DATA.",
    ),
    "wrong_key": Words(
        "This master key does not open that session key",
        "Put the right master key in place (HOLDFAST_MASTER_KEY_FILE).",
    ),
    "seal_broken": Words(
        "A stored secret does not open with this master key",
        "Set it again: give the channel its address.",
    ),
    "key_file_damaged": Words(
        "session.key does not hold a wrapped key",
        "Restore the session's folder from a backup, or pair again.",
    ),
    # access
    "access_denied": Words(
        "Access denied", "Check HOLDFAST_KEY, or the local.key of the gateway's data folder."
    ),
    "unauthorized": Words(
        "This needs a valid key",
        "Send `Authorization: Bearer hf_…`; `holdfast key create NAME` makes a key.",
    ),
    "forbidden": Words(
        "The key does not allow this",
        "Use a key with the needed scope; `holdfast key create NAME --scope SCOPE` makes one.",
    ),
    # requests
    "invalid_request": Words(
        "The request is not valid", "Correct the request; /docs shows each one with an example."
    ),
    "request_too_large": Words(
        "The request is larger than any request of this API needs to be",
        "Send less at once; files go to POST /v1/media.",
    ),
    "cursor_generation_changed": Words(
        "This cursor is of a history that the database no longer has: an older copy was put back",
        "Begin again: an empty cursor tells everything that is there, none at all what comes from now on.",
    ),
    "cursor_invalid": Words(
        "This is not a cursor of this gateway", "Use a cursor that came with an event, or leave `after` out."
    ),
    "message_too_large": Words(
        "The message is too long for WhatsApp", "Split the text: 65,536 characters at most per message."
    ),
    "content_invalid": Words(
        "No phone would take this content", "Correct what the sentence names, and send it again."
    ),
    "target_invalid": Words(
        "This cannot be done to that message", "Look at the message first: GET …/messages/{message_id}."
    ),
    "idempotency_conflict": Words(
        "This idempotency key was already used for another message",
        "Use a fresh key for a new message; repeat a message with the same key and the same body.",
    ),
    # sessions
    "session_error": Words(
        "The session cannot do this",
        "See what it can do: `actions`, or `holdfast status`.",
    ),
    "unknown_session": Words(
        "No session has this id, name or number",
        "List the sessions with `holdfast status`, or link a number under this name with `holdfast pair`.",
    ),
    "already_linked": Words(
        "The session is linked already: there is nothing to pair",
        "Connect it; log it out first if another phone is to be linked.",
    ),
    "name_taken": Words("Another session has this name", "Choose another name."),
    "credentials_unusable": Words("It could not connect with what lies there", "Pair the session again."),
    "unknown_quarantined": Words(
        "Nothing of this name lies in quarantine, or no session file is in it",
        "List what is there with `holdfast quarantine list`.",
    ),
    "unknown_snapshot": Words(
        "There is no such snapshot of this number any more",
        "Look at those that there are: `GET /v1/sessions/{session}/snapshots`, or the number's page.",
    ),
    "no_qr": Words(
        "There is no code to show now",
        "Start pairing; if the session has just been linked, nothing is left to do.",
    ),
    # the engine
    "no_passkey": Words(
        "No passkey is asked for now", "Start pairing; the phone's account says whether it wants one."
    ),
    "engine_error": Words("The engine could not do this", "Repeat it; logs/engine.log says more."),
    "engine_unreachable": Words(
        "The engine is not attached", "Wait a moment and repeat; `holdfast up` starts the engine."
    ),
    "engine_storage_failed": Words(
        "The engine could not read or write the session's file",
        "Free space on the disk of the data folder and see that it is writable.",
    ),
    "not_connected": Words(
        "The session is not connected; nothing was sent", "Wait until the session is connected."
    ),
    "send_outcome_unknown": Words(
        "It is not known whether WhatsApp took the message",
        "Repeat it with the same message id only.",
    ),
    "engine_outdated": Words(
        "The running engine is older than the gateway and cannot do this",
        "Wait until it is replaced at the next quiet moment, or run `holdfast down` and `holdfast up`.",
    ),
    "command_refused": Words("The engine refused a command", "Repeat it; logs/engine.log says more."),
    "file_not_open": Words("The session's file is not open in the engine", "Connect the session; repeat."),
    "session_busy": Words("The engine is doing something else with this session", "Repeat in a moment."),
    "folder_missing": Words("The session's folder is not there", "Put the folder back and connect."),
    "wrong_file_key": Words(
        "The session's file does not open with its key",
        "Put its session.key back from a backup, or pair again.",
    ),
    "file_corrupt": Words(
        "The session's file is damaged", "Restore the session's folder from a backup, or pair again."
    ),
    "whatsapp_not_found": Words(
        "WhatsApp knows no such group, person or invitation",
        "Look at the list of groups, or check the number.",
    ),
    "whatsapp_forbidden": Words(
        "WhatsApp does not let this number do that", "Be a member, or an admin, of the group first."
    ),
    "whatsapp_refused": Words(
        "WhatsApp refused it", "Do it on the phone: what it says there tells whether it can be done at all."
    ),
    "whatsapp_unanswered": Words(
        "WhatsApp did not say whether it was done", "Look whether it was done before you repeat it."
    ),
    "file_foreign": Words(
        "The session's folder holds the file of another number",
        "Put the right folder back, and the other one under its number.",
    ),
    "file_newer": Words(
        "The session's file was written by a newer version",
        "Install the Holdfast that wrote it, or a newer one.",
    ),
    "engine_protocol": Words(
        "Engine and gateway do not understand each other",
        "Stop both with `holdfast down` and start them again; versions may be mixed.",
    ),
    # delivery
    "delivery_error": Words("The message cannot be delivered", "Correct what is named, and send it again."),
    "recipient_invalid": Words(
        "The recipient is not a phone number, a JID or a chat",
        "Give the number with country code, like +4915112345678, or the `chat` of an event.",
    ),
    "not_on_whatsapp": Words(
        "This number is not on WhatsApp", "Check it with its country code, or ask its owner for another."
    ),
    "send_rejected": Words(
        "WhatsApp refused the message", "Send it from the phone: what it says there tells why."
    ),
    "keys_unavailable": Words(
        "WhatsApp gives no key for any device of the recipient", "Wait; the message is kept."
    ),
    "rate_limited": Words("Too fast for WhatsApp", "Wait; the message is kept."),
    "reachout_locked": Words(
        "WhatsApp lets this number begin no new chats for a while",
        "Wait; the message is kept. Chats that have written to this number go on.",
    ),
    # files
    "media_error": Words("Something is wrong with the file", "Send it as a document, or another file."),
    "unknown_media": Words("No file has this id", "Upload it: POST /v1/media."),
    "media_not_here": Words(
        "The file of this message is not here, not yet or no longer",
        "See the message's `file`. POST …/messages/{id}/file fetches it while WhatsApp or the phone has it.",
    ),
    "media_expired": Words(
        "Retention has removed the file",
        "POST …/messages/{id}/file fetches a received one again, while WhatsApp or the phone has it.",
    ),
    "media_range_invalid": Words(
        "The file has no such part", "Ask for bytes within its size: `Content-Range` says how many there are."
    ),
    "media_empty": Words("The file has no bytes", "Send a file that has some."),
    "media_too_large": Words(
        "The file is larger than allowed",
        "Send a smaller one; uploads are limited by HOLDFAST_MEDIA_MAX_MB.",
    ),
    "media_truncated": Words("The file broke off on its way; nothing of it was kept", "Send it again."),
    "media_type_differs": Words(
        "The file is not what it is declared to be", "Declare its real type, or none at all."
    ),
    "media_unfit": Words(
        "WhatsApp does not take this file as this kind",
        "Send it as a document, or upload it with `kind` set, which makes voice notes and stickers.",
    ),
    "media_damaged": Words(
        "The file cannot be read", "Send it as a document, or a file that opens elsewhere."
    ),
    "media_tool_missing": Words(
        "A program that is needed for this is not on this machine",
        "Install ffmpeg, or send Ogg files with Opus sound, which need no conversion.",
    ),
    "media_url_refused": Words(
        "This address may not be asked for a file",
        "Give a public http or https address. HOLDFAST_MEDIA_URL_HOSTS names internal hosts.",
    ),
    "media_url_failed": Words(
        "The address did not give the file", "See that it opens in a browser; then repeat."
    ),
    "media_upload_failed": Words(
        "WhatsApp's servers did not take the file", "Nothing to do: it is tried again."
    ),
    "media_storage_failed": Words(
        "The place where files lie does not take or give it now",
        "Free space on the disk of the data folder, or see that the object store answers; then repeat.",
    ),
    # what became of the file of a message
    "media_gone": Words(
        "Neither WhatsApp nor the phone has the file any more", "Ask the sender to send it again."
    ),
    "media_broken": Words(
        "What WhatsApp has is not the file that was sent", "Ask the sender to send it again."
    ),
    "media_unreachable": Words(
        "WhatsApp did not give the file, however often it was asked", "Fetch it by request later."
    ),
    # things that are not there
    "not_cancellable": Words(
        "The message is on its way already, or has arrived",
        "Delete it for everyone instead: send `revoke` for it.",
    ),
    "unknown_message": Words("No message of this session has this id", "List the session's messages."),
    "unknown_subscription": Words(
        "No subscription has this name", "Read events with `subscription=` once; that creates it."
    ),
    "subscription_taken": Words(
        "Another consumer reads this subscription now", "Give every consumer a subscription of its own."
    ),
    "subscription_filter_differs": Words(
        "This subscription has another filter",
        "Ask for the filter that it has, or change it: PUT /v1/subscriptions/{name}, or `--change`.",
    ),
    "state_conflict": Words(
        "The conversation has moved on since its state was read", "Read the state again and repeat the step."
    ),
    "unknown_event": Words(
        "No event of this session has this id", "Acknowledge it: what was kept of it is over."
    ),
    "unknown_act": Words("No application of the gateway knows this act", "Switch the application on."),
    "unknown_configuration": Words("There is no such document", "List them: `holdfast config list`."),
    "configuration_conflict": Words(
        "Somebody else has written this document meanwhile", "Read it again and repeat the change."
    ),
    "configuration_invalid": Words(
        "The document does not hold what its schema says",
        "Correct these places; `holdfast config schema` shows what fits.",
    ),
    "unknown_key": Words("No key has this id", "List the keys."),
    # people who log in
    "user_error": Words("That does not work for this user", "List the users: `holdfast user list`."),
    "login_refused": Words(
        "Name, password or code is wrong, or this user is locked",
        "Try again. Whoever runs this machine can set a new password: `holdfast user password NAME`.",
    ),
    "login_throttled": Words("Too many attempts to log in", "Wait a moment, then try again."),
    "totp_needed": Words(
        "This user has a second step", "Type the six digits that the authenticator app shows now."
    ),
    "password_unfit": Words("This password is not fit", "Choose another one, of ten characters or more."),
    "unknown_user": Words("There is no such user", "List them: `holdfast user list`."),
    "user_name_taken": Words("Another user has this name", "Choose another name."),
    "last_owner": Words(
        "This is the only owner: nobody could give access any more", "Make another user an owner first."
    ),
    "set_up_done": Words(
        "This installation has its first user already", "Log in, or ask an owner for access."
    ),
    # alerts
    "alert_error": Words(
        "Something is wrong with the alerts", "See the channels: `holdfast alert channel list`."
    ),
    "alert_url_invalid": Words(
        "No alert service has an address like this",
        "Take one like mailtos://user:password@host?to=you@example.com; docs/alerts.md has more.",
    ),
    "alert_target_internal": Words(
        "The channel leads to this machine or its own network",
        "Choose a public address, or allow it: `--internal`.",
    ),
    "alert_channel_failed": Words(
        "The channel's service did not take the message", "Check its address and its password."
    ),
    "alert_channel_silent": Words(
        "The channel's service did not answer in time",
        "See that it runs and can be reached; what was sent may have arrived.",
    ),
    "unknown_alert_channel": Words(
        "No alert channel has this name", "List the channels: `holdfast alert channel list`."
    ),
    "unknown_alert_rule": Words(
        "Nothing of this name is an alert", "List the rules: `holdfast alert rules`."
    ),
    "unknown_alert_delivery": Words(
        "No notification that was given up has this id", "List them: `holdfast alert history --dead`."
    ),
    # the database
    "store_unavailable": Words(
        "The database cannot be written; nothing was confirmed",
        "Free space on the disk of the data folder and see that it is writable; then repeat.",
    ),
    # programs on the SDK
    "gateway_unreachable": Words(
        "No gateway answers", "`holdfast status` shows whether it runs, `holdfast up` starts it."
    ),
    "wait_timed_out": Words("It did not happen in time"),
    "bot_file_invalid": Words("The file holds no bot that can run"),
}

# ---- reasons of sessions ---------------------------------------------------------------------------------

_NOTHING: Final = "Nothing to do."
_WAIT: Final = "Nothing to do: it reconnects by itself."
_TRIED_ON: Final = "Nothing to do: it is being unlinked."
_PAIR: Final = "Pair it: ask for a QR code and scan it with the phone."
_PAIR_AGAIN: Final = "Ask for a new QR code when the phone is at hand."
_CONNECT: Final = "Connect it."

REASONS: Final[Mapping[Reason, Words]] = {
    Reason.CREATED: Words("Not linked to a phone yet", _PAIR),
    Reason.STOPPED_BY_OWNER: Words("Stopped by its owner", _CONNECT),
    Reason.CONNECT_ASKED: Words("Connecting, as asked", _NOTHING),
    Reason.SNAPSHOT_CHOSEN: Words(
        "Connecting with a snapshot that its owner has chosen",
        "Nothing to do. What was in use before is in quarantine, and in a snapshot of its own.",
    ),
    Reason.LOGGED_OUT_HERE: Words("Logged out by its owner", _PAIR),
    Reason.DELETED_HERE: Words("Deleted by its owner", _NOTHING),
    Reason.RESTORING: Words("Restoring the connection", _NOTHING),
    Reason.GATEWAY_DOWN: Words("Holdfast was not running", _NOTHING),
    Reason.LINKED: Words("The phone has linked this number", _NOTHING),
    Reason.LOGGED_IN: Words("Connected", _NOTHING),
    Reason.PAIRING_ASKED: Words(
        "Waiting for the phone to scan the QR code",
        "On the phone: Settings, Linked devices, Link a device; scan the code.",
    ),
    Reason.PAIRING_BY_CODE: Words(
        "Waiting for the code to be typed on the phone",
        "On the phone: Settings, Linked devices, Link a device, Link with phone number; type the code.",
    ),
    Reason.PAIRING_PASSKEY: Words(
        "The phone's account asks for its passkey",
        "Run the helper on web.whatsapp.com in a browser that has the passkey, and hand its answer back.",
    ),
    Reason.PAIRING_COMPARE: Words(
        "The phone shows a code, and so does this screen",
        "Compare them: confirm when they are the same, cancel when they are not.",
    ),
    Reason.PAIRING_TIMED_OUT: Words(
        "No phone used the code in time",
        "Ask for a new code when the phone is at hand. If the phone refused it: it takes four linked devices;"
        " remove one under Settings, Linked devices.",
    ),
    Reason.PAIRING_CANCELLED: Words("Pairing was cancelled", _PAIR_AGAIN),
    Reason.PAIRING_UNREACHABLE: Words(
        "WhatsApp could not be reached for a QR code", "Check the network, then ask again."
    ),
    Reason.PAIRING_REFUSED: Words(
        "The phone or WhatsApp refused the link",
        "On the phone, check the number of linked devices (at most four), then ask for a new QR code.",
    ),
    Reason.PAIRING_OUTDATED: Words(
        "WhatsApp no longer accepts this version for linking", "Upgrade Holdfast, then pair again."
    ),
    Reason.PAIRING_PASSKEY_NEEDED: Words(
        "The phone's account asks for a passkey, and none was given",
        "Pair again with a computer at hand that holds the passkey.",
    ),
    Reason.PAIRING_PASSKEY_REFUSED: Words(
        "The phone's account was not content with the passkey",
        "Pair again, with the passkey that this account was given on the phone.",
    ),
    Reason.PAIRING_MULTIDEVICE_OFF: Words(
        "The phone that scanned the code knows no linked devices",
        "Update WhatsApp on the phone, then ask for a new code.",
    ),
    Reason.PAIRING_NUMBER_REFUSED: Words(
        "WhatsApp gives no code for this phone number",
        "Check the number, with its country code; or scan the QR code instead.",
    ),
    Reason.PAIRING_TOO_OFTEN: Words(
        "WhatsApp gives no more codes for now", "Wait an hour, or scan the QR code instead."
    ),
    Reason.PAIRING_LOST: Words(
        "The connection to WhatsApp was lost while the code was shown", "Ask for a new code."
    ),
    Reason.PAIRING_STORAGE_FAILED: Words(
        "The file for the new link could not be written",
        "Free space on the disk of the data folder and see that it is writable; then ask for a new code.",
    ),
    Reason.PAIRING_FAILED_HERE: Words(
        "Pairing failed inside Holdfast",
        "Ask for a new code; if it repeats, report it with logs/gateway.log.",
    ),
    Reason.PAIRING_INTERRUPTED: Words("Pairing was interrupted by a restart", "Ask for a new QR code."),
    Reason.NUMBER_RENEWED_ELSEWHERE: Words(
        "This phone already belongs to another session, which was renewed",
        "Use that session; pair this one with another phone.",
    ),
    Reason.NUMBER_TAKEN: Words(
        "This phone belongs to another account of this installation; it was unlinked again",
        "Pair this session with another phone.",
    ),
    Reason.NUMBER_DIFFERS: Words(
        "Another number was about to take this session over; it was unlinked again",
        "Pair it with the phone of its number, or let the other one: `holdfast pair --replace-number`.",
    ),
    Reason.ADOPTION_REFUSED: Words(
        "The phone has linked this number, but its credentials could not be put in their place yet",
        "Check free space and permissions of the data folder; it is tried again by itself.",
    ),
    Reason.PROBE_MISSED: Words("WhatsApp did not answer the last probe", "Nothing to do: it is watched."),
    Reason.NETWORK: Words("The connection to WhatsApp was lost", _WAIT),
    Reason.UNREACHABLE: Words(
        "WhatsApp cannot be reached from this machine",
        "Check this machine's network if it lasts; it reconnects as soon as the network is back.",
    ),
    Reason.UNANSWERED: Words("WhatsApp was reached and did not answer in time", _WAIT),
    Reason.HTTP_REFUSED: Words(
        "Something on the way to WhatsApp refuses the connection",
        "Let this machine's firewall or proxy pass connections to web.whatsapp.com; it reconnects by itself.",
    ),
    Reason.CERTIFICATE_REFUSED: Words(
        "What answers in WhatsApp's name does not prove that it is WhatsApp",
        "Take web.whatsapp.com out of the inspection of encrypted traffic (proxy, virus scanner), or use"
        " another network; it reconnects by itself.",
    ),
    Reason.SERVICE_UNAVAILABLE: Words("WhatsApp says it is unavailable", _WAIT),
    Reason.RESTART_REQUIRED: Words("WhatsApp asked for a new connection", _WAIT),
    Reason.CONNECT_FAILURE: Words("WhatsApp refused the connection", _WAIT),
    Reason.STREAM_ERROR: Words("WhatsApp ended the connection with an error", _WAIT),
    Reason.TOKEN_REFUSED: Words(
        "WhatsApp asks this number for a token that only another product has",
        "It is tried again by itself; if it lasts, report it with logs/engine.log.",
    ),
    Reason.LOGOUT_UNPROVEN: Words(
        "WhatsApp ended the connection as if the device were unlinked; the next login tells", _WAIT
    ),
    Reason.UNKNOWN_CODE: Words(
        "WhatsApp ended the connection with a code that this version does not know",
        "It is tried again by itself, slowly; upgrade Holdfast or report the code if it lasts.",
    ),
    Reason.RATE_LIMITED: Words(
        "WhatsApp asks this number to connect less often",
        "Nothing to do: it waits and reconnects by itself. Do not connect it by hand meanwhile.",
    ),
    Reason.SILENT: Words("The connection was dead: nothing came back any more", _WAIT),
    Reason.PARKED: Words("The connection rested while the gateway was away", _WAIT),
    Reason.CRASHED: Words(
        "A fault in the connection was contained",
        "It reconnects by itself; if it repeats, report it with logs/engine.log.",
    ),
    Reason.STORAGE_FAILED: Words(
        "The session's file could not be read or written",
        "Check free space and permissions of the data folder; it retries by itself.",
    ),
    Reason.ENGINE_DOWN: Words("The engine is being started", _WAIT),
    Reason.CLOCK_WRONG: Words(
        "This machine's clock differs from WhatsApp's by so much that no connection can be made",
        "Set this machine's clock, best by network time (NTP); it then reconnects by itself.",
    ),
    Reason.CRASHES_ENGINE: Words(
        "What WhatsApp sends to this number ends the engine; it was taken off, so that the others run",
        "It is tried again by itself, more and more rarely; report it with logs/engine.log.",
    ),
    Reason.REPLACED: Words(
        "Another program opened this session. Holdfast does not fight it",
        "Stop the other program, then connect this one.",
    ),
    Reason.LOGGED_OUT_ON_PHONE: Words("The phone removed this linked device", _PAIR),
    Reason.BANNED: Words(
        "WhatsApp has banned this number for a time",
        "Open WhatsApp on the phone and follow what it says there; it reconnects when the ban is over.",
    ),
    Reason.BANNED_FOR_GOOD: Words(
        "WhatsApp has banned this number",
        "Open WhatsApp on the phone and ask for a review there; connect it when the ban is lifted.",
    ),
    Reason.LOCKED: Words(
        "WhatsApp has locked this account or device",
        "Open WhatsApp on the phone and follow what it says there, then connect.",
    ),
    Reason.CLIENT_OUTDATED: Words(
        "WhatsApp no longer accepts this version", "Upgrade Holdfast, then connect."
    ),
    Reason.CLIENT_REFUSED: Words(
        "WhatsApp does not accept this program as a client", "Upgrade Holdfast, then connect."
    ),
    Reason.MULTIDEVICE_OFF: Words(
        "The phone's WhatsApp does not take linked devices", "Update WhatsApp on the phone, then connect."
    ),
    Reason.WRONG_KEY: Words(
        "The session's file does not open with this master key. Nothing was changed",
        "Put the right master key in place (HOLDFAST_MASTER_KEY_FILE), then restart.",
    ),
    Reason.FILE_CORRUPT: Words(
        "The session's file is damaged. Nothing was deleted",
        "Restore the session folder from a backup and connect, or log out and pair again.",
    ),
    Reason.FOLDER_MISSING: Words(
        "The session's folder is missing", "Put the folder back and connect, or log out and pair again."
    ),
    Reason.FILE_FOREIGN: Words(
        "The session's folder holds the file of another number. Nothing was changed",
        "Put the right folder back and connect, or log out and pair again.",
    ),
    Reason.FILE_NEWER: Words(
        "The session's file was written by a newer version. Nothing was changed",
        "Install the Holdfast that wrote it, or a newer one, then connect.",
    ),
    Reason.RESTORED_FROM_SNAPSHOT: Words(
        "The session's file was damaged or gone; it was replaced by its newest good snapshot",
        "Nothing to do for this number. See whether the disk is sound; the damaged file is in quarantine.",
    ),
    Reason.RECORD_REFUSED: Words(
        "The database does not take this session's record, because it contradicts another one",
        "Restart Holdfast; if it repeats, report it with logs/gateway.log. Nothing was deleted.",
    ),
}

_REASONS_BY_CODE: Final[Mapping[str, Words]] = {reason.value: said for reason, said in REASONS.items()}

# ---- alerts ----------------------------------------------------------------------------------------------

#: Causes that are no reasons of a session.
ALERTS: Final[Mapping[Cause, Words]] = {
    Cause.NOT_CONNECTED: Words(
        "It has not been connected for some time, although it tries",
        "Check this machine's network; `holdfast status` says what it waits for.",
    ),
    Cause.DEVICE_LEFT_LINKED: Words(
        "The phone still counts a device as linked that nobody uses any more",
        "On the phone: Settings, Linked devices; remove it.",
    ),
    Cause.BACKUP_OVERDUE: Words(
        "No scheduled backup has succeeded for too long",
        "Look why: `holdfast backup schedule`.",
    ),
    Cause.CHANNEL_FAILING: Words(
        "An alert channel does not take alerts",
        "Try it: `holdfast alert channel test NAME`; then `holdfast alert history --dead`.",
    ),
}

# ---- what the doctor finds -------------------------------------------------------------------------------

CHECKS: Final[Mapping[str, Words]] = {
    "disk_space": Words("There is room on the disk"),
    "disk_nearly_full": Words("The disk is nearly full", "Free space on the disk of the data folder."),
    "data_folder_unusable": Words("The data folder cannot be used", "Name another by HOLDFAST_DATA."),
    "file_unreadable": Words("A file cannot be looked at", "Make it readable for this user."),
    "open_to_others": Words("Others on this machine can open it", "Close it to others."),
    "not_writable": Words("It cannot be written", "Make it writable for this user."),
    "permissions_looked_at": Words("Everything is for its owner alone, or named above"),
    "registry_was_damaged": Words(
        "A damaged registry was set aside and written again", "Delete the file when you have looked at it."
    ),
    "half_left_over": Words("A copy that a crash left unfinished", "Delete it; nothing uses it."),
    "database_lost": Words("There is no database", "Start Holdfast: it is rebuilt from the registry."),
    "database_older": Words("The database has an older schema", "Start Holdfast: it is brought up to date."),
    "database_unusable": Words(
        "The database cannot be opened", "Free space, check permissions, or put a backup in its place."
    ),
    "database": Words("The database opens"),
    "key_fits": Words("The master key is the one of this data folder"),
    "engine_away": Words("No engine answers", "See logs/engine.log; `holdfast up` starts one."),
    "engine_answers": Words("The engine answers"),
    "clock_unknown": Words("The clock was not compared: no number has logged in"),
    "clock": Words("The clock is right"),
    "clock_differs": Words("This machine's clock is wrong", "Set it, best by network time (NTP)."),
    "registry_agrees": Words("Registry and database agree"),
    "registry_differs": Words("Registry and database do not agree", "Have it written again."),
    "registry_unreadable": Words("The registry cannot be read", "Have it written again."),
    "not_linked": Words("Not linked", "Pair it."),
    "credentials_valid": Words("The credentials are valid"),
    "credentials_repairable": Words(
        "The credentials are damaged, and a good snapshot is there", "Have it restored."
    ),
    "credentials_invalid": Words(
        "The credentials cannot be used, and no snapshot helps",
        "Put a backup of the folder or the right master key in place, or pair again.",
    ),
    "credentials_not_looked_at": Words("The credentials could not be looked at", "Try again in a moment."),
    "no_good_snapshot": Words("The credentials are valid, and no good snapshot of them is there"),
    "folder_unknown": Words("A folder under sessions/ that no session uses", "Look whose it is."),
    "quarantine": Words("What was put away is kept for 30 days"),
}
REPAIRS: Final[Mapping[str, str]] = {
    "restore_snapshot": "put the file into quarantine and its newest good snapshot in its place",
    "write_registry": "keep a copy of the registry in quarantine/ and write it again from the database",
    "close_to_others": "take the permissions of everybody else from it",
}


def of_check(code: str) -> Words:
    """What the doctor found. A check of a newer gateway is said by its code."""
    return CHECKS.get(code) or Words(code.replace("_", " ").capitalize())


def of_repair(code: str) -> str:
    """What a repair does, as the end of "--repair will …"."""
    return REPAIRS.get(code) or code.replace("_", " ")


# ---- states of sessions ----------------------------------------------------------------------------------

STATES: Final[Mapping[str, str]] = {
    State.NEW: "Not linked yet",
    State.STOPPED: "Stopped",
    State.PAIRING: "Waiting for the scan",
    State.CONNECTING: "Connecting",
    State.CONNECTED: "Connected",
    State.UNSTABLE: "Unstable",
    State.RECONNECTING: "Reconnecting",
    State.REPLACED: "Opened elsewhere",
    State.LOGGED_OUT: "Logged out",
    State.BANNED: "Banned",
    State.FAILED: "Needs attention",
}

WARNINGS: Final[Mapping[WarningCode, Words]] = {
    WarningCode.FLAPPING: Words(
        "The connection is lost again and again",
        "Look at its timeline for the reason, and at the network of this machine.",
    ),
    WarningCode.QUIET: Words(
        "No message has come for longer than is usual for this number",
        "Send it a message from another phone; when that does not arrive, disconnect and connect it.",
    ),
    WarningCode.SENDS_UNACKNOWLEDGED: Words(
        "WhatsApp does not acknowledge what is sent", "Wait; when it lasts, disconnect and connect it."
    ),
    WarningCode.DELIVERIES_UNCONFIRMED: Words(
        "Messages have come in and cannot be stored", "Look at the disk and the database: `holdfast status`."
    ),
    WarningCode.PHONE_DORMANT: Words(
        "The phone of this number was not seen for days; WhatsApp unlinks the companions of one that is "
        "away for 14",
        "Open WhatsApp on the phone while it is online. If it is in use, send a message from this number: "
        "the phone's receipt shows that it is there.",
    ),
    WarningCode.CANARY_UNANSWERED: Words(
        "The message that this number sends itself was not acknowledged",
        "Wait; when it lasts, disconnect and connect it.",
    ),
    WarningCode.REACHOUT_LOCKED: Words(
        "WhatsApp lets this number begin no new chats for a while",
        "Write to fewer people who have never written to it. Chats that have written go on, the others wait.",
    ),
    WarningCode.CREDENTIALS_UNSAVED: Words(
        "This number's credentials have changed, and no snapshot of them can be taken",
        "Look at free space and permissions of the data folder: `holdfast doctor`.",
    ),
}
_WARNINGS_BY_CODE: Final[Mapping[str, Words]] = {code.value: said for code, said in WARNINGS.items()}
_ALERTS_BY_CODE: Final[Mapping[str, Words]] = {
    **_WARNINGS_BY_CODE,
    **{cause.value: said for cause, said in ALERTS.items()},
}
