"""Moving messages forward inside a unit of work: by the engine's answers, and by receipts. Never backward."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.journal import Draft, Journal
from holdfast.model.address import without_device
from holdfast.model.events import ErrorNote, MessageStatusChanged, SendStatus
from holdfast.model.messages import InboundReceipt, ReceiptKind, SendAck
from holdfast.outbox import rows, statements
from holdfast.outbox.policy import Fail
from holdfast.outbox.rows import RANK, OutboxRow, Standing
from holdfast.store import WriteUnit

_RECEIPTS: Final[Mapping[ReceiptKind, SendStatus]] = {
    ReceiptKind.DELIVERED: SendStatus.DELIVERED,
    ReceiptKind.READ: SendStatus.READ,
    ReceiptKind.PLAYED: SendStatus.READ,
}


@dataclass(frozen=True, slots=True)
class Sent:
    """WhatsApp has the message."""

    row: OutboxRow
    ack: SendAck


@dataclass(frozen=True, slots=True)
class Failed:
    """The message will never go out."""

    row: OutboxRow
    failure: Fail


@dataclass(frozen=True, slots=True)
class Retried:
    """An attempt came to nothing; the row already holds the next one."""

    row: OutboxRow


Result = Sent | Failed | Retried


def store_results(unit: WriteUnit, journal: Journal, results: Sequence[Result]) -> None:
    """Write what became of attempts, with an event for each message that moved."""
    where = rows.standing(unit, [(each.row.session_id, each.row.message_id) for each in results])
    drafts: list[Draft] = []
    sent: list[Mapping[str, object]] = []
    failed: list[Mapping[str, object]] = []
    retried: list[Mapping[str, object]] = []
    for each in results:
        here = where.get((each.row.session_id, each.row.message_id))
        if here is None or here.status is SendStatus.FAILED:
            continue
        match each:
            case Sent(row, ack):
                moved = here.status is SendStatus.QUEUED  # else a receipt was faster and said more
                here.status = SendStatus.SENT if moved else here.status
                told = {"at_ms": ack.timestamp_ms or None, "message": ack.message or None}
                sent.append({**_attempted(row), **told, "status": here.status.value})
                drafts += [_draft(here)] if moved else []
            case Failed(row, failure) if here.status is SendStatus.QUEUED:
                here.status = SendStatus.FAILED
                why = {"error_code": failure.code, "error": failure.message}
                failed.append({**_attempted(row), **why})
                drafts.append(_draft(here, ErrorNote(failure.code, failure.message)))
            case Retried(row):
                known = {"error_code": row.error_code, "error": row.error, "next_at_ms": row.next_at_ms}
                retried.append({**_attempted(row), **known})
    unit.run_many(statements.SENT, sent)
    unit.run_many(statements.FAILED, failed)
    unit.run_many(statements.RETRIED, retried)
    journal.append_many(unit, drafts)


def store_receipts(
    unit: WriteUnit, journal: Journal, receipts: Sequence[InboundReceipt]
) -> list[tuple[str, str]]:
    """Write what recipients did. The (session, message id) that a receipt has shown to be at WhatsApp.

    A receipt that comes before the acknowledgement is stored proves the acknowledgement: the message is not
    sent again.
    """
    telling = [receipt for receipt in receipts if receipt.kind in _RECEIPTS]
    keys = [(receipt.session_id, message_id) for receipt in telling for message_id in receipt.message_ids]
    where = rows.standing(unit, list(dict.fromkeys(keys)))
    drafts: list[Draft] = []
    moves: list[Mapping[str, object]] = []
    proved: list[tuple[str, str]] = []
    for receipt in telling:
        status = _RECEIPTS[receipt.kind]
        for message_id in receipt.message_ids:
            here = where.get((receipt.session_id, message_id))
            if here is None or RANK[status] <= RANK[here.status] or _is_own(here, receipt):
                continue
            if here.status is SendStatus.QUEUED:
                proved.append((receipt.session_id, message_id))
            here.status = status
            at_ms = receipt.timestamp_ms
            read_at_ms = at_ms if status is SendStatus.READ else None
            when = {"at_ms": at_ms, "read_at_ms": read_at_ms}
            moves.append({**when, "status": status.value, "order_no": here.order_no})
            drafts.append(_draft(here))
    unit.run_many(statements.RECEIPTED, moves)
    journal.append_many(unit, drafts)
    return proved


def _attempted(row: OutboxRow) -> Mapping[str, object]:
    return {"order_no": row.order_no, "attempts": row.attempts}


def _is_own(here: Standing, receipt: InboundReceipt) -> bool:
    """True for a receipt of our own phone: it says nothing about the recipient."""
    own = {without_device(jid) for jid in (here.own_jid, here.own_lid) if jid}
    return receipt.sender in own and here.to_jid not in own


def _draft(here: Standing, error: ErrorNote | None = None) -> Draft:
    data = MessageStatusChanged(here.message_id, here.to_jid, here.to_jid, here.status, error)
    return Draft(here.session_id, here.tenant_id, data)
