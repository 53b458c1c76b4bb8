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
    INSERT INTO dashboard_links (hash, tenant_id, created_at_ms, expires_at_ms)
    VALUES (:hash, :tenant_id, :created_at_ms, :expires_at_ms)
    """,
)
LINK_OWNER: Final = Statement(
    "accounts.link_owner", "Whose link this is.", "SELECT tenant_id FROM dashboard_links WHERE hash = :hash"
)
USE_LINK: Final = Statement(
    "accounts.use_link",
    "Use a link. Changes no row when it was used already or is too old.",
    """
    UPDATE dashboard_links SET used_at_ms = :now
    WHERE hash = :hash AND used_at_ms IS NULL AND expires_at_ms > :now
    """,
)
