"""Where messages of ours stand, and how receipts move them, inside a unit of work."""

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.messages import statements
from holdfast.messages.status import PROVES, RANK, Receipts, status_of
from holdfast.model.events import ErrorNote, MessageStatusChanged, SendStatus
from holdfast.model.ids import SessionId, TenantId
from holdfast.model.messages import ReceiptKind
from holdfast.store import ReadUnit, WriteUnit


@dataclass(slots=True)
class Standing:
    """One message of ours in this unit. Moves forward only."""

    order_no: int
    session_id: SessionId
    message_id: str
    tenant_id: TenantId
    chat: str
    to_jid: str
    group: bool
    session_jid: str | None
    session_lid: str | None
    waits: bool  #: it stands in the outbox
    failed: bool
    receipts: Receipts

    @property
    def status(self) -> SendStatus:
        """Where it stands now."""
        return status_of(waits=self.waits, failed=self.failed, group=self.group, receipts=self.receipts)

    def event(self, error: ErrorNote | None = None) -> MessageStatusChanged:
        """The event that tells where it stands."""
        return MessageStatusChanged(
            self.message_id,
            self.chat,
            self.to_jid,
            self.status,
            error,
            self.receipts.delivered_to,
            self.receipts.read_by,
        )

    def sent(self, unit: WriteUnit, at_ms: int | None) -> bool:
        """WhatsApp has it. True when that is news."""
        news, self.waits = self.waits, False
        unit.run(statements.SENT, order_no=self.order_no, sent_at_ms=at_ms)
        return news and not self.failed

    def will_fail(self, unit: WriteUnit, error: ErrorNote, at_ms: int) -> None:
        """It will never go out."""
        self.waits, self.failed = False, True
        unit.run(
            statements.FAILED,
            order_no=self.order_no,
            failed_at_ms=at_ms,
            error_code=error.code,
            error_detail=error.detail,
        )

    def receipted(self, unit: WriteUnit, kind: ReceiptKind, participant: str, at_ms: int) -> bool:
        """A recipient has it, or has read it. True when that moves it forward, or a count of a group."""
        before, known = self.status, self.receipts
        key = {"session_id": self.session_id, "message_id": self.message_id, "participant": participant}
        read = PROVES[kind] is SendStatus.READ
        counted = read and bool(unit.all(statements.RECEIPT_OF, **key, kind="read", other_kind="played"))
        added = unit.run(statements.ADD_RECEIPT, **key, kind=kind.value, at_ms=at_ms)
        if not added or counted or self.failed:
            return False
        if read:
            self.receipts = Receipts(known.delivered_to, known.read_by + 1)
        else:
            self.receipts = Receipts(known.delivered_to + 1, known.read_by)
        return self.group or RANK[self.status] > RANK[before]


def standing(unit: ReadUnit, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Standing]:
    """Where these (session, message id) stand. Those that are not ours are absent."""
    found: dict[tuple[str, str], Standing] = {}
    for row in unit.keyed(statements.STANDING, list(dict.fromkeys(keys))):
        (
            order_no,
            session_id,
            message_id,
            tenant_id,
            chat,
            to_jid,
            group,
            jid,
            lid,
            queued,
            failed,
            *counts,
        ) = row
        found[session_id, message_id] = Standing(
            order_no,
            session_id,
            message_id,
            tenant_id,
            chat,
            to_jid,
            bool(group),
            jid,
            lid,
            waits=queued is not None,
            failed=failed is not None,
            receipts=Receipts(*counts),
        )
    return found
