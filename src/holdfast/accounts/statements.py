"""The statements about keys and one-time links."""

from typing import Final

from holdfast.store import Statement

KEY_BY_HASH: Final = Statement(
    "accounts.key_by_hash",
    "Whose key this is, and whether it still holds.",
    "SELECT id, tenant_id, scopes, expires_at_ms, revoked_at_ms FROM api_keys WHERE hash = :hash",
)
ADD_KEY: Final = Statement(
    "accounts.add_key",
    "A new key.",
    """
    INSERT INTO api_keys (id, tenant_id, name, hash, scopes, kind, created_at_ms, expires_at_ms)
    VALUES (:id, :tenant_id, :name, :hash, :scopes, :kind, :created_at_ms, :expires_at_ms)
    """,
)
KEYS: Final = Statement(
    "accounts.keys",
    "A tenant's keys that were not revoked, oldest first.",
    """
    SELECT id, name, kind, scopes, created_at_ms, expires_at_ms FROM api_keys
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
    "A link that can still be used, and until when the key holds that has made it.",
    """
    SELECT k.tenant_id, k.id, l.scopes, k.expires_at_ms
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
