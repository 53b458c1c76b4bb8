"""Moving messages forward inside a unit of work: by the engine's answers, and by receipts. Never backward."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from holdfast.journal import Draft, Journal
from holdfast.messages import Standing, standing
from holdfast.messages.status import PROVES
from holdfast.model.address import without_device
from holdfast.model.events import ErrorNote
from holdfast.model.messages import InboundReceipt, SendAck
from holdfast.outbox import statements
from holdfast.outbox.policy import TARGET_FAILED, Fail
from holdfast.outbox.queued import Queued
from holdfast.store import WriteUnit, aliases


@dataclass(frozen=True, slots=True)
class Sent:
    """WhatsApp has the message."""

    row: Queued
    ack: SendAck


@dataclass(frozen=True, slots=True)
class Failed:
    """The message will never go out."""

    row: Queued
    failure: Fail


@dataclass(frozen=True, slots=True)
class Retried:
    """An attempt came to nothing; the row already holds the next one."""

    row: Queued


Result = Sent | Failed | Retried


def store_results(unit: WriteUnit, journal: Journal, results: Sequence[Result], now_ms: int) -> None:
    """Write what became of attempts, with an event for each message that moved."""
    where = standing(unit, [(each.row.session_id, each.row.message_id) for each in results])
    drafts: list[Draft] = []
    lost: list[int] = []
    for each in results:
        here = where.get((each.row.session_id, each.row.message_id))
        if here is None or here.failed:
            continue
        match each:
            case Sent(row, ack):
                # Where a receipt was faster it has said more already.
                if here.sent(unit, ack.timestamp_ms or now_ms):
                    drafts.append(_draft(here))
                unit.run(statements.SETTLED, order_no=row.order_no)
            case Failed(row, failure):
                if here.waits:
                    drafts.append(_fail(unit, here, failure, now_ms))
                    lost.append(row.order_no)
            case Retried(row):
                if here.waits:
                    unit.run(statements.RETRIED, **_retried(row))
            case _:
                assert_never(each)
    journal.append_many(unit, drafts)
    about = [Queued.of(row) for order_no in lost for row in unit.all(statements.ABOUT, order_no=order_no)]
    if about:  # an edit of what nobody has is not sent either
        fail_all(unit, journal, about, TARGET_FAILED, now_ms)


def fail_all(unit: WriteUnit, journal: Journal, rows: Sequence[Queued], failure: Fail, now_ms: int) -> None:
    """Fail what waits, each with its event."""
    store_results(unit, journal, [Failed(row, failure) for row in rows], now_ms)


def store_receipts(unit: WriteUnit, journal: Journal, receipts: Sequence[InboundReceipt]) -> list[Standing]:
    """Write what recipients did. The messages that a receipt has shown to be at WhatsApp.

    A receipt that comes before the acknowledgement is stored proves the acknowledgement: the message is not
    sent again.
    """
    telling = [receipt for receipt in receipts if receipt.kind in PROVES]
    where = standing(unit, [(each.session_id, it) for each in telling for it in each.message_ids])
    drafts: list[Draft] = []
    groups: dict[int, Draft] = {}
    proved: list[Standing] = []
    for receipt in telling:
        participant = aliases.canonical(unit, receipt.session_id, without_device(receipt.sender))
        for message_id in receipt.message_ids:
            here = where.get((receipt.session_id, message_id))
            if here is None or here.failed or _is_from_this_number(here, receipt):
                continue
            if here.waits:
                here.sent(unit, receipt.timestamp_ms)
                unit.run(statements.SETTLED, order_no=here.order_no)
                proved.append(here)
            if here.receipted(unit, receipt.kind, participant, receipt.timestamp_ms):
                if here.group:  # of a large group many receipts come at once: the counts are told once
                    groups[here.order_no] = _draft(here)
                else:
                    drafts.append(_draft(here))
    journal.append_many(unit, [*drafts, *groups.values()])
    return proved


def _fail(unit: WriteUnit, here: Standing, failure: Fail, now_ms: int) -> Draft:
    error = ErrorNote(failure.code, failure.detail)
    here.will_fail(unit, error, now_ms)
    unit.run(statements.SETTLED, order_no=here.order_no)
    return _draft(here, error)


def _retried(row: Queued) -> dict[str, object]:
    return {
        "order_no": row.order_no,
        "attempts": row.attempts,
        "next_at_ms": row.next_at_ms,
        "tried_at_ms": row.tried_at_ms,
        "error_code": row.error_code,
        "error_detail": row.error_detail,
        "uncertain": int(row.uncertain),
    }


def _is_from_this_number(here: Standing, receipt: InboundReceipt) -> bool:
    """True for a receipt of the session's own phone: it says nothing about the recipient."""
    ours = {without_device(jid) for jid in (here.session_jid, here.session_lid) if jid}
    return receipt.sender in ours and here.to_jid not in ours


def _draft(here: Standing, error: ErrorNote | None = None) -> Draft:
    return Draft(here.session_id, here.tenant_id, here.event(error))
