"""The statements about subscriptions."""

from typing import Final

from holdfast.store import Statement

FIND: Final = Statement(
    "delivery.find",
    "One subscription: where it stands, whose it is, what it wants.",
    """
    SELECT name, position, owner_key_id, filter_json, created_at_ms, acked_at_ms FROM subscriptions
    WHERE tenant_id = :tenant_id AND name = :name
    """,
)
ADD: Final = Statement(
    "delivery.add",
    "A new subscription.",
    """
    INSERT INTO subscriptions (tenant_id, name, position, owner_key_id, filter_json, created_at_ms)
    VALUES (:tenant_id, :name, :position, :owner_key_id, :filter_json, :now)
    """,
)
SETTLE: Final = Statement(
    "delivery.settle",
    "Whose it is and what it wants from now on.",
    """
    UPDATE subscriptions SET owner_key_id = :owner_key_id, filter_json = :filter_json
    WHERE tenant_id = :tenant_id AND name = :name
    """,
)
ACKNOWLEDGE: Final = Statement(
    "delivery.acknowledge",
    "Everything up to here is done. Never moves backward, and only by whom it belongs to.",
    """
    UPDATE subscriptions SET position = CASE WHEN position < :position THEN :position ELSE position END,
      acked_at_ms = :now
    WHERE tenant_id = :tenant_id AND name = :name
      AND (owner_key_id IS NULL OR owner_key_id = :key_id OR :may_take_over = 1)
    """,
)
DELETE: Final = Statement(
    "delivery.delete",
    "Forget a subscription.",
    "DELETE FROM subscriptions WHERE tenant_id = :tenant_id AND name = :name",
)
LIST: Final = Statement(
    "delivery.list",
    "A tenant's subscriptions by name.",
    """
    SELECT name, position, owner_key_id, filter_json, created_at_ms, acked_at_ms FROM subscriptions
    WHERE tenant_id = :tenant_id ORDER BY name
    """,
)
