"""The statements about bots' steps."""

from typing import Final

from holdfast.store import Statement

EVENT: Final = Statement(
    "steps.event",
    "The event that a step is about: its place, session and chat.",
    "SELECT position, session_id, chat FROM events WHERE event_id = :event_id AND tenant_id = :tenant_id",
)
DONE: Final = Statement(
    "steps.done",
    "Was there a step for this event?",
    """
    SELECT 1 FROM steps
    WHERE tenant_id = :tenant_id AND subscription = :subscription AND event_id = :event_id
    """,
)
DONE_AFTER: Final = Statement(
    "steps.done_after",
    "The events after a place that a subscription's bots are done with.",
    """
    SELECT event_id FROM steps
    WHERE tenant_id = :tenant_id AND subscription = :subscription AND position > :after
    """,
)
ADD: Final = Statement(
    "steps.add",
    "A subscription's bots are done with an event.",
    """
    INSERT INTO steps (tenant_id, subscription, event_id, position)
    VALUES (:tenant_id, :subscription, :event_id, :position)
    """,
)
FORGET_STEPS: Final = Statement(
    "steps.forget_steps",
    "Forgets the steps that a subscription's place says as well, and those of subscriptions that are gone.",
    """
    DELETE FROM steps WHERE NOT EXISTS (
      SELECT 1 FROM subscriptions s WHERE s.tenant_id = steps.tenant_id AND s.name = steps.subscription
        AND s.position < steps.position
    )
    """,
)
STATES: Final = Statement(
    "steps.states",
    "What bots remember, by number, chat and bot.",
    """
    WITH wanted(session_id, phone, chat, bot) AS (VALUES {keys})
    SELECT b.session_id, b.phone, b.chat, b.bot, b.version, b.data_json
    FROM wanted w JOIN bot_states b ON b.session_id = w.session_id AND b.phone = w.phone
      AND b.chat = w.chat AND b.bot = w.bot
    """,
)
KEEP_STATE: Final = Statement(
    "steps.keep_state",
    "What a bot remembers of a chat from now on.",
    """
    INSERT INTO bot_states (session_id, phone, chat, bot, tenant_id, version, data_json, at_ms)
    VALUES (:session_id, :phone, :chat, :bot, :tenant_id, :version, :data_json, :at_ms)
    ON CONFLICT (session_id, phone, chat, bot)
    DO UPDATE SET version = excluded.version, data_json = excluded.data_json, at_ms = excluded.at_ms
    """,
)
FORGET_STATE: Final = Statement(
    "steps.forget_state",
    "A chat has another name now: the state stands under that one.",
    """
    DELETE FROM bot_states
    WHERE session_id = :session_id AND phone = :phone AND chat = :chat AND bot = :bot
    """,
)
FORGET_CLEARED: Final = Statement(
    "steps.forget_cleared",
    "Forgets the versions of states that were cleared long ago.",
    "DELETE FROM bot_states WHERE data_json IS NULL AND at_ms < :older_than",
)
KEEP_REMINDER: Final = Statement(
    "steps.keep_reminder",
    "Remind a bot of something at a time; again: at another one.",
    """
    INSERT INTO reminders (session_id, phone, chat, bot, name, tenant_id, due_ms, data_json)
    VALUES (:session_id, :phone, :chat, :bot, :name, :tenant_id, :due_ms, :data_json)
    ON CONFLICT (session_id, phone, chat, bot, name)
    DO UPDATE SET due_ms = excluded.due_ms, data_json = excluded.data_json
    """,
)
FORGET_REMINDER: Final = Statement(
    "steps.forget_reminder",
    "A reminder is over, or not wanted any more.",
    """
    DELETE FROM reminders WHERE session_id = :session_id AND phone = :phone AND chat = :chat AND bot = :bot
      AND name = :name
    """,
)
REMINDERS_OF: Final = Statement(
    "steps.reminders_of",
    "The reminders of a number, by time.",
    """
    SELECT chat, bot, name, due_ms, data_json FROM reminders
    WHERE session_id = :session_id AND phone = :phone ORDER BY due_ms, chat, bot, name LIMIT :most
    """,
)
DUE: Final = Statement(
    "steps.due",
    "Reminders whose time has come, and the number that their session has now.",
    """
    SELECT r.session_id, r.phone, r.chat, r.bot, r.name, r.tenant_id, r.due_ms, r.data_json, s.phone
    FROM reminders r LEFT JOIN sessions s ON s.id = r.session_id AND s.deleted_at_ms IS NULL
    WHERE r.due_ms <= :now_ms ORDER BY r.due_ms LIMIT :most
    """,
)
NEXT_DUE: Final = Statement(
    "steps.next_due",
    "When the next reminder is due; NULL without one.",
    "SELECT min(due_ms) FROM reminders",
)
HANDOVERS: Final = Statement(
    "steps.handovers",
    "Which of these chats a human has taken over, and is not over.",
    """
    WITH wanted(session_id, phone, chat) AS (VALUES {keys})
    SELECT h.session_id, h.phone, h.chat, h.by_whom, h.note, h.since_ms, h.until_ms
    FROM wanted w JOIN handovers h ON h.session_id = w.session_id AND h.phone = w.phone AND h.chat = w.chat
    WHERE h.until_ms IS NULL OR h.until_ms > :now_ms
    """,
)
HANDOVERS_OF: Final = Statement(
    "steps.handovers_of",
    "Every chat of a number that is with a human.",
    """
    SELECT chat, by_whom, note, since_ms, until_ms FROM handovers
    WHERE session_id = :session_id AND phone = :phone AND (until_ms IS NULL OR until_ms > :now_ms)
    ORDER BY since_ms, chat
    """,
)
HAND_OVER: Final = Statement(
    "steps.hand_over",
    "A human takes a chat over; again: with another note or time.",
    """
    INSERT INTO handovers (session_id, phone, chat, tenant_id, by_whom, note, since_ms, until_ms)
    VALUES (:session_id, :phone, :chat, :tenant_id, :by_whom, :note, :since_ms, :until_ms)
    ON CONFLICT (session_id, phone, chat) DO UPDATE
    SET by_whom = excluded.by_whom, note = excluded.note, until_ms = excluded.until_ms
    """,
)
HAND_BACK: Final = Statement(
    "steps.hand_back",
    "The bots have a chat again.",
    "DELETE FROM handovers WHERE session_id = :session_id AND phone = :phone AND chat = :chat",
)
ENDED_HANDOVERS: Final = Statement(
    "steps.ended_handovers",
    "Chats whose time with a human is over.",
    """
    SELECT session_id, phone, chat, tenant_id FROM handovers WHERE until_ms <= :now_ms
    ORDER BY until_ms LIMIT :most
    """,
)
NEXT_END: Final = Statement(
    "steps.next_end",
    "When the next chat's time with a human is over; NULL without one.",
    "SELECT min(until_ms) FROM handovers",
)
STATES_GO: Final = Statement(
    "steps.states_go",
    "Forgets what bots remember of a session that is deleted.",
    "DELETE FROM bot_states WHERE session_id = :session_id",
)
REMINDERS_GO: Final = Statement(
    "steps.reminders_go",
    "Forgets the reminders of a session that is deleted.",
    "DELETE FROM reminders WHERE session_id = :session_id",
)
HANDOVERS_GO: Final = Statement(
    "steps.handovers_go",
    "Forgets which chats of a session that is deleted were with a human.",
    "DELETE FROM handovers WHERE session_id = :session_id",
)
