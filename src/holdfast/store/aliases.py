"""Who is who: the two names of a person, phone number (PN) and hidden id (LID), as a session learned them.

Inbox and outbox both need it inside their units of work, so that one person is one chat whichever name is
used. A PN has one LID; when WhatsApp moves a number to another person, the newest word wins.
"""

from sqlalchemy import Connection

from holdfast.model.address import is_lid, is_pn, pair_of
from holdfast.store.unit import cache

_LID_OF = "SELECT lid FROM aliases WHERE session_id = ? AND pn = ?"
_PN_OF = "SELECT pn FROM aliases WHERE session_id = ? AND lid = ?"
_FORGET = "DELETE FROM aliases WHERE session_id = ? AND (pn = ? OR lid = ?)"
_LEARN = "INSERT INTO aliases (session_id, pn, lid) VALUES (?, ?, ?)"


def learn(conn: Connection, session_id: str, one: str, other: str) -> None:
    """Remember that these two JIDs are one person. Nothing happens unless they are a PN and a LID."""
    pair = pair_of(one, other)
    if pair is None or other_name(conn, session_id, pair[0]) == pair[1]:
        return
    pn, lid = pair
    for stale in (other_name(conn, session_id, pn), other_name(conn, session_id, lid)):
        if stale is not None:
            cache(conn).pop(("alias", session_id, stale), None)
    conn.exec_driver_sql(_FORGET, (session_id, pn, lid))
    conn.exec_driver_sql(_LEARN, (session_id, pn, lid))
    cache(conn)["alias", session_id, pn] = lid
    cache(conn)["alias", session_id, lid] = pn


def other_name(conn: Connection, session_id: str, jid: str) -> str | None:
    """The LID of a PN, the PN of a LID; None if not known, or if it is no person."""
    query = _LID_OF if is_pn(jid) else _PN_OF if is_lid(jid) else None
    if query is None:
        return None
    known, key = cache(conn), ("alias", session_id, jid)
    if key not in known:
        known[key] = conn.exec_driver_sql(query, (session_id, jid)).scalar()
    found: str | None = known[key]
    return found


def names(conn: Connection, session_id: str, jid: str) -> list[str]:
    """Every name of this person or chat, itself first."""
    other = other_name(conn, session_id, jid)
    return [jid] if other is None else [jid, other]


def canonical(conn: Connection, session_id: str, jid: str) -> str:
    """The one name for keys and order: the LID where one is known, else the JID itself."""
    return (other_name(conn, session_id, jid) or jid) if is_pn(jid) else jid


def phone_jid(conn: Connection, session_id: str, jid: str) -> str | None:
    """The PN of a person, None if not known."""
    return jid if is_pn(jid) else other_name(conn, session_id, jid)
