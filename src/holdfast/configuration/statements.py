"""The statements about configuration."""

from typing import Final

from holdfast.store import Statement

NEWEST: Final = Statement(
    "configuration.newest",
    "The newest version of a document.",
    """
    SELECT name, version, body_json, author, note, at_ms FROM configuration
    WHERE tenant_id = :tenant_id AND name = :name ORDER BY version DESC LIMIT 1
    """,
)
VERSION: Final = Statement(
    "configuration.version",
    "One version of a document.",
    """
    SELECT name, version, body_json, author, note, at_ms FROM configuration
    WHERE tenant_id = :tenant_id AND name = :name AND version = :version
    """,
)
HISTORY: Final = Statement(
    "configuration.history",
    "The versions of a document, the newest first.",
    """
    SELECT name, version, body_json, author, note, at_ms FROM configuration
    WHERE tenant_id = :tenant_id AND name = :name ORDER BY version DESC LIMIT :most
    """,
)
LIST: Final = Statement(
    "configuration.list",
    "The newest version of every document.",
    """
    SELECT c.name, c.version, c.body_json, c.author, c.note, c.at_ms FROM configuration c
    WHERE c.tenant_id = :tenant_id AND c.version = (
      SELECT max(n.version) FROM configuration n WHERE n.tenant_id = c.tenant_id AND n.name = c.name
    ) ORDER BY c.name
    """,
)
ADD: Final = Statement(
    "configuration.add",
    "A new version of a document.",
    """
    INSERT INTO configuration (tenant_id, name, version, body_json, author, note, at_ms)
    VALUES (:tenant_id, :name, :version, :body_json, :author, :note, :at_ms)
    """,
)
