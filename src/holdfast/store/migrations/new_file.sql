CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE aliases (
	session_id TEXT NOT NULL, 
	pn TEXT NOT NULL, 
	lid TEXT NOT NULL, 
	PRIMARY KEY (session_id, pn)
);

CREATE INDEX ix_aliases_lid ON aliases (session_id, lid);

CREATE TABLE api_keys (
	id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	expires_at_ms BIGINT, 
	revoked_at_ms BIGINT, user_id TEXT, last_used_ms BIGINT, sessions_json TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (hash)
);

CREATE TABLE settings_kv (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);

CREATE TABLE subscriptions (
	tenant_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	acked_at_ms BIGINT, owner_key_id TEXT, filter_json TEXT, 
	PRIMARY KEY (tenant_id, name)
);

CREATE TABLE tenants (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	PRIMARY KEY (id)
);

CREATE TABLE timeline (
	session_id TEXT NOT NULL, 
	seq INTEGER NOT NULL, 
	at_ms BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT, 
	detail TEXT, 
	epoch BIGINT DEFAULT '0' NOT NULL, code INTEGER, 
	PRIMARY KEY (session_id, seq)
);

CREATE TABLE messages (
	order_no INTEGER NOT NULL, 
	direction TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	chat TEXT NOT NULL, 
	sender TEXT NOT NULL, 
	is_group INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	body_json TEXT NOT NULL, 
	raw BLOB NOT NULL, 
	timestamp_ms BIGINT NOT NULL, 
	taken_at_ms BIGINT NOT NULL, 
	event_id TEXT, 
	to_jid TEXT, 
	sent_at_ms BIGINT, 
	failed_at_ms BIGINT, 
	error_code TEXT, 
	error_detail TEXT, history_place BIGINT, 
	PRIMARY KEY (order_no), 
	CONSTRAINT uq_messages_message UNIQUE (session_id, message_id, chat, sender)
);

CREATE INDEX ix_messages_order ON messages (session_id, order_no);

CREATE INDEX ix_messages_chat ON messages (session_id, chat, order_no);

CREATE TABLE receipts (
	session_id TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	participant TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	PRIMARY KEY (session_id, message_id, participant, kind)
);

CREATE TABLE outbox (
	order_no INTEGER NOT NULL, 
	session_id TEXT NOT NULL, 
	chat TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	next_at_ms BIGINT, 
	tried_at_ms BIGINT, 
	not_before_ms BIGINT, 
	expires_at_ms BIGINT, 
	error_code TEXT, 
	error_detail TEXT, pace TEXT DEFAULT 'reply' NOT NULL, refers_to BIGINT, typing_ms INTEGER DEFAULT '0' NOT NULL, uncertain INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (order_no)
);

CREATE INDEX ix_outbox_lane ON outbox (session_id, chat, order_no);

CREATE INDEX ix_outbox_expires ON outbox (expires_at_ms);

CREATE TABLE idempotency (
	tenant_id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	order_no BIGINT NOT NULL, 
	expires_at_ms BIGINT, 
	PRIMARY KEY (tenant_id, session_id, phone, "key")
);

CREATE TABLE events (
	position INTEGER NOT NULL, 
	session_id TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	event_id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	type TEXT NOT NULL, 
	chat TEXT, 
	kind TEXT, 
	at_ms BIGINT NOT NULL, 
	message_order_no BIGINT, 
	data_json TEXT, 
	PRIMARY KEY (position), 
	CONSTRAINT uq_events_event_id UNIQUE (event_id), 
	CONSTRAINT uq_events_seq UNIQUE (session_id, seq)
);

CREATE TABLE "sessions" (
	id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	folder TEXT, 
	phone TEXT, 
	jid TEXT, 
	lid TEXT, 
	push_name TEXT, 
	wish TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT, 
	detail TEXT, 
	since_ms BIGINT NOT NULL, 
	epoch BIGINT DEFAULT '0' NOT NULL, 
	attempt INTEGER DEFAULT '0' NOT NULL, 
	retry_at_ms BIGINT, 
	banned_until_ms BIGINT, 
	last_connected_ms BIGINT, 
	last_heartbeat_ms BIGINT, 
	created_at_ms BIGINT NOT NULL, 
	deleted_at_ms BIGINT, 
	code INTEGER, revision BIGINT DEFAULT '0' NOT NULL, warnings TEXT, conflicts INTEGER DEFAULT '0' NOT NULL, replace_number INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (id)
);

CREATE UNIQUE INDEX uq_sessions_name ON sessions (tenant_id, name) WHERE deleted_at_ms IS NULL;

CREATE UNIQUE INDEX uq_sessions_phone ON sessions (phone) WHERE deleted_at_ms IS NULL;

CREATE TABLE unlinkings (
	id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	session TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	folder TEXT NOT NULL, 
	wrapped_key BLOB NOT NULL, 
	since_ms BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	by_hand INTEGER NOT NULL, 
	ended_at_ms BIGINT, 
	PRIMARY KEY (id)
);

CREATE INDEX ix_unlinkings_open ON unlinkings (ended_at_ms);

CREATE TABLE dashboard_links (
	hash TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	key_id TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	expires_at_ms BIGINT NOT NULL, 
	used_at_ms BIGINT, 
	PRIMARY KEY (hash)
);

CREATE TABLE alert_channels (
	id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	sealed BLOB NOT NULL, 
	shown TEXT NOT NULL, 
	min_severity TEXT NOT NULL, 
	resolved INTEGER NOT NULL, 
	internal INTEGER NOT NULL, 
	quiet_json TEXT, 
	created_at_ms BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_alert_channels_name UNIQUE (tenant_id, name)
);

CREATE TABLE alert_rules (
	tenant_id TEXT NOT NULL, 
	cause TEXT NOT NULL, 
	enabled INTEGER NOT NULL, 
	severity TEXT NOT NULL, 
	after_s INTEGER NOT NULL, 
	repeat_s INTEGER, 
	PRIMARY KEY (tenant_id, cause)
);

CREATE TABLE alerts (
	id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	subject_id TEXT NOT NULL, 
	cause TEXT NOT NULL, 
	severity TEXT NOT NULL, 
	phase TEXT NOT NULL, 
	active INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	phone TEXT, 
	detail TEXT NOT NULL, 
	opened_at_ms BIGINT NOT NULL, 
	due_ms BIGINT, 
	ended_at_ms BIGINT, 
	told_json TEXT NOT NULL, 
	PRIMARY KEY (id)
);

CREATE INDEX ix_alerts_subject ON alerts (tenant_id, subject_id, cause, id);

CREATE INDEX ix_alerts_due ON alerts (due_ms);

CREATE TABLE alert_deliveries (
	id TEXT NOT NULL, 
	channel_id TEXT NOT NULL, 
	alert_id TEXT NOT NULL, 
	told TEXT NOT NULL, 
	state TEXT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	next_at_ms BIGINT NOT NULL, 
	batch_id TEXT, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	error_code TEXT, 
	error_detail TEXT, 
	sent_at_ms BIGINT, detail TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id)
);

CREATE INDEX ix_alert_deliveries_waiting ON alert_deliveries (state, channel_id, next_at_ms);

CREATE INDEX ix_alert_deliveries_alert ON alert_deliveries (alert_id);

CREATE TABLE media (
	id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	mimetype TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	duration_s INTEGER NOT NULL, 
	waveform BLOB, 
	thumbnail BLOB, 
	used_at_ms BIGINT NOT NULL, 
	stored_at_ms BIGINT, 
	PRIMARY KEY (id)
);

CREATE INDEX ix_media_sha256 ON media (sha256);

CREATE INDEX ix_media_used ON media (used_at_ms);

CREATE TABLE attachments (
	order_no INTEGER NOT NULL, 
	session_id TEXT NOT NULL, 
	media_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	state TEXT NOT NULL, 
	direct_path TEXT, 
	url TEXT, 
	media_key BLOB, 
	file_enc_sha256 BLOB, 
	placed_at_ms BIGINT, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	next_at_ms BIGINT, 
	error_code TEXT, 
	PRIMARY KEY (order_no)
);

CREATE INDEX ix_attachments_media ON attachments (media_id);

CREATE INDEX ix_attachments_due ON attachments (state, session_id, next_at_ms);

CREATE TABLE fetch_policies (
	session_id TEXT NOT NULL, 
	kinds TEXT NOT NULL, 
	max_bytes BIGINT NOT NULL, 
	PRIMARY KEY (session_id)
);

CREATE TABLE habits (
	phone TEXT NOT NULL, 
	day INTEGER NOT NULL, 
	slots BIGINT NOT NULL, 
	PRIMARY KEY (phone, day)
);

CREATE INDEX ix_outbox_not_before ON outbox (not_before_ms) WHERE not_before_ms IS NOT NULL;

CREATE INDEX ix_outbox_refers_to ON outbox (refers_to) WHERE refers_to IS NOT NULL;

CREATE TABLE budgets (
	session_id TEXT NOT NULL, 
	budget TEXT NOT NULL, 
	whole_at_ms BIGINT NOT NULL, 
	PRIMARY KEY (session_id, budget)
);

CREATE TABLE phones (
	session_id TEXT NOT NULL, 
	jid TEXT NOT NULL, 
	seen_ms BIGINT NOT NULL, 
	told_day INTEGER NOT NULL, 
	PRIMARY KEY (session_id)
);

CREATE TABLE chats (
	session_id TEXT NOT NULL, 
	chat TEXT NOT NULL, 
	is_group INTEGER NOT NULL, 
	last_order_no BIGINT, 
	last_at_ms BIGINT, 
	unread INTEGER DEFAULT '0' NOT NULL, 
	read_order_no BIGINT DEFAULT '0' NOT NULL, 
	name TEXT, 
	push_name TEXT, 
	archived INTEGER DEFAULT '0' NOT NULL, 
	muted_until_ms BIGINT, 
	PRIMARY KEY (session_id, chat)
);

CREATE INDEX ix_chats_newest ON chats (session_id, last_at_ms, chat);

CREATE INDEX ix_chats_last ON chats (last_order_no);

CREATE TABLE bot_states (
	session_id TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	chat TEXT NOT NULL, 
	bot TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	version BIGINT NOT NULL, 
	data_json TEXT, 
	at_ms BIGINT NOT NULL, 
	PRIMARY KEY (session_id, phone, chat, bot)
);

CREATE TABLE steps (
	tenant_id TEXT NOT NULL, 
	subscription TEXT NOT NULL, 
	event_id TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	PRIMARY KEY (tenant_id, subscription, event_id)
);

CREATE TABLE reminders (
	session_id TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	chat TEXT NOT NULL, 
	bot TEXT NOT NULL, 
	name TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	due_ms BIGINT NOT NULL, 
	data_json TEXT NOT NULL, 
	PRIMARY KEY (session_id, phone, chat, bot, name)
);

CREATE INDEX ix_reminders_due ON reminders (due_ms);

CREATE TABLE handovers (
	session_id TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	chat TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	by_whom TEXT NOT NULL, 
	note TEXT NOT NULL, 
	since_ms BIGINT NOT NULL, 
	until_ms BIGINT, 
	PRIMARY KEY (session_id, phone, chat)
);

CREATE TABLE configuration (
	tenant_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	version BIGINT NOT NULL, 
	body_json TEXT NOT NULL, 
	author TEXT NOT NULL, 
	note TEXT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	PRIMARY KEY (tenant_id, name, version)
);

CREATE INDEX ix_api_keys_user ON api_keys (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE users (
	id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	password_hash TEXT NOT NULL, 
	totp_sealed BLOB, 
	totp_on INTEGER DEFAULT '0' NOT NULL, 
	totp_step BIGINT DEFAULT '0' NOT NULL, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	wait_until_ms BIGINT, 
	created_at_ms BIGINT NOT NULL, 
	password_at_ms BIGINT NOT NULL, 
	last_login_ms BIGINT, 
	locked_at_ms BIGINT, 
	deleted_at_ms BIGINT, 
	PRIMARY KEY (id)
);

CREATE UNIQUE INDEX uq_users_name ON users (tenant_id, name) WHERE deleted_at_ms IS NULL;

CREATE TABLE audit (
	id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	key_id TEXT, 
	user_id TEXT, 
	who TEXT NOT NULL, 
	source TEXT NOT NULL, 
	act TEXT NOT NULL, 
	target TEXT NOT NULL, 
	outcome TEXT, 
	PRIMARY KEY (id)
);

CREATE TABLE chauffeur_bookings (
	id TEXT NOT NULL, 
	tenant_id TEXT NOT NULL, 
	session_id TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	chat TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	reference TEXT NOT NULL, 
	status TEXT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	until_ms BIGINT NOT NULL, 
	form_json TEXT NOT NULL, 
	quote_json TEXT NOT NULL, 
	total TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	fee TEXT NOT NULL, 
	language TEXT NOT NULL, 
	note TEXT NOT NULL, 
	vehicle_class TEXT NOT NULL, 
	vehicle_id TEXT, 
	driver_id TEXT, 
	revision INTEGER NOT NULL, 
	created_at_ms BIGINT NOT NULL, 
	changed_at_ms BIGINT NOT NULL, back_at_ms BIGINT, back_until_ms BIGINT, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_chauffeur_bookings_key UNIQUE (tenant_id, "key")
);

CREATE INDEX ix_chauffeur_bookings_at ON chauffeur_bookings (tenant_id, at_ms, id);

CREATE INDEX ix_chauffeur_bookings_chat ON chauffeur_bookings (tenant_id, phone, chat, at_ms);

CREATE INDEX ix_chauffeur_bookings_reference ON chauffeur_bookings (tenant_id, reference);

CREATE TABLE chauffeur_resources (
	tenant_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	vehicle_class TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	active INTEGER NOT NULL, 
	PRIMARY KEY (tenant_id, id)
);

CREATE TABLE chauffeur_slots (
	tenant_id TEXT NOT NULL, 
	resource_id TEXT NOT NULL, 
	slot BIGINT NOT NULL, 
	taken_by TEXT NOT NULL, 
	PRIMARY KEY (tenant_id, resource_id, slot)
);

CREATE INDEX ix_chauffeur_slots_taken_by ON chauffeur_slots (tenant_id, taken_by);

CREATE VIRTUAL TABLE search USING fts5(words, scope, tokenize = 'ascii');

CREATE TABLE spellings (
	session_id TEXT NOT NULL, 
	asked TEXT NOT NULL, 
	found TEXT NOT NULL, 
	asked_at_ms BIGINT NOT NULL, 
	PRIMARY KEY (session_id, asked)
);

CREATE INDEX ix_messages_history ON messages (session_id, chat, history_place, timestamp_ms, order_no) WHERE history_place IS NOT NULL;

CREATE TABLE history_offers (
	session_id TEXT NOT NULL, 
	notice_id TEXT NOT NULL, 
	offer BLOB NOT NULL, 
	place BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	offered_at_ms BIGINT NOT NULL, 
	PRIMARY KEY (session_id, notice_id)
);

CREATE TABLE chauffeur_quotes (
	tenant_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	trip_json TEXT NOT NULL, 
	quote_json TEXT NOT NULL, 
	valid_until_ms BIGINT NOT NULL, 
	PRIMARY KEY (tenant_id, id)
);

CREATE INDEX ix_chauffeur_quotes_valid_until ON chauffeur_quotes (valid_until_ms);

CREATE TABLE presences (
	session_id TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	person TEXT NOT NULL, 
	PRIMARY KEY (session_id, phone, person)
);

CREATE INDEX ix_messages_undecryptable ON messages (session_id, order_no) WHERE kind = 'undecryptable';

CREATE TABLE labels (
	session_id TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	label_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	color INTEGER NOT NULL, 
	PRIMARY KEY (session_id, phone, label_id)
);

CREATE TABLE chat_labels (
	session_id TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	chat TEXT NOT NULL, 
	label_id TEXT NOT NULL, 
	PRIMARY KEY (session_id, phone, chat, label_id)
);

INSERT INTO "alembic_version" VALUES ('0027');

INSERT INTO "tenants" VALUES ('ten_default', 'default', 0);
