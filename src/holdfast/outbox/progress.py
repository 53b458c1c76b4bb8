"""Moving messages forward inside a unit of work: by the engine's answers, and by receipts. Never backward."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from holdfast.journal import Draft, Journal
from holdfast.model.address import without_device
from holdfast.model.events import ErrorNote, MessageStatusChanged, SendStatus
from holdfast.model.messages import InboundReceipt, ReceiptKind, SendAck
from holdfast.outbox import rows
from holdfast.outbox.policy import Fail
from holdfast.outbox.rows import RANK, OutboxRow, Standing

_RECEIPTS: Final[Mapping[ReceiptKind, SendStatus]] = {
    ReceiptKind.DELIVERED: SendStatus.DELIVERED,
    ReceiptKind.READ: SendStatus.READ,
    ReceiptKind.PLAYED: SendStatus.READ,
}

_SENT: Final = """
UPDATE outbox SET status = ?, sent_at_ms = coalesce(sent_at_ms, ?), attempts = ?, next_at_ms = NULL,
  message = coalesce(message, ?), error_code = NULL, error = NULL WHERE order_no = ?
"""
_FAILED: Final = """
UPDATE outbox SET status = 'failed', attempts = ?, next_at_ms = NULL, error_code = ?, error = ? WHERE
order_no = ?
"""
_RETRIED: Final = """
UPDATE outbox SET attempts = ?, next_at_ms = ?, error_code = ?, error = ? WHERE order_no = ? AND status =
'queued'
"""
_RECEIPTED: Final = """
UPDATE outbox SET status = ?, sent_at_ms = coalesce(sent_at_ms, ?), delivered_at_ms =
coalesce(delivered_at_ms, ?),
  read_at_ms = coalesce(read_at_ms, ?), next_at_ms = NULL, error_code = NULL, error = NULL WHERE order_no = ?
"""


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


def store_results(conn: Connection, journal: Journal, results: Sequence[Result]) -> None:
    """Write what became of attempts, with an event for each message that moved."""
    where = rows.standing(conn, [(each.row.session_id, each.row.message_id) for each in results])
    drafts: list[Draft] = []
    sent, failed, retried = [], [], []
    for each in results:
        here = where.get((each.row.session_id, each.row.message_id))
        if here is None or here.status is SendStatus.FAILED:
            continue
        match each:
            case Sent(row, ack):
                moved = here.status is SendStatus.QUEUED  # else a receipt was faster and said more
                here.status = SendStatus.SENT if moved else here.status
                at_ms = ack.timestamp_ms or None
                sent.append((here.status.value, at_ms, row.attempts, ack.message or None, row.order_no))
                drafts += [_draft(here)] if moved else []
            case Failed(row, failure) if here.status is SendStatus.QUEUED:
                here.status = SendStatus.FAILED
                failed.append((row.attempts, failure.code, failure.message, row.order_no))
                drafts.append(_draft(here, ErrorNote(failure.code, failure.message)))
            case Retried(row):
                retried.append((row.attempts, row.next_at_ms, row.error_code, row.error, row.order_no))
    for statement, parameters in ((_SENT, sent), (_FAILED, failed), (_RETRIED, retried)):
        if parameters:
            conn.exec_driver_sql(statement, parameters)
    journal.append_many(conn, drafts)


def store_receipts(
    conn: Connection, journal: Journal, receipts: Sequence[InboundReceipt]
) -> list[tuple[str, str]]:
    """Write what recipients did. The (session, message id) that a receipt has shown to be at WhatsApp.

    A receipt that comes before the acknowledgement is stored proves the acknowledgement: the message is not
    sent again.
    """
    telling = [receipt for receipt in receipts if receipt.kind in _RECEIPTS]
    keys = [(receipt.session_id, message_id) for receipt in telling for message_id in receipt.message_ids]
    where = rows.standing(conn, list(dict.fromkeys(keys)))
    drafts: list[Draft] = []
    moves: list[tuple[object, ...]] = []
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
            moves.append((status.value, at_ms, at_ms, read_at_ms, here.order_no))
            drafts.append(_draft(here))
    if moves:
        conn.exec_driver_sql(_RECEIPTED, moves)
    journal.append_many(conn, drafts)
    return proved


def _is_own(here: Standing, receipt: InboundReceipt) -> bool:
    """True for a receipt of our own phone: it says nothing about the recipient."""
    own = {without_device(jid) for jid in (here.own_jid, here.own_lid) if jid}
    return receipt.sender in own and here.to_jid not in own


def _draft(here: Standing, error: ErrorNote | None = None) -> Draft:
    data = MessageStatusChanged(here.message_id, here.to_jid, here.to_jid, here.status, error)
    return Draft(here.session_id, here.tenant_id, data)
