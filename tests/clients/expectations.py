"""What each client shows of each named fault: a table to be read, and to be run (test_expectations.py).

Every ready-made fault of the simulator has a row. Rows with outcomes are run as they stand; rows with a
test's name are told by that test, because more than one event is to be seen. Afterwards messages pass both
ways again, unless the client's process is gone.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Moment(Enum):
    """When the fault is put in force."""

    NOW = "while the client is connected and idle"
    LOGIN = "while the client is away; it strikes its next login"
    DIAL = "while the client is away; it strikes its next connection, whoever that is"


class Then(Enum):
    """What becomes of the client."""

    BACK = "connected again: by itself, or by the new socket of its application (Baileys never reconnects)"
    STOPS = "stays away, keeps its credentials, and is let in when its application starts it again"
    STAYS = "stays connected, as if nothing had been"
    DIES = "its process ends with code 1, for an exception that no handler of the application sees"


@dataclass(frozen=True)
class Outcome:
    """The event that the client tells its application, and what becomes of it."""

    then: Then
    event: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    #: Seconds until the event, where a client's own clock has to run out first.
    within: float = 25.0
    #: Baileys: what the application has configured, so that its clocks run out soon.
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One fault. `args` are the fault's details, where its own are not meant."""

    moment: Moment
    baileys: Outcome
    rust: Outcome
    args: dict[str, Any] | None = None

    def outcome(self, client: str) -> Outcome:
        """What this client shows."""
        return self.baileys if client == "baileys" else self.rust


def closes(status: int, then: Then = Then.BACK, within: float = 25.0, **options: Any) -> Outcome:
    """Baileys: one event with a number. Everything else is its application's business."""
    return Outcome(then, "close", {"status": status}, within, options)


def tells(event: str, then: Then = Then.BACK, within: float = 25.0, **fields: Any) -> Outcome:
    """whatsapp-rust: an event of its own."""
    return Outcome(then, event, fields, within)


def stops(event: str, **fields: Any) -> Outcome:
    """whatsapp-rust: the event, and no further attempt."""
    return tells(event, Then.STOPS, **fields)


UNMOVED = Outcome(Then.STAYS)
CRASHES = Outcome(Then.DIES, "crash")

# Baileys sees a dead link within keepAliveIntervalMs + 5 s, and then waits for its WebSocket library to give
# up on the other side's close, another 30 s. whatsapp-rust pings every 15 to 30 s; no answer for 20 s: dead.
DEAD_LINK = Row(
    Moment.NOW,
    closes(408, within=60.0, keepAliveIntervalMs=2000),
    tells("open", within=120.0),
)


def now(baileys: Outcome, rust: Outcome) -> Row:
    return Row(Moment.NOW, baileys, rust)


def login(status: int, rust: Outcome) -> Row:
    """A refused login: Baileys tells the number, whatever it is."""
    return Row(Moment.LOGIN, closes(status, Then.STOPS), rust)


def dial(baileys: Outcome, rust: Outcome) -> Row:
    return Row(Moment.DIAL, baileys, rust)


def refused(reason: str) -> Outcome:
    return stops("connect_failure", reason=reason)


SHORT: dict[str, Any] = {"connectTimeoutMs": 3000}

EXPECTED: dict[str, Row | str] = {
    # ---- verdicts at a login (contract, 3.1, second half) -----------------------------------------------
    "login-generic": login(400, refused("Generic")),
    "logged-out": login(401, stops("logged_out", on_connect=True)),
    "temp-ban": login(402, stops("temporary_ban", code="SentToTooManyPeople")),
    "locked": login(403, stops("logged_out", reason="AccountLocked")),
    "client-outdated": login(405, stops("outdated")),
    "banned": login(406, stops("logged_out", reason="UnknownLogout")),
    "bad-user-agent": login(409, refused("BadUserAgent")),
    "device-mismatch": login(411, refused("Unknown(411)")),
    "cat-expired": login(413, refused("CatExpired")),
    "cat-invalid": login(414, refused("CatInvalid")),
    "not-found": login(415, refused("NotFound")),
    "client-unknown": login(418, refused("ClientUnknown")),
    "rate-limited": login(429, refused("Unknown(429)")),
    "login-error": login(500, tells("connect_failure", reason="InternalServerError")),
    "experimental": login(501, refused("Experimental")),
    "login-unavailable": login(503, tells("connect_failure", reason="ServiceUnavailable")),
    "login-no-reason": login(500, refused("Unknown(0)")),
    # ---- verdicts on a connection (3.1, first half) -----------------------------------------------------
    "device-removed": now(closes(401, Then.STOPS), stops("logged_out", on_connect=False)),
    "replaced": now(closes(440, Then.STOPS), stops("replaced")),
    "conflict-unknown": now(closes(440, Then.STOPS), stops("logged_out", on_connect=False)),
    "silent-503": now(closes(503), tells("disconnected")),
    "stream-401": now(closes(401, Then.STOPS), stops("logged_out", on_connect=False)),
    "stream-429": now(closes(429), tells("disconnected")),
    "stream-500": now(closes(500), tells("stream_error", code="500")),
    "stream-515": now(closes(515), tells("open")),
    "stream-516": now(closes(516, Then.STOPS), stops("logged_out", on_connect=False)),
    "stream-ack": now(closes(500), tells("stream_error", code="")),
    "stream-unknown": now(closes(500), tells("stream_error", code="")),
    "stream-malformed": now(closes(500), tells("stream_error", code="")),
    "stream-end": now(closes(428), tells("open")),
    "downgrade": now(closes(411), tells("disconnected")),
    # ---- the line (3.2) ---------------------------------------------------------------------------------
    "black-hole": DEAD_LINK,
    "black-hole-after-login": Row(
        Moment.LOGIN, closes(408, within=60.0, keepAliveIntervalMs=2000), tells("open", within=150.0)
    ),
    "half-open": DEAD_LINK,
    "declared-length": DEAD_LINK,
    "reset": now(closes(428), tells("disconnected")),
    "abrupt-close": now(closes(428), tells("disconnected")),
    "server-restart": now(closes(428), tells("disconnected")),
    "no-pong": "test_faults.test_pings_are_not_answered",
    "login-silence": Row(
        Moment.LOGIN, closes(408, within=60.0, keepAliveIntervalMs=2000), tells("open", within=60.0)
    ),
    "handshake-silence": dial(closes(408, within=60.0, **SHORT), tells("open", within=60.0)),
    "upgrade-then-silence": dial(closes(408, within=60.0, **SHORT), tells("open", within=60.0)),
    "tcp-silence": dial(closes(408, within=60.0, **SHORT), tells("open", within=60.0)),
    "upgrade-refused": dial(closes(408, **SHORT), tells("open", within=60.0)),
    "slow": "test_faults.test_slow_frames",
    "trickle": "test_faults.test_line_that_cuts_frames",
    "fragmented-frames": "test_faults.test_line_that_cuts_frames",
    "coalesced-frames": "test_faults.test_line_that_cuts_frames",
    "split-frame": "test_faults.test_line_that_cuts_frames",
    "garbage-frame": now(CRASHES, UNMOVED),
    "empty-frame": now(CRASHES, UNMOVED),
    "malformed-node": now(CRASHES, UNMOVED),
    "truncated-node": now(CRASHES, UNMOVED),
    "inflate-bomb": now(CRASHES, UNMOVED),
    "bad-zlib": now(CRASHES, UNMOVED),
    "clock-skew": "test_clock.test_server_with_a_wrong_clock",
    "deflate": "test_faults.test_compressed_connection",
    # Our whatsapp-rust is built without the check of the chain: its root is a constant.
    "rotated-static": "test_pairing.test_server_has_another_key",
    "wrong-root": dial(Outcome(Then.BACK, "open"), tells("open")),
    "expired-chain": dial(Outcome(Then.BACK, "open"), tells("open")),
    "wrong-leaf": dial(Outcome(Then.BACK, "open"), tells("open")),
    "malformed-chain": dial(closes(400), tells("open", within=60.0)),
    # ---- pairing (3.3) ----------------------------------------------------------------------------------
    "close-after-pair-success": "test_pairing_faults.test_connection_closes_after_pair_success",
    "missing-515": "test_pairing_faults.test_client_is_not_asked_to_come_back",
    "early-515": "test_pairing_faults.test_client_is_asked_to_come_back_too_early",
    "bad-pair-hmac": "test_pairing_faults.test_phone_cannot_prove_that_it_saw_the_code",
    "bad-account-signature": "test_pairing_faults.test_account_signature_does_not_hold",
    "codes-expired": "test_pairing_faults.test_codes_expire",
    # ---- messages (3.4) ---------------------------------------------------------------------------------
    "no-ack": "test_faults.test_sends_are_not_acknowledged",
    "ack-error": "test_faults.test_message_is_refused",
    "ack-phash": "test_faults.test_list_of_devices_is_said_to_be_another",
    "duplicate-message": "test_faults.test_message_delivered_twice",
    "out-of-order": "test_faults.test_messages_overtake_each_other",
    "undecryptable": "test_faults.test_message_that_cannot_be_decrypted",
    "unavailable": "test_faults.test_message_without_content",
    "no-offline": "test_faults.test_backlog_never_ends",
    "offline-first": "test_faults.test_backlog_is_said_to_be_over_before_it_comes",
    "pn-then-lid": "test_faults.test_message_from_the_number_in_place_of_the_lid",
    "sender-key-late": "test_faults.test_group_message_before_its_key",
    "crafted-dm": "test_faults.test_crafted_message",
    # ---- queries and keys (3.4) -------------------------------------------------------------------------
    "iq-silent": "test_key_faults.test_queries_are_not_answered",
    "iq-error": "test_key_faults.test_queries_are_refused",
    "rate-overlimit": "test_key_faults.test_queries_are_refused",
    "upload-rejected": "test_key_faults.test_upload_of_keys_is_refused",
    "digest-missing": "test_key_faults.test_digest_is_wrong",
    "digest-mismatch": "test_key_faults.test_digest_is_wrong",
    "appstate-conflict": "test_settings.test_patch_meets_a_conflict",
    "appstate-error": "test_settings.test_settings_cannot_be_fetched",
    "group-forbidden": "test_key_faults.test_group_is_refused",
    "group-gone": "test_key_faults.test_group_is_refused",
    "appstate-key-withheld": "test_settings.test_key_is_withheld",
    "keys-refused": "test_key_faults.test_keys_of_a_device_are_refused_always",
    "prekeys-drained": "test_key_faults.test_one_time_keys_are_used_up",
    "identity-change": "test_key_faults.test_phone_has_another_identity",
    # ---- files (3.4) ------------------------------------------------------------------------------------
    "media-403": "test_media_faults.test_download_fails_once",
    "media-404": "test_media_faults.test_download_fails_once",
    "media-410": "test_media_faults.test_download_fails_once",
    "media-500": "test_media_faults.test_download_fails_once",
    "media-short": "test_media_faults.test_download_fails_once",
    "media-corrupt": "test_media_faults.test_download_fails_once",
    "media-415": "test_media_faults.test_upload_fails_once",
    "media-retry-after": "test_media_faults.test_upload_fails_once",
}


# A client's own clock has to run out: such rows are run side by side.
_LONG_S = 30.0


def rows() -> dict[str, Row]:
    """The rows that are run as they stand."""
    return {name: row for name, row in EXPECTED.items() if isinstance(row, Row)}


def quick() -> list[str]:
    """Those in which neither client has to wait for a clock of its own."""
    return [name for name in rows() if name not in slow()]


def slow() -> list[str]:
    """The others."""
    return [name for name, row in rows().items() if max(row.baileys.within, row.rust.within) > _LONG_S]
