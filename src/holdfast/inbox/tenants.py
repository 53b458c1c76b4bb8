"""Whose session a delivery is for, inside a unit of work."""

from holdfast.inbox import statements
from holdfast.model.errors import UnknownSession
from holdfast.model.ids import SessionId, TenantId
from holdfast.store import WriteUnit


def tenant_of(unit: WriteUnit, session_id: SessionId) -> TenantId:
    """The tenant of a session. Raises UnknownSession."""
    known, key = unit.sole_writer_cache, ("tenant", session_id)
    if key not in known:
        known[key] = unit.scalar(statements.TENANT, session_id=session_id)
    if known[key] is None:
        raise UnknownSession
    return TenantId(known[key])
