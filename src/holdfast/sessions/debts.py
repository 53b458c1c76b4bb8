"""Devices that are still to be unlinked: one row each, from the moment at which their credentials leave."""

from dataclasses import dataclass, field
from typing import Any

from holdfast.model.ids import SessionId, TenantId
from holdfast.sessions import statements
from holdfast.store import ReadUnit, WriteUnit


@dataclass(frozen=True, slots=True)
class Debt:
    """One device that WhatsApp still counts as linked."""

    id: str
    tenant_id: TenantId
    session_id: SessionId
    #: The session's name of then.
    session: str
    #: Empty where no phone is known to have linked it.
    phone: str
    #: Under quarantine/.
    folder: str
    wrapped_key: bytes = field(repr=False)
    since_ms: int
    attempts: int = 0
    #: Better done on the phone; it is tried on all the same, where that makes sense.
    by_hand: bool = False


def load(unit: ReadUnit) -> list[Debt]:
    """Every device that is still to be unlinked, oldest first."""
    return [_debt(*row) for row in unit.all(statements.UNLINKINGS)]


def _debt(*row: Any) -> Debt:
    id_, tenant_id, session_id, session, phone, folder, key, since_ms, attempts, by_hand = row
    return Debt(
        id=id_,
        tenant_id=tenant_id,
        session_id=session_id,
        session=session,
        phone=phone,
        folder=folder,
        wrapped_key=bytes(key),  # PostgreSQL gives a memoryview
        since_ms=since_ms,
        attempts=attempts,
        by_hand=bool(by_hand),
    )


def add(unit: WriteUnit, debt: Debt) -> None:
    """A device is to be unlinked."""
    unit.run(
        statements.ADD_UNLINKING,
        id=debt.id,
        tenant_id=debt.tenant_id,
        session_id=debt.session_id,
        session=debt.session,
        phone=debt.phone,
        folder=debt.folder,
        wrapped_key=debt.wrapped_key,
        since_ms=debt.since_ms,
    )


def tried(unit: WriteUnit, debt: Debt) -> None:
    """An attempt did not succeed."""
    unit.run(statements.UNLINKING_TRIED, id=debt.id, attempts=debt.attempts, by_hand=int(debt.by_hand))


def end(unit: WriteUnit, debt_id: str, now_ms: int) -> None:
    """It is over."""
    unit.run(statements.END_UNLINKING, id=debt_id, now=now_ms)
