"""The statements about keys, one-time links, users, and who did what."""

from typing import Final

from holdfast.store import Statement

KEY_BY_HASH: Final = Statement(
    "accounts.key_by_hash",
    "Whose key this is, and whether it still holds.",
    """
    SELECT id, tenant_id, scopes, expires_at_ms, revoked_at_ms, name, kind, user_id, last_used_ms,
      sessions_json
    FROM api_keys WHERE hash = :hash
    """,
)
ADD_KEY: Final = Statement(
    "accounts.add_key",
    "A new key.",
    """
    INSERT INTO api_keys (id, tenant_id, name, hash, scopes, kind, created_at_ms, expires_at_ms, user_id,
      sessions_json)
    VALUES (:id, :tenant_id, :name, :hash, :scopes, :kind, :created_at_ms, :expires_at_ms, :user_id,
      :sessions_json)
    """,
)
KEYS: Final = Statement(
    "accounts.keys",
    "A tenant's keys that were not revoked, oldest first.",
    """
    SELECT id, name, kind, scopes, created_at_ms, expires_at_ms, last_used_ms, user_id, sessions_json
    FROM api_keys
    WHERE tenant_id = :tenant_id AND revoked_at_ms IS NULL ORDER BY id
    """,
)
REVOKE: Final = Statement(
    "accounts.revoke",
    "End a key. One that has ended keeps its time.",
    """
    UPDATE api_keys SET revoked_at_ms = coalesce(revoked_at_ms, :now)
    WHERE id = :id AND tenant_id = :tenant_id
    """,
)
USED: Final = Statement(
    "accounts.used",
    "Note when a key was used last.",
    "UPDATE api_keys SET last_used_ms = :now WHERE id = :id",
)
REVOKE_KIND: Final = Statement(
    "accounts.revoke_kind",
    "End every key of a kind.",
    "UPDATE api_keys SET revoked_at_ms = :now WHERE kind = :kind AND revoked_at_ms IS NULL",
)
ADD_LINK: Final = Statement(
    "accounts.add_link",
    "A new one-time link.",
    """
    INSERT INTO dashboard_links (hash, tenant_id, key_id, scopes, created_at_ms, expires_at_ms)
    VALUES (:hash, :tenant_id, :key_id, :scopes, :created_at_ms, :expires_at_ms)
    """,
)
OPEN_LINK: Final = Statement(
    "accounts.open_link",
    "A link that can still be used; what the key may do that has made it, and until when.",
    """
    SELECT k.tenant_id, k.id, l.scopes, k.expires_at_ms, k.scopes
    FROM dashboard_links l JOIN api_keys k ON k.id = l.key_id
    WHERE l.hash = :hash AND l.used_at_ms IS NULL AND l.expires_at_ms > :now
      AND k.revoked_at_ms IS NULL AND (k.expires_at_ms IS NULL OR k.expires_at_ms > :now)
    """,
)
USE_LINKS: Final = Statement(
    "accounts.use_links",
    "Use every open link that a key has made.",
    "UPDATE dashboard_links SET used_at_ms = :now WHERE key_id = :key_id AND used_at_ms IS NULL",
)

_USER = (
    "id, tenant_id, name, role, password_hash, totp_sealed, totp_on, totp_step, failures, wait_until_ms, "
    "created_at_ms, last_login_ms, locked_at_ms"
)

USER_BY_REF: Final = Statement(
    "accounts.user_by_ref",
    "A user of a tenant, by name or id.",
    f"""
    SELECT {_USER} FROM users
    WHERE tenant_id = :tenant_id AND (name = :ref OR id = :ref) AND deleted_at_ms IS NULL
    """,
)
USERS: Final = Statement(
    "accounts.users",
    "Every user of a tenant, by name.",
    f"SELECT {_USER} FROM users WHERE tenant_id = :tenant_id AND deleted_at_ms IS NULL ORDER BY name",
)
USER_COUNT: Final = Statement(
    "accounts.user_count",
    "How many users there are.",
    "SELECT count(*) FROM users WHERE tenant_id = :tenant_id AND deleted_at_ms IS NULL",
)
OTHER_OWNERS: Final = Statement(
    "accounts.other_owners",
    "How many other users can give access.",
    """
    SELECT count(*) FROM users WHERE tenant_id = :tenant_id AND role = 'owner' AND id <> :id
      AND locked_at_ms IS NULL AND deleted_at_ms IS NULL
    """,
)
ADD_USER: Final = Statement(
    "accounts.add_user",
    "A new user, unless the name is taken.",
    """
    INSERT INTO users (id, tenant_id, name, role, password_hash, created_at_ms, password_at_ms)
    VALUES (:id, :tenant_id, :name, :role, :password_hash, :now, :now)
    """,
)
SET_ROLE: Final = Statement(
    "accounts.set_role", "Another role.", "UPDATE users SET role = :role WHERE id = :id"
)
LOCK_USER: Final = Statement(
    "accounts.lock_user",
    "Lock a user, or let it in again.",
    "UPDATE users SET locked_at_ms = :at WHERE id = :id",
)
SET_PASSWORD: Final = Statement(
    "accounts.set_password",
    "Another password; what was guessed before no longer counts.",
    """
    UPDATE users SET password_hash = :password_hash, password_at_ms = :now, failures = 0, wait_until_ms = NULL
    WHERE id = :id
    """,
)
DELETE_USER: Final = Statement(
    "accounts.delete_user",
    "Remove a user; its name becomes free.",
    "UPDATE users SET deleted_at_ms = :now, password_hash = '', totp_sealed = NULL WHERE id = :id",
)
COUNT_ATTEMPT: Final = Statement(
    "accounts.count_attempt",
    "Count an attempt before it is looked at.",
    "UPDATE users SET failures = :failures, wait_until_ms = :wait_until WHERE id = :id",
)
LOGGED_IN: Final = Statement(
    "accounts.logged_in",
    "The password was right, and the code where one is asked for.",
    """
    UPDATE users SET failures = 0, wait_until_ms = NULL, last_login_ms = :now, totp_step = :totp_step
    WHERE id = :id
    """,
)
OFFER_TOTP: Final = Statement(
    "accounts.offer_totp",
    "A secret for the second step, which is not asked for yet.",
    "UPDATE users SET totp_sealed = :sealed, totp_on = 0 WHERE id = :id AND totp_on = 0",
)
BEGIN_TOTP: Final = Statement(
    "accounts.begin_totp",
    "From now on the second step is asked for.",
    "UPDATE users SET totp_on = 1, totp_step = :step WHERE id = :id AND totp_sealed IS NOT NULL",
)
END_TOTP: Final = Statement(
    "accounts.end_totp",
    "The second step is no longer asked for.",
    "UPDATE users SET totp_sealed = NULL, totp_on = 0 WHERE id = :id",
)
END_LOGINS: Final = Statement(
    "accounts.end_logins",
    "End every login of a user but one.",
    """
    UPDATE api_keys SET revoked_at_ms = :now
    WHERE user_id = :id AND id <> :but AND revoked_at_ms IS NULL
    """,
)
NOTE_ACT: Final = Statement(
    "accounts.note_act",
    "Somebody is about to do something.",
    """
    INSERT INTO audit (id, tenant_id, at_ms, key_id, user_id, who, source, act, target)
    VALUES (:id, :tenant_id, :at_ms, :key_id, :user_id, :who, :source, :act, :target)
    """,
)
END_ACT: Final = Statement(
    "accounts.end_act",
    "What came of it.",
    "UPDATE audit SET outcome = :outcome, target = :target WHERE id = :id",
)
ACTS: Final = Statement(
    "accounts.acts",
    "What was done before a moment, newest first.",
    """
    SELECT id, at_ms, key_id, user_id, who, source, act, target, outcome FROM audit
    WHERE tenant_id = :tenant_id AND id < :before ORDER BY id DESC LIMIT :limit
    """,
)
