"""The statements about subscriptions."""

from typing import Final

from holdfast.store import Statement

POSITION: Final = Statement(
    "delivery.position",
    "Where a consumer stands.",
    "SELECT position FROM subscriptions WHERE tenant_id = :tenant_id AND name = :name",
)
ADD: Final = Statement(
    "delivery.add",
    "A new subscription.",
    """
    INSERT INTO subscriptions (tenant_id, name, position, created_at_ms)
    VALUES (:tenant_id, :name, :position, :now)
    """,
)
ACKNOWLEDGE: Final = Statement(
    "delivery.acknowledge",
    "Everything up to here is done. Never moves backward.",
    """
    UPDATE subscriptions SET position = CASE WHEN position < :position THEN :position ELSE position END,
      acked_at_ms = :now
    WHERE tenant_id = :tenant_id AND name = :name
    """,
)
LIST: Final = Statement(
    "delivery.list",
    "A tenant's subscriptions by name.",
    """
    SELECT name, position, created_at_ms, acked_at_ms FROM subscriptions WHERE tenant_id = :tenant_id
    ORDER BY name
    """,
)
