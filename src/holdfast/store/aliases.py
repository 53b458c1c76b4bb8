"""Who is who: the two names of a person, phone number (PN) and hidden id (LID), as a session learned them.

Beside them stand numbers that people write otherwise than WhatsApp does (Brazil's ninth digit): they are
found out by asking WhatsApp, never guessed, and lead to the same person.

Inbox and outbox need all of it inside their units of work, so that one person is one chat whichever name is
used. A PN has one LID; when WhatsApp moves a number to another person, the newest word wins.
"""

from holdfast.model.address import is_lid, is_pn, pair_of
from holdfast.model.ids import SessionId
from holdfast.store import statements
from holdfast.store.unit import ReadUnit, WriteUnit


def learn(unit: WriteUnit, session_id: SessionId, one: str, other: str) -> tuple[str, str] | None:
    """Remember that these two JIDs are one person: (PN, LID) when that is news.

    Nothing happens unless they are a PN and a LID.
    """
    pair = pair_of(one, other)
    if pair is None or other_name(unit, session_id, pair[0]) == pair[1]:
        return None
    pn, lid = pair
    known = unit.sole_writer_cache
    for stale in (other_name(unit, session_id, pn), other_name(unit, session_id, lid)):
        if stale is not None:
            known.pop(("alias", session_id, stale), None)
    unit.run(statements.FORGET_ALIAS, session_id=session_id, pn=pn, lid=lid)
    unit.run(statements.LEARN_ALIAS, session_id=session_id, pn=pn, lid=lid)
    known["alias", session_id, pn] = lid
    known["alias", session_id, lid] = pn
    return pair


def other_name(unit: ReadUnit, session_id: SessionId, jid: str) -> str | None:
    """The LID of a PN, the PN of a LID; None if not known, or if it is no person."""
    statement = statements.LID_OF if is_pn(jid) else statements.PN_OF if is_lid(jid) else None
    if statement is None:
        return None
    known, key = unit.memo, ("alias", session_id, jid)
    if key not in known:
        known[key] = unit.scalar(statement, session_id=session_id, jid=jid)
    found: str | None = known[key]
    return found


def learn_spelling(unit: WriteUnit, session_id: SessionId, asked: str, found: str, at_ms: int) -> None:
    """Remember that WhatsApp has the account of the number `asked` under the JID `found`."""
    values = {"session_id": session_id, "asked": asked, "found": found, "asked_at_ms": at_ms}
    unit.run(statements.LEARN_SPELLING, **values)
    unit.sole_writer_cache["spelling", session_id, asked] = found


def spelled(unit: ReadUnit, session_id: SessionId, jid: str) -> str:
    """The JID under which WhatsApp has the account of a number, as it was told; else the JID itself."""
    if not is_pn(jid):
        return jid
    known, key = unit.memo, ("spelling", session_id, jid)
    if key not in known:
        known[key] = unit.scalar(statements.SPELLED, session_id=session_id, jid=jid)
    found: str | None = known[key]
    return found or jid


def address(unit: ReadUnit, session_id: SessionId, jid: str) -> str:
    """The JID to write to: where WhatsApp has the account of a number, as far as that is known."""
    known = not is_pn(jid) or other_name(unit, session_id, jid) is not None
    return jid if known else spelled(unit, session_id, jid)


def names(unit: ReadUnit, session_id: SessionId, jid: str) -> list[str]:
    """Every name of this person or chat, the one that is used for it first."""
    other = other_name(unit, session_id, jid)
    if other is not None:
        return [jid, other]
    found = spelled(unit, session_id, jid)
    return [jid] if found == jid else names(unit, session_id, found)


def canonical(unit: ReadUnit, session_id: SessionId, jid: str) -> str:
    """The one name for keys and order: the LID where one is known, else the JID that WhatsApp uses."""
    if not is_pn(jid):
        return jid
    lid = other_name(unit, session_id, jid)
    if lid is not None:
        return lid
    found = spelled(unit, session_id, jid)
    return found if found == jid else canonical(unit, session_id, found)


def phone_jid(unit: ReadUnit, session_id: SessionId, jid: str) -> str | None:
    """The PN of a person, None if not known."""
    return jid if is_pn(jid) else other_name(unit, session_id, jid)
