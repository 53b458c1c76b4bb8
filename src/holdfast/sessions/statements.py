"""The statements about sessions, their timelines, and devices that are still to be unlinked."""

from typing import Final

from holdfast.store import Statement

LOAD: Final = Statement(
    "sessions.load",
    "Every session that was not deleted, oldest first, with the number of its newest change.",
    """
    SELECT s.id, s.tenant_id, s.name, s.wish, s.created_at_ms, s.folder, s.phone, s.jid, s.lid, s.push_name,
      s.state, s.reason, s.detail, s.code, s.since_ms, s.epoch, s.attempt, s.retry_at_ms, s.banned_until_ms,
      s.last_connected_ms, s.last_heartbeat_ms, s.revision, s.warnings, s.conflicts,
      s.replace_number,
      (SELECT coalesce(max(seq), 0) FROM timeline t WHERE t.session_id = s.id)
    FROM sessions s WHERE s.deleted_at_ms IS NULL ORDER BY s.id
    """,
)
PHONES: Final = Statement(
    "sessions.phones",
    "When the phone of each session was seen last.",
    "SELECT session_id, jid, seen_ms, told_day FROM phones",
)
KEEP_PHONE: Final = Statement(
    "sessions.keep_phone",
    "A phone was seen, or its silence was told.",
    """
    INSERT INTO phones (session_id, jid, seen_ms, told_day) VALUES (:session_id, :jid, :seen_ms, :told_day)
    ON CONFLICT (session_id) DO UPDATE SET jid = excluded.jid, seen_ms = excluded.seen_ms,
      told_day = excluded.told_day
    """,
)
GONE: Final = Statement(
    "sessions.gone", "The ids of deleted sessions.", "SELECT id FROM sessions WHERE deleted_at_ms IS NOT NULL"
)
OWNERS: Final = Statement(
    "sessions.owners",
    "Whose sessions there are and were, deleted ones included.",
    "SELECT id, tenant_id, name FROM sessions",
)
ADD: Final = Statement(
    "sessions.add",
    "A new session.",
    """
    INSERT INTO sessions (id, tenant_id, name, folder, phone, jid, lid, push_name, wish, state, reason,
      since_ms, created_at_ms, revision, replace_number)
    VALUES (:id, :tenant_id, :name, :folder, :phone, :jid, :lid, :push_name, :wish, :state, :reason,
      :since_ms, :created_at_ms, :revision, :replace_number)
    """,
)
UPDATE: Final = Statement(
    "sessions.update",
    "Bring a session up to date. A deleted one stays as it is, whatever comes late.",
    """
    UPDATE sessions SET name = :name, folder = :folder, phone = :phone, jid = :jid, lid = :lid,
      push_name = :push_name, wish = :wish, state = :state, reason = :reason, detail = :detail,
      code = :code, since_ms = :since_ms, epoch = :epoch,
      attempt = :attempt, retry_at_ms = :retry_at_ms, banned_until_ms = :banned_until_ms,
      conflicts = :conflicts, last_connected_ms = :last_connected_ms, revision = :revision,
      warnings = :warnings, replace_number = :replace_number
    WHERE id = :id AND deleted_at_ms IS NULL
    """,
)
GIVE_UP_NUMBER: Final = Statement(
    "sessions.give_up_number",
    "Frees the number of a session whose record is about to be written again.",
    "UPDATE sessions SET phone = NULL WHERE id = :id AND deleted_at_ms IS NULL",
)
UPDATE_STATE: Final = Statement(
    "sessions.update_state",
    "Bring up to date what a session is, where the database refuses who it is.",
    """
    UPDATE sessions SET state = :state, reason = :reason, detail = :detail, code = :code,
      since_ms = :since_ms, epoch = :epoch, attempt = :attempt, retry_at_ms = :retry_at_ms
    WHERE id = :id AND deleted_at_ms IS NULL
    """,
)
ADD_CHANGE: Final = Statement(
    "sessions.add_change",
    "Note a change in a session's timeline.",
    """
    INSERT INTO timeline (session_id, seq, at_ms, state, reason, detail, code, epoch)
    VALUES (:session_id, :seq, :at_ms, :state, :reason, :detail, :code, :epoch)
    """,
)
HEARTBEAT: Final = Statement(
    "sessions.heartbeat",
    "Note when a session was last heard.",
    "UPDATE sessions SET last_heartbeat_ms = :at_ms WHERE id = :id",
)
DELETE: Final = Statement(
    "sessions.delete",
    "Mark a session as deleted. Its number becomes free; messages and events keep their session.",
    """
    UPDATE sessions SET deleted_at_ms = :now, phone = NULL, folder = NULL
    WHERE id = :id AND deleted_at_ms IS NULL
    """,
)
CHANGES: Final = Statement(
    "sessions.changes",
    "The newest changes of a session before one of them, newest first, and when the next one came.",
    """
    SELECT t.seq, t.at_ms, t.state, t.reason, t.detail, t.code, t.epoch,
      (SELECT n.at_ms FROM timeline n WHERE n.session_id = t.session_id AND n.seq = t.seq + 1)
    FROM timeline t WHERE t.session_id = :session_id AND t.seq < :before
    ORDER BY t.seq DESC LIMIT :most
    """,
)
HISTORY: Final = Statement(
    "sessions.history",
    "A session's changes since then, newest first.",
    """
    SELECT seq, at_ms, state, reason, detail, code, epoch FROM timeline
    WHERE session_id = :session_id AND at_ms >= :since ORDER BY seq DESC LIMIT 100000
    """,
)
CHANGE_BEFORE: Final = Statement(
    "sessions.change_before",
    "A session's last change before then.",
    """
    SELECT seq, at_ms, state, reason, detail, code, epoch FROM timeline
    WHERE session_id = :session_id AND at_ms < :since ORDER BY seq DESC LIMIT 1
    """,
)
CHANGES_SINCE: Final = Statement(
    "sessions.changes_since",
    "Every session's changes since then, oldest first.",
    """
    SELECT session_id, seq, at_ms, state, reason, detail, code, epoch FROM timeline WHERE at_ms >= :since
    ORDER BY session_id, seq
    """,
)
HABITS: Final = Statement(
    "sessions.habits",
    "When messages came to each number: the slots of its days.",
    "SELECT phone, day, slots FROM habits",
)
KEEP_HABIT: Final = Statement(
    "sessions.keep_habit",
    "Messages came to a number in this slot of a day. Safe to repeat.",
    """
    INSERT INTO habits (phone, day, slots) VALUES (:phone, :day, :slots)
    ON CONFLICT (phone, day) DO UPDATE SET slots = habits.slots | excluded.slots
    """,
)
FORGET_HABITS: Final = Statement(
    "sessions.forget_habits", "Forget days that are over for long.", "DELETE FROM habits WHERE day < :oldest"
)
HABITS_POSITION: Final = Statement(
    "sessions.habits_position",
    "Up to where the journal has been looked at.",
    "SELECT value FROM settings_kv WHERE key = 'habits.position'",
)
KEEP_HABITS_POSITION: Final = Statement(
    "sessions.keep_habits_position",
    "Remembers up to where the journal has been looked at.",
    """
    INSERT INTO settings_kv (key, value) VALUES ('habits.position', :position)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
    """,
)
JOURNAL_HEAD: Final = Statement(
    "sessions.journal_head", "The newest event.", "SELECT coalesce(max(position), 0) FROM events"
)
MESSAGES_CAME: Final = Statement(
    "sessions.messages_came",
    "The half hours in which messages came between two positions of the journal, and when the last one did.",
    """
    SELECT session_id, at_ms / 1800000, max(at_ms) FROM events
    WHERE position > :after AND position <= :head AND type = 'message.received'
    GROUP BY session_id, at_ms / 1800000
    """,
)
UNLINKINGS: Final = Statement(
    "sessions.unlinkings",
    "Every device that is still to be unlinked, oldest first.",
    """
    SELECT id, tenant_id, session_id, session, phone, folder, wrapped_key, since_ms, attempts, by_hand
    FROM unlinkings WHERE ended_at_ms IS NULL ORDER BY id
    """,
)
ADD_UNLINKING: Final = Statement(
    "sessions.add_unlinking",
    "A device is to be unlinked.",
    """
    INSERT INTO unlinkings (id, tenant_id, session_id, session, phone, folder, wrapped_key, since_ms,
      attempts, by_hand)
    VALUES (:id, :tenant_id, :session_id, :session, :phone, :folder, :wrapped_key, :since_ms, 0, 0)
    """,
)
UNLINKING_TRIED: Final = Statement(
    "sessions.unlinking_tried",
    "An attempt did not succeed.",
    "UPDATE unlinkings SET attempts = :attempts, by_hand = :by_hand WHERE id = :id",
)
END_UNLINKING: Final = Statement(
    "sessions.end_unlinking",
    "It is over: unlinked, or nothing that a program can do.",
    "UPDATE unlinkings SET ended_at_ms = :now WHERE id = :id",
)
