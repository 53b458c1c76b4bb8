"""The schema as it is now. Times are integers of milliseconds UTC; ids are text that sorts by time.

A revision under migrations/ goes with every change here; a test holds the two together. Session id first,
so that a distributed database can shard on it later.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

Serial = BigInteger().with_variant(Integer, "sqlite")
#: Text that sorts by its bytes in every database, whatever language the server speaks.
Words = Text().with_variant(Text(collation="C"), "postgresql")


def _text(name: str, *, null: bool = False, **more: Any) -> "Column[str]":
    return Column(name, Words, nullable=null, **more)


def _ms(name: str, *, null: bool = False) -> "Column[int]":
    return Column(name, BigInteger, nullable=null)


def _unique_alive(name: str, *columns: str) -> Index:
    alive = text("deleted_at_ms IS NULL")
    return Index(name, *columns, unique=True, sqlite_where=alive, postgresql_where=alive)


def _index_of_some(name: str, column: str) -> Index:
    given = text(f"{column} IS NOT NULL")
    return Index(name, column, sqlite_where=given, postgresql_where=given)


tenants = Table("tenants", metadata, _text("id", primary_key=True), _text("name"), _ms("created_at_ms"))

sessions = Table(
    "sessions",
    metadata,
    _text("id", primary_key=True),
    _text("tenant_id"),
    _text("name"),
    _text("folder", null=True),
    _text("phone", null=True),
    _text("jid", null=True),
    _text("lid", null=True),
    _text("push_name", null=True),
    _text("wish"),
    _text("state"),
    _text("reason", null=True),
    _text("detail", null=True),
    Column("code", Integer, nullable=True),
    _ms("since_ms"),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Column("attempt", Integer, nullable=False, server_default="0"),
    _ms("retry_at_ms", null=True),
    _ms("banned_until_ms", null=True),
    _ms("last_connected_ms", null=True),
    _ms("last_heartbeat_ms", null=True),
    _ms("created_at_ms"),
    _ms("deleted_at_ms", null=True),
    Column("revision", BigInteger, nullable=False, server_default="0"),
    _text("warnings", null=True),
    Column("conflicts", Integer, nullable=False, server_default="0"),
    #: 1: another number may take the session over, in the pairing that runs or was interrupted.
    Column("replace_number", Integer, nullable=False, server_default="0"),
    # Among the living alone: a deleted session keeps its name and owns nothing.
    _unique_alive("uq_sessions_name", "tenant_id", "name"),
    _unique_alive("uq_sessions_phone", "phone"),
)

# When the phone of a session was seen last, by the link that it made.
phones = Table(
    "phones",
    metadata,
    _text("session_id", primary_key=True),
    _text("jid"),
    _ms("seen_ms"),
    Column("told_day", Integer, nullable=False),
)

timeline = Table(
    "timeline",
    metadata,
    _text("session_id", primary_key=True),
    Column("seq", Integer, primary_key=True),
    _ms("at_ms"),
    _text("state"),
    _text("reason", null=True),
    _text("detail", null=True),
    Column("code", Integer, nullable=True),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
)

# When messages came to a number: a bit for each half hour of a day, days counted since 1970, in UTC.
habits = Table(
    "habits",
    metadata,
    _text("phone", primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("slots", BigInteger, nullable=False),
)

# Devices that are no longer used and that WhatsApp still counts as linked; their folders lie in quarantine/.
unlinkings = Table(
    "unlinkings",
    metadata,
    _text("id", primary_key=True),
    _text("tenant_id"),
    _text("session_id"),
    _text("session"),
    _text("phone"),
    _text("folder"),
    Column("wrapped_key", LargeBinary, nullable=False),
    _ms("since_ms"),
    Column("attempts", Integer, nullable=False),
    Column("by_hand", Integer, nullable=False),
    _ms("ended_at_ms", null=True),
    Index("ix_unlinkings_open", "ended_at_ms"),
)

# Both directions. Chat and sender are canonical: the LID where stanza or map gives one, without device. The
# message id comes second, so that one index serves both the key and the look-up of a twin under the other
# alias.
messages = Table(
    "messages",
    metadata,
    Column("order_no", Serial, primary_key=True, autoincrement=False),
    _text("direction"),
    _text("session_id"),
    _text("message_id"),
    _text("chat"),
    _text("sender"),
    Column("is_group", Integer, nullable=False),
    _text("kind"),
    _text("body_json"),
    Column("raw", LargeBinary, nullable=False),
    _ms("timestamp_ms"),
    _ms("taken_at_ms"),
    _text("event_id", null=True),
    _text("to_jid", null=True),
    _ms("sent_at_ms", null=True),
    _ms("failed_at_ms", null=True),
    _text("error_code", null=True),
    _text("error_detail", null=True),
    # Of a message of before the link: the message after which it stands. NULL: it was taken when it came.
    Column("history_place", BigInteger, nullable=True),
    UniqueConstraint("session_id", "message_id", "chat", "sender", name="uq_messages_message"),
    Index("ix_messages_order", "session_id", "order_no"),
    Index("ix_messages_chat", "session_id", "chat", "order_no"),
    Index(
        "ix_messages_undecryptable",
        *("session_id", "order_no"),
        sqlite_where=text("kind = 'undecryptable'"),
        postgresql_where=text("kind = 'undecryptable'"),
    ),
    Index(
        "ix_messages_history",
        *("session_id", "chat", "history_place", "timestamp_ms", "order_no"),
        sqlite_where=text("history_place IS NOT NULL"),
        postgresql_where=text("history_place IS NOT NULL"),
    ),
)

# What phones offered of before the link and was not taken over to its end: from which place on it goes on.
history_offers = Table(
    "history_offers",
    metadata,
    _text("session_id", primary_key=True),
    _text("notice_id", primary_key=True),
    Column("offer", LargeBinary, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    _ms("offered_at_ms"),
)

# The list of chats, made of the messages a little later; where it stands is in settings_kv. One that nothing
# was said in yet has no `last_at_ms`.
chats = Table(
    "chats",
    metadata,
    _text("session_id", primary_key=True),
    _text("chat", primary_key=True),
    Column("is_group", Integer, nullable=False),
    Column("last_order_no", BigInteger, nullable=True),
    _ms("last_at_ms", null=True),
    Column("unread", Integer, nullable=False, server_default="0"),
    Column("read_order_no", BigInteger, nullable=False, server_default="0"),
    _text("name", null=True),
    _text("push_name", null=True),
    Column("archived", Integer, nullable=False, server_default="0"),
    _ms("muted_until_ms", null=True),
    Index("ix_chats_newest", "session_id", "last_at_ms", "chat"),
    Index("ix_chats_last", "last_order_no"),
)

# Labels of a business account, and the chats that have them. They are the number's, not the session's.
labels = Table(
    "labels",
    metadata,
    _text("session_id", primary_key=True),
    _text("phone", primary_key=True),
    _text("label_id", primary_key=True),
    _text("name"),
    Column("color", Integer, nullable=False),
)
chat_labels = Table(
    "chat_labels",
    metadata,
    _text("session_id", primary_key=True),
    _text("phone", primary_key=True),
    _text("chat", primary_key=True),
    _text("label_id", primary_key=True),
)

# What participants did with messages of ours. A message's status is derived from them.
receipts = Table(
    "receipts",
    metadata,
    _text("session_id", primary_key=True),
    _text("message_id", primary_key=True),
    _text("participant", primary_key=True),
    _text("kind", primary_key=True),
    _ms("at_ms"),
)

aliases = Table(
    "aliases",
    metadata,
    _text("session_id", primary_key=True),
    _text("pn", primary_key=True),
    _text("lid"),
    Index("ix_aliases_lid", "session_id", "lid"),
)

# Numbers that WhatsApp writes otherwise than people do: asked, and where the account was found.
spellings = Table(
    "spellings",
    metadata,
    _text("session_id", primary_key=True),
    _text("asked", primary_key=True),
    _text("found"),
    _ms("asked_at_ms"),
)

# An event that tells of a message points to it and holds no data of its own.
events = Table(
    "events",
    metadata,
    Column("position", Serial, primary_key=True, autoincrement=False),
    _text("session_id"),
    Column("seq", BigInteger, nullable=False),
    _text("event_id"),
    _text("tenant_id"),
    _text("type"),
    _text("chat", null=True),
    _text("kind", null=True),
    _ms("at_ms"),
    Column("message_order_no", BigInteger, nullable=True),
    _text("data_json", null=True),
    UniqueConstraint("session_id", "seq", name="uq_events_seq"),
    UniqueConstraint("event_id", name="uq_events_event_id"),
)

# The queue alone: a message leaves it when it is sent or has failed.
outbox = Table(
    "outbox",
    metadata,
    Column("order_no", Serial, primary_key=True, autoincrement=False),
    _text("session_id"),
    _text("chat"),
    _text("phone"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _ms("next_at_ms", null=True),
    _ms("tried_at_ms", null=True),
    _ms("not_before_ms", null=True),
    _ms("expires_at_ms", null=True),
    _text("error_code", null=True),
    _text("error_detail", null=True),
    _text("pace", server_default="reply"),
    Column("refers_to", BigInteger, nullable=True),
    Column("typing_ms", Integer, nullable=False, server_default="0"),
    Column("uncertain", Integer, nullable=False, server_default="0"),
    Index("ix_outbox_lane", "session_id", "chat", "order_no"),
    Index("ix_outbox_expires", "expires_at_ms"),
    _index_of_some("ix_outbox_not_before", "not_before_ms"),
    _index_of_some("ix_outbox_refers_to", "refers_to"),
)

# How far each number has used up what it may send, so that a restart does not give it all again.
budgets = Table(
    "budgets",
    metadata,
    _text("session_id", primary_key=True),
    _text("budget", primary_key=True),
    _ms("whole_at_ms"),
)

# What an idempotency key has made. It belongs to a number, not to the session that holds it now.
idempotency = Table(
    "idempotency",
    metadata,
    _text("tenant_id", primary_key=True),
    _text("session_id", primary_key=True),
    _text("phone", primary_key=True),
    _text("key", primary_key=True),
    _text("hash"),
    Column("order_no", BigInteger, nullable=False),
    _ms("expires_at_ms", null=True),
)

# Files, by content: a row per tenant and content. The file itself lies in the storage under its SHA-256 once
# `stored_at_ms` is set; before that, the row holds what a message says of it.
media = Table(
    "media",
    metadata,
    _text("id", primary_key=True),
    _text("tenant_id"),
    _text("sha256"),
    Column("size_bytes", BigInteger, nullable=False),
    _text("mimetype"),
    _text("file_name"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("duration_s", Integer, nullable=False),
    Column("waveform", LargeBinary, nullable=True),
    Column("thumbnail", LargeBinary, nullable=True),
    _ms("used_at_ms"),
    _ms("stored_at_ms", null=True),
    Index("ix_media_sha256", "sha256"),
    Index("ix_media_used", "used_at_ms"),
)

# The file of a message, one row per message of either direction: what still needs which content, and where it
# lies on WhatsApp's servers.
attachments = Table(
    "attachments",
    metadata,
    Column("order_no", Serial, primary_key=True, autoincrement=False),
    _text("session_id"),
    _text("media_id"),
    _text("kind"),
    _text("state"),
    _text("direct_path", null=True),
    _text("url", null=True),
    Column("media_key", LargeBinary, nullable=True),
    Column("file_enc_sha256", LargeBinary, nullable=True),
    _ms("placed_at_ms", null=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _ms("next_at_ms", null=True),
    _text("error_code", null=True),
    Index("ix_attachments_media", "media_id"),
    Index("ix_attachments_due", "state", "session_id", "next_at_ms"),
)

# Which files a session fetches by itself. Sessions without a row follow the installation's settings.
fetch_policies = Table(
    "fetch_policies",
    metadata,
    _text("session_id", primary_key=True),
    _text("kinds"),
    Column("max_bytes", BigInteger, nullable=False),
)

# What WhatsApp is told again with every connection of a number: whom it watches; without a person, that it is
# seen online itself.
presences = Table(
    "presences",
    metadata,
    _text("session_id", primary_key=True),
    _text("phone", primary_key=True),
    _text("person", primary_key=True),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    _text("tenant_id", primary_key=True),
    _text("name", primary_key=True),
    Column("position", BigInteger, nullable=False),
    _text("owner_key_id", null=True),
    _text("filter_json", null=True),
    _ms("created_at_ms"),
    _ms("acked_at_ms", null=True),
)

# What a bot remembers of a chat. Cleared, it keeps its version, so that no older step can write over it.
bot_states = Table(
    "bot_states",
    metadata,
    _text("session_id", primary_key=True),
    _text("phone", primary_key=True),
    _text("chat", primary_key=True),
    _text("bot", primary_key=True),
    _text("tenant_id"),
    Column("version", BigInteger, nullable=False),
    _text("data_json", null=True),
    _ms("at_ms"),
)

# Which events a subscription's bots are done with, until its place is after them.
steps = Table(
    "steps",
    metadata,
    _text("tenant_id", primary_key=True),
    _text("subscription", primary_key=True),
    _text("event_id", primary_key=True),
    Column("position", BigInteger, nullable=False),
)

reminders = Table(
    "reminders",
    metadata,
    _text("session_id", primary_key=True),
    _text("phone", primary_key=True),
    _text("chat", primary_key=True),
    _text("bot", primary_key=True),
    _text("name", primary_key=True),
    _text("tenant_id"),
    _ms("due_ms"),
    _text("data_json"),
    Index("ix_reminders_due", "due_ms"),
)

# Chats that are with a human: the bots are silent there.
handovers = Table(
    "handovers",
    metadata,
    _text("session_id", primary_key=True),
    _text("phone", primary_key=True),
    _text("chat", primary_key=True),
    _text("tenant_id"),
    _text("by_whom"),
    _text("note"),
    _ms("since_ms"),
    _ms("until_ms", null=True),
)

# Every version of every document that people edit. A version is never changed.
configuration = Table(
    "configuration",
    metadata,
    _text("tenant_id", primary_key=True),
    _text("name", primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    _text("body_json"),
    _text("author"),
    _text("note"),
    _ms("at_ms"),
)

api_keys = Table(
    "api_keys",
    metadata,
    _text("id", primary_key=True),
    _text("tenant_id"),
    _text("name"),
    _text("hash", unique=True),
    _text("scopes"),
    _text("kind"),
    _ms("created_at_ms"),
    _ms("expires_at_ms", null=True),
    _ms("revoked_at_ms", null=True),
    #: Whose login it is; none for a program's key.
    _text("user_id", null=True),
    #: To some minutes.
    _ms("last_used_ms", null=True),
    #: The sessions to which the key is limited, as JSON; NULL: every one.
    _text("sessions_json", null=True),
    _index_of_some("ix_api_keys_user", "user_id"),
)

# People who log in. The password is a hash; the secret of the second step is sealed.
users = Table(
    "users",
    metadata,
    _text("id", primary_key=True),
    _text("tenant_id"),
    _text("name"),
    _text("role"),
    _text("password_hash"),
    Column("totp_sealed", LargeBinary, nullable=True),
    #: 1: the app has shown that it knows the secret; from then on its code is asked for.
    Column("totp_on", Integer, nullable=False, server_default="0"),
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    _ms("wait_until_ms", null=True),
    _ms("created_at_ms"),
    _ms("password_at_ms"),
    _ms("last_login_ms", null=True),
    _ms("locked_at_ms", null=True),
    _ms("deleted_at_ms", null=True),
    _unique_alive("uq_users_name", "tenant_id", "name"),
)

# Who did what that needs a right of its own, from where, and what came of it.
audit = Table(
    "audit",
    metadata,
    _text("id", primary_key=True),
    _text("tenant_id"),
    _ms("at_ms"),
    _text("key_id", null=True),
    _text("user_id", null=True),
    _text("who"),
    _text("source"),
    _text("act"),
    _text("target"),
    _text("outcome", null=True),
)

dashboard_links = Table(
    "dashboard_links",
    metadata,
    _text("hash", primary_key=True),
    _text("tenant_id"),
    _text("key_id"),
    _text("scopes"),
    _ms("created_at_ms"),
    _ms("expires_at_ms"),
    _ms("used_at_ms", null=True),
)

# Where alerts go. The address is sealed: it holds passwords and tokens.
alert_channels = Table(
    "alert_channels",
    metadata,
    _text("id", primary_key=True),
    _text("tenant_id"),
    _text("name"),
    _text("kind"),
    Column("sealed", LargeBinary, nullable=False),
    _text("shown"),
    _text("min_severity"),
    Column("resolved", Integer, nullable=False),
    Column("internal", Integer, nullable=False),
    _text("quiet_json", null=True),
    _ms("created_at_ms"),
    UniqueConstraint("tenant_id", "name", name="uq_alert_channels_name"),
)

# What differs from the shipped table of rules.
alert_rules = Table(
    "alert_rules",
    metadata,
    _text("tenant_id", primary_key=True),
    _text("cause", primary_key=True),
    Column("enabled", Integer, nullable=False),
    _text("severity"),
    Column("after_s", Integer, nullable=False),
    Column("repeat_s", Integer, nullable=True),
)

# One cause of one subject, a session or a channel, from its beginning to its end.
alerts = Table(
    "alerts",
    metadata,
    _text("id", primary_key=True),
    _text("tenant_id"),
    _text("subject_id"),
    _text("cause"),
    _text("severity"),
    _text("phase"),
    Column("active", Integer, nullable=False),
    _text("subject"),
    _text("phone", null=True),
    _text("detail"),
    _ms("opened_at_ms"),
    _ms("due_ms", null=True),
    _ms("ended_at_ms", null=True),
    _text("told_json"),
    Index("ix_alerts_subject", "tenant_id", "subject_id", "cause", "id"),
    Index("ix_alerts_due", "due_ms"),
)

# One telling of an alert on one channel.
alert_deliveries = Table(
    "alert_deliveries",
    metadata,
    _text("id", primary_key=True),
    _text("channel_id"),
    _text("alert_id"),
    _text("told"),
    Column("detail", Words, nullable=False, server_default=""),
    _text("state"),
    _ms("at_ms"),
    _ms("next_at_ms"),
    # Those that go out as one message. Repeated, they do so again.
    _text("batch_id", null=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _text("error_code", null=True),
    _text("error_detail", null=True),
    _ms("sent_at_ms", null=True),
    Index("ix_alert_deliveries_waiting", "state", "channel_id", "next_at_ms"),
    Index("ix_alert_deliveries_alert", "alert_id"),
)

# An application's tables stand in the one chain of revisions, like everybody's.
chauffeur_bookings = Table(
    "chauffeur_bookings",
    metadata,
    _text("id", primary_key=True),
    _text("tenant_id"),
    _text("session_id"),
    # The number that it belongs to: another one that takes the session over does not inherit it.
    _text("phone"),
    _text("chat"),
    _text("key"),
    _text("reference"),
    _text("status"),
    _ms("at_ms"),
    _ms("until_ms"),
    _text("form_json"),
    _text("quote_json"),
    # Exact decimals are text.
    _text("total"),
    _text("currency"),
    _text("fee"),
    _text("language"),
    _text("note"),
    _text("vehicle_class"),
    _text("vehicle_id", null=True),
    _text("driver_id", null=True),
    Column("revision", Integer, nullable=False),
    _ms("created_at_ms"),
    _ms("changed_at_ms"),
    # The way back, where there is one.
    _ms("back_at_ms", null=True),
    _ms("back_until_ms", null=True),
    UniqueConstraint("tenant_id", "key", name="uq_chauffeur_bookings_key"),
    Index("ix_chauffeur_bookings_at", "tenant_id", "at_ms", "id"),
    Index("ix_chauffeur_bookings_chat", "tenant_id", "phone", "chat", "at_ms"),
    Index("ix_chauffeur_bookings_reference", "tenant_id", "reference"),
)

chauffeur_resources = Table(
    "chauffeur_resources",
    metadata,
    _text("tenant_id", primary_key=True),
    _text("id", primary_key=True),
    _text("kind"),
    _text("name"),
    _text("vehicle_class"),
    _text("phone"),
    Column("active", Integer, nullable=False),
)

# A price that was named, with the trip that it is for.
chauffeur_quotes = Table(
    "chauffeur_quotes",
    metadata,
    _text("tenant_id", primary_key=True),
    _text("id", primary_key=True),
    _text("trip_json"),
    _text("quote_json"),
    _ms("valid_until_ms"),
    Index("ix_chauffeur_quotes_valid_until", "valid_until_ms"),
)

# A quarter of an hour of a vehicle or a driver: whatever happens, it is taken once.
chauffeur_slots = Table(
    "chauffeur_slots",
    metadata,
    _text("tenant_id", primary_key=True),
    _text("resource_id", primary_key=True),
    Column("slot", BigInteger, primary_key=True),
    _text("taken_by"),
    Index("ix_chauffeur_slots_taken_by", "tenant_id", "taken_by"),
)

settings_kv = Table("settings_kv", metadata, _text("key", primary_key=True), _text("value"))
