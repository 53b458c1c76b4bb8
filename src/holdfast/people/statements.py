"""The statements about what WhatsApp is told again with every connection."""

from typing import Final

from holdfast.store import Statement

KEPT: Final = Statement(
    "people.kept",
    "Whom a session's number watches; the first, without a name, says that it is seen online itself.",
    "SELECT person FROM presences WHERE session_id = :session_id AND phone = :phone ORDER BY person",
)
KEEPING: Final = Statement(
    "people.keeping",
    "The sessions that have something to tell again.",
    "SELECT DISTINCT session_id FROM presences",
)
HOW_MANY: Final = Statement(
    "people.how_many",
    "How many people beside this one a session's number watches.",
    """
SELECT count(*) FROM presences
WHERE session_id = :session_id AND phone = :phone AND person NOT IN ('', :person)
""",
)
KEEP: Final = Statement(
    "people.keep",
    "Says that WhatsApp is told this again with every connection of the number.",
    """
INSERT INTO presences (session_id, phone, person) VALUES (:session_id, :phone, :person)
ON CONFLICT (session_id, phone, person) DO NOTHING
""",
)
DROP: Final = Statement(
    "people.drop",
    "Lets WhatsApp forget this with the connection.",
    "DELETE FROM presences WHERE session_id = :session_id AND phone = :phone AND person = :person",
)
GO: Final = Statement(
    "people.go",
    "Forgets whom a session that is deleted has watched.",
    "DELETE FROM presences WHERE session_id = :session_id",
)
