"""The statements about alerts."""

from typing import Final

from holdfast.store import Statement

# ---- where the room stands in the journal ----------------------------------------------------------------

POSITION: Final = Statement(
    "alerts.position",
    "Up to where the journal was read for alerts.",
    "SELECT value FROM settings_kv WHERE key = 'alerts_position'",
)
KEEP_POSITION: Final = Statement(
    "alerts.keep_position",
    "Remember how far the journal was read.",
    """
    INSERT INTO settings_kv (key, value) VALUES ('alerts_position', :position)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
    """,
)
SESSION: Final = Statement(
    "alerts.session", "What a session is called.", "SELECT name, phone FROM sessions WHERE id = :session_id"
)

# ---- alerts ----------------------------------------------------------------------------------------------

_ALERT: Final = """
  a.id, a.subject_id, a.cause, a.severity, a.phase, a.active, a.subject, a.phone, a.detail,
  a.opened_at_ms, a.due_ms, a.ended_at_ms, a.told_json
"""
NOT_ENDED: Final = Statement(
    "alerts.not_ended",
    "The alerts of a subject that have not ended.",
    f"""
    SELECT {_ALERT} FROM alerts a
    WHERE a.tenant_id = :tenant_id AND a.subject_id = :subject_id AND a.phase <> 'ended' ORDER BY a.id
    """,
)
TROUBLED: Final = Statement(
    "alerts.troubled",
    "Every subject with an alert that has not ended.",
    "SELECT DISTINCT subject_id FROM alerts WHERE tenant_id = :tenant_id AND phase <> 'ended'",
)
LATEST: Final = Statement(
    "alerts.latest",
    "The last alert of a subject and cause, whether it has ended or not.",
    f"""
    SELECT {_ALERT} FROM alerts a
    WHERE a.tenant_id = :tenant_id AND a.subject_id = :subject_id AND a.cause = :cause
    ORDER BY a.id DESC LIMIT 1
    """,
)
DUE: Final = Statement(
    "alerts.due",
    "Alerts whose time has come.",
    f"""
    SELECT {_ALERT} FROM alerts a
    WHERE a.tenant_id = :tenant_id AND a.due_ms <= :now ORDER BY a.id LIMIT 500
    """,
)
NEXT_DUE: Final = Statement(
    "alerts.next_due",
    "When the next alert is due.",
    "SELECT min(due_ms) FROM alerts WHERE tenant_id = :tenant_id AND due_ms IS NOT NULL",
)
CLAMP_DUE: Final = Statement(
    "alerts.clamp_due",
    "A clock that was set back leaves nothing waiting longer than it may.",
    "UPDATE alerts SET due_ms = :latest WHERE tenant_id = :tenant_id AND due_ms > :latest",
)
ADD: Final = Statement(
    "alerts.add",
    "A new alert.",
    """
    INSERT INTO alerts (id, tenant_id, subject_id, cause, severity, phase, active, subject, phone, detail,
      opened_at_ms, due_ms, ended_at_ms, told_json)
    VALUES (:id, :tenant_id, :subject_id, :cause, :severity, :phase, :active, :subject, :phone, :detail,
      :opened_at_ms, :due_ms, :ended_at_ms, :told_json)
    """,
)
MOVE: Final = Statement(
    "alerts.move",
    "An alert is in another phase.",
    """
    UPDATE alerts SET phase = :phase, active = :active, due_ms = :due_ms, ended_at_ms = :ended_at_ms,
      told_json = :told_json WHERE id = :id
    """,
)
HISTORY: Final = Statement(
    "alerts.history",
    "Alerts that were told or wait to be, newest first.",
    f"""
    SELECT {_ALERT} FROM alerts a
    WHERE a.tenant_id = :tenant_id AND (:before = '' OR a.id < :before) AND a.told_json <> '[]'
      AND (:only_open = 0 OR a.phase <> 'ended')
    ORDER BY a.id DESC LIMIT :most
    """,
)
FORGET: Final = Statement(
    "alerts.forget",
    "Alerts that ended long ago.",
    "DELETE FROM alerts WHERE phase = 'ended' AND ended_at_ms < :older_than",
)

# ---- notifications ---------------------------------------------------------------------------------------

ADD_DELIVERY: Final = Statement(
    "alerts.add_delivery",
    "A channel is to be told.",
    """
    INSERT INTO alert_deliveries (id, channel_id, alert_id, told, detail, state, at_ms, next_at_ms)
    VALUES (:id, :channel_id, :alert_id, :told, :detail, 'waiting', :now, :next_at_ms)
    """,
)
NEXT_OF_CHANNELS: Final = Statement(
    "alerts.next_of_channels",
    "When each channel has something to tell.",
    """
    SELECT d.channel_id, min(d.next_at_ms) FROM alert_deliveries d WHERE d.state = 'waiting'
    GROUP BY d.channel_id
    """,
)
WAITING: Final = Statement(
    "alerts.waiting",
    "What a channel is to be told now, what was begun before first.",
    """
    SELECT d.id, d.batch_id, d.attempts, a.id, d.told, a.severity, a.cause, a.subject, a.phone, d.detail,
      a.opened_at_ms, d.at_ms
    FROM alert_deliveries d JOIN alerts a ON a.id = d.alert_id
    WHERE d.state = 'waiting' AND d.channel_id = :channel_id AND d.next_at_ms <= :now
    ORDER BY CASE WHEN d.batch_id IS NULL THEN 1 ELSE 0 END, d.batch_id, d.id LIMIT 500
    """,
)
BEGIN: Final = Statement(
    "alerts.begin",
    "This goes out in this message.",
    "UPDATE alert_deliveries SET batch_id = :batch_id WHERE id = :id",
)
POSTPONE: Final = Statement(
    "alerts.postpone",
    "It is told later.",
    "UPDATE alert_deliveries SET next_at_ms = :next_at_ms WHERE id = :id",
)
SENT: Final = Statement(
    "alerts.sent",
    "A message went out.",
    """
    UPDATE alert_deliveries SET state = 'sent', attempts = attempts + 1, sent_at_ms = :now,
      error_code = NULL, error_detail = NULL
    WHERE batch_id = :batch_id AND state = 'waiting'
    """,
)
FAILED: Final = Statement(
    "alerts.failed",
    "A message did not go out: again later, or given up.",
    """
    UPDATE alert_deliveries SET state = :state, attempts = attempts + 1, next_at_ms = :next_at_ms,
      error_code = :error_code, error_detail = :error_detail
    WHERE batch_id = :batch_id AND state = 'waiting'
    """,
)
HASTEN: Final = Statement(
    "alerts.hasten",
    "The channel takes messages: what waited for it goes now.",
    """
    UPDATE alert_deliveries SET next_at_ms = :now
    WHERE channel_id = :channel_id AND state = 'waiting' AND next_at_ms > :now
    """,
)
CLAMP_NEXT: Final = Statement(
    "alerts.clamp_next",
    "A clock that was set back leaves nothing waiting longer than it may.",
    "UPDATE alert_deliveries SET next_at_ms = :latest WHERE state = 'waiting' AND next_at_ms > :latest",
)
REVIVE: Final = Statement(
    "alerts.revive",
    "What was given up is tried again.",
    """
    UPDATE alert_deliveries SET state = 'waiting', attempts = 0, next_at_ms = :now
    WHERE state = 'dead' AND (:id = '' OR id = :id)
      AND channel_id IN (SELECT c.id FROM alert_channels c WHERE c.tenant_id = :tenant_id)
    """,
)
DELIVERIES: Final = Statement(
    "alerts.deliveries",
    "Who was told of these alerts, and how that went.",
    """
    WITH wanted(alert_id) AS (VALUES {keys})
    SELECT d.id, d.alert_id, c.name, d.told, d.state, d.at_ms, d.next_at_ms, d.attempts, d.error_code,
      d.error_detail, d.sent_at_ms
    FROM wanted w JOIN alert_deliveries d ON d.alert_id = w.alert_id
    JOIN alert_channels c ON c.id = d.channel_id ORDER BY d.id
    """,
)
DEAD: Final = Statement(
    "alerts.dead",
    "What was given up, newest first.",
    """
    SELECT d.id, d.alert_id, c.name, d.told, d.state, d.at_ms, d.next_at_ms, d.attempts, d.error_code,
      d.error_detail, d.sent_at_ms
    FROM alert_deliveries d JOIN alert_channels c ON c.id = d.channel_id
    WHERE c.tenant_id = :tenant_id AND d.state = 'dead' ORDER BY d.id DESC LIMIT :most
    """,
)
FORGET_DELIVERIES: Final = Statement(
    "alerts.forget_deliveries",
    "Notifications of alerts that are no longer there.",
    "DELETE FROM alert_deliveries WHERE alert_id NOT IN (SELECT id FROM alerts)",
)

# ---- channels and rules ----------------------------------------------------------------------------------

CHANNELS: Final = Statement(
    "alerts.channels",
    "A tenant's channels by name.",
    """
    SELECT id, name, kind, shown, min_severity, resolved, internal, quiet_json, created_at_ms, sealed
    FROM alert_channels WHERE tenant_id = :tenant_id ORDER BY name
    """,
)
PUT_CHANNEL: Final = Statement(
    "alerts.put_channel",
    "A channel, new or changed.",
    """
    INSERT INTO alert_channels (id, tenant_id, name, kind, sealed, shown, min_severity, resolved, internal,
      quiet_json, created_at_ms)
    VALUES (:id, :tenant_id, :name, :kind, :sealed, :shown, :min_severity, :resolved, :internal, :quiet_json,
      :created_at_ms)
    ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, sealed = excluded.sealed, shown = excluded.shown,
      min_severity = excluded.min_severity, resolved = excluded.resolved, internal = excluded.internal,
      quiet_json = excluded.quiet_json
    """,
)
SEALED: Final = Statement(
    "alerts.sealed",
    "The sealed targets of all channels.",
    "SELECT id, sealed FROM alert_channels ORDER BY id",
)
RESEAL: Final = Statement(
    "alerts.reseal",
    "A channel's target, sealed by another key.",
    "UPDATE alert_channels SET sealed = :sealed WHERE id = :id",
)
DELETE_CHANNEL: Final = Statement(
    "alerts.delete_channel",
    "A channel is no longer wanted.",
    "DELETE FROM alert_channels WHERE tenant_id = :tenant_id AND id = :id",
)
DELETE_DELIVERIES: Final = Statement(
    "alerts.delete_deliveries",
    "What a channel had to tell leaves with it.",
    "DELETE FROM alert_deliveries WHERE channel_id = :channel_id",
)
RULES: Final = Statement(
    "alerts.rules",
    "The rules that differ from the shipped ones.",
    "SELECT cause, enabled, severity, after_s, repeat_s FROM alert_rules WHERE tenant_id = :tenant_id",
)
PUT_RULE: Final = Statement(
    "alerts.put_rule",
    "A rule that differs.",
    """
    INSERT INTO alert_rules (tenant_id, cause, enabled, severity, after_s, repeat_s)
    VALUES (:tenant_id, :cause, :enabled, :severity, :after_s, :repeat_s)
    ON CONFLICT (tenant_id, cause) DO UPDATE SET enabled = excluded.enabled, severity = excluded.severity,
      after_s = excluded.after_s, repeat_s = excluded.repeat_s
    """,
)
DELETE_RULE: Final = Statement(
    "alerts.delete_rule",
    "A rule is as shipped again.",
    "DELETE FROM alert_rules WHERE tenant_id = :tenant_id AND cause = :cause",
)
