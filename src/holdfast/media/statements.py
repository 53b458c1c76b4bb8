"""The media room's statements."""

from typing import Final

from holdfast.store import Statement

#: What a file that is still to be fetched may be in.
_OPEN: Final = "('waiting', 'wanted', 'asked')"

EXPECT: Final = Statement(
    "media.expect",
    "Notes a content that a message names; one that is known already is used again.",
    """
INSERT INTO media (id, tenant_id, sha256, size_bytes, mimetype, file_name, width, height, duration_s,
  waveform, thumbnail, used_at_ms, stored_at_ms)
VALUES (:id, :tenant_id, :sha256, :size_bytes, :mimetype, :file_name, :width, :height, :duration_s, :waveform,
  :thumbnail, :used_at_ms, NULL)
ON CONFLICT (id) DO UPDATE SET used_at_ms = excluded.used_at_ms
""",
)
KEEP: Final = Statement(
    "media.keep",
    "Notes a file that is here now, with what was found out about it.",
    """
INSERT INTO media (id, tenant_id, sha256, size_bytes, mimetype, file_name, width, height, duration_s,
  waveform, thumbnail, used_at_ms, stored_at_ms)
VALUES (:id, :tenant_id, :sha256, :size_bytes, :mimetype, :file_name, :width, :height, :duration_s, :waveform,
  :thumbnail, :used_at_ms, :stored_at_ms)
ON CONFLICT (id) DO UPDATE SET size_bytes = excluded.size_bytes, mimetype = excluded.mimetype,
  file_name = excluded.file_name, width = excluded.width, height = excluded.height,
  duration_s = excluded.duration_s, waveform = coalesce(excluded.waveform, media.waveform),
  thumbnail = coalesce(excluded.thumbnail, media.thumbnail), used_at_ms = excluded.used_at_ms,
  stored_at_ms = excluded.stored_at_ms
""",
)
ARRIVED: Final = Statement(
    "media.arrived",
    "Notes that a content that a message named is here now.",
    """
UPDATE media SET size_bytes = :size_bytes, mimetype = :mimetype, stored_at_ms = :stored_at_ms,
  used_at_ms = :stored_at_ms WHERE id = :id
""",
)
_COLUMNS: Final = """
  id, tenant_id, sha256, size_bytes, mimetype, file_name, width, height, duration_s, waveform, thumbnail,
  used_at_ms, stored_at_ms
"""
ONE: Final = Statement(
    "media.one",
    "One content of a tenant.",
    f"SELECT {_COLUMNS} FROM media WHERE id = :id AND tenant_id = :tenant_id",
)
USED: Final = Statement(
    "media.used", "Notes that a content was used.", "UPDATE media SET used_at_ms = :now_ms WHERE id = :id"
)
STANDS: Final = Statement(
    "media.stands",
    "Where the file of every message stands that names this content.",
    "SELECT state, error_code FROM attachments WHERE media_id = :id",
)
ATTACH: Final = Statement(
    "media.attach",
    "Notes the file of a message.",
    """
INSERT INTO attachments (order_no, session_id, media_id, kind, state, direct_path, url, media_key,
  file_enc_sha256, placed_at_ms, attempts)
VALUES (:order_no, :session_id, :media_id, :kind, :state, :direct_path, NULL, :media_key,
  :file_enc_sha256, NULL, 0)
ON CONFLICT (order_no) DO NOTHING
""",
)
_TASK: Final = """
SELECT a.order_no, a.session_id, a.media_id, a.kind, a.state, a.direct_path, a.media_key, a.file_enc_sha256,
  a.attempts, m.tenant_id, m.sha256, m.size_bytes, m.stored_at_ms, g.message_id, g.chat, g.sender, g.body_json
FROM attachments a JOIN media m ON m.id = a.media_id JOIN messages g ON g.order_no = a.order_no
"""
DUE: Final = Statement(
    "media.due",
    "The files that a session may fetch now, oldest message first.",
    f"""
{_TASK} WHERE a.session_id = :session_id AND a.state IN {_OPEN}
  AND (coalesce(a.next_at_ms, 0) <= :now_ms OR a.next_at_ms > :latest)
ORDER BY a.order_no LIMIT :limit
""",
)
OF_MESSAGE: Final = Statement(
    "media.of_message",
    "The file of a session's message, ours where somebody else has chosen the same id.",
    f"""
{_TASK} WHERE g.session_id = :session_id AND g.message_id = :message_id
ORDER BY g.direction DESC, g.order_no DESC LIMIT 1
""",
)
OF_ORDER: Final = Statement(
    "media.of_order", "The file of a message, by its order number.", f"{_TASK} WHERE a.order_no = :order_no"
)
FETCHING: Final = Statement(
    "media.fetching",
    "The sessions that have files to fetch, now or later.",
    f"SELECT DISTINCT session_id FROM attachments WHERE state IN {_OPEN}",
)
NEXT_DUE: Final = Statement(
    "media.next_due",
    "When a session may fetch the next file; nothing when it has none to fetch.",
    f"""
SELECT min(coalesce(next_at_ms, 0)) FROM attachments
WHERE session_id = :session_id AND state IN {_OPEN}
""",
)
_SETTLE: Final = """
UPDATE attachments SET state = :state, direct_path = :direct_path, attempts = :attempts,
  next_at_ms = :next_at_ms, error_code = :error_code WHERE order_no = :order_no
"""
SETTLE: Final = Statement("media.settle", "Notes what becomes of a message's file.", _SETTLE)
ATTEMPTED: Final = Statement(
    "media.attempted",
    "Notes what an attempt to fetch a message's file came to, unless another attempt has settled it.",
    f"{_SETTLE} AND state IN {_OPEN}",
)
RECENT: Final = Statement(
    "media.recent",
    "Where a session has put a content on WhatsApp's servers lately.",
    """
SELECT direct_path, url, media_key, file_enc_sha256 FROM attachments
WHERE media_id = :media_id AND session_id = :session_id AND kind = :kind AND placed_at_ms > :since_ms
ORDER BY placed_at_ms DESC LIMIT 1
""",
)
MOVED: Final = Statement(
    "media.moved",
    "Notes how far the file of a message is.",
    "UPDATE attachments SET state = :state WHERE order_no = :order_no",
)
PLACED: Final = Statement(
    "media.placed",
    "Notes where the file of a message of ours lies on WhatsApp's servers.",
    """
UPDATE attachments SET state = 'placed', direct_path = :direct_path, url = :url, media_key = :media_key,
  file_enc_sha256 = :file_enc_sha256, placed_at_ms = :placed_at_ms WHERE order_no = :order_no
""",
)
FETCH_POLICY: Final = Statement(
    "media.fetch_policy",
    "Which files a session fetches by itself; nothing where it follows the installation.",
    "SELECT kinds, max_bytes FROM fetch_policies WHERE session_id = :session_id",
)
SET_FETCH_POLICY: Final = Statement(
    "media.set_fetch_policy",
    "Says which files a session fetches by itself.",
    """
INSERT INTO fetch_policies (session_id, kinds, max_bytes) VALUES (:session_id, :kinds, :max_bytes)
ON CONFLICT (session_id) DO UPDATE SET kinds = excluded.kinds, max_bytes = excluded.max_bytes
""",
)
FORGET_FETCH_POLICY: Final = Statement(
    "media.forget_fetch_policy",
    "Lets a session follow the installation again.",
    "DELETE FROM fetch_policies WHERE session_id = :session_id",
)
# What waits to be sent is needed however old it is.
OLD: Final = Statement(
    "media.old",
    "Files that nobody has used since then, or that no message names any more, oldest first.",
    f"""
SELECT m.id, m.sha256 FROM media m
WHERE (m.used_at_ms < :older_than
    OR m.used_at_ms < :unnamed_since AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.media_id = m.id))
  AND NOT EXISTS
    (SELECT 1 FROM attachments a JOIN outbox o ON o.order_no = a.order_no WHERE a.media_id = m.id)
  AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.media_id = m.id AND a.state IN {_OPEN})
  AND (m.stored_at_ms IS NOT NULL OR NOT EXISTS (SELECT 1 FROM attachments a WHERE a.media_id = m.id))
ORDER BY m.used_at_ms LIMIT :limit
""",
)
GONE: Final = Statement(
    "media.gone",
    "Notes that a file has left by retention.",
    "UPDATE media SET stored_at_ms = NULL, thumbnail = NULL WHERE id = :id",
)
EXPIRED: Final = Statement(
    "media.expired",
    "Says so on the messages that name it.",
    """
UPDATE attachments SET state = 'expired' WHERE media_id = :id AND state IN ('stored', 'uploading', 'placed')
""",
)
FORGET: Final = Statement(
    "media.forget",
    "Forgets a content that no message names.",
    "DELETE FROM media WHERE id = :id AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.media_id = :id)",
)
NEEDED: Final = Statement(
    "media.needed",
    "Does any tenant have this file, or wait for it?",
    f"""
SELECT 1 FROM media m WHERE m.sha256 = :sha256 AND (m.stored_at_ms IS NOT NULL OR EXISTS
  (SELECT 1 FROM attachments a WHERE a.media_id = m.id AND a.state IN {_OPEN})) LIMIT 1
""",
)
