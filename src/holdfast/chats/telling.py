"""What the inbox tells inside its unit of work, for outbox, chats and search."""

from collections.abc import Callable, Sequence

from holdfast.chats import labels, rows, statements
from holdfast.model.ids import SessionId
from holdfast.model.messages import InboundReceipt, ReceiptKind
from holdfast.model.notices import (
    ChatLabelChanged,
    ContactChanged,
    GroupChanged,
    HistoryOffered,
    InboundNotice,
    LabelChanged,
)
from holdfast.outbox import Outbox
from holdfast.store import WriteUnit, aliases


class Telling:
    """Everybody who has to know: the outbox, the list of chats, and the index. See `inbox.Told`."""

    def __init__(self, outbox: Outbox, replaced: Callable[[WriteUnit, int], None]) -> None:
        self._outbox, self._replaced = outbox, replaced
        #: Told when a phone offers history, after the commit that notes it.
        self.on_offered: Callable[[], None] = _nobody

    def receipts(self, unit: WriteUnit, receipts: Sequence[InboundReceipt]) -> None:
        """These receipts came. What the phone has read is read here too."""
        self._outbox.receipts(unit, receipts)
        ids = [
            (each.session_id, message_id)
            for each in receipts
            if each.kind is ReceiptKind.READ_SELF
            for message_id in each.message_ids
        ]
        for session_id, chat, up_to in unit.keyed(statements.PLACE_OF, list(dict.fromkeys(ids))):
            rows.mark_read(unit, session_id, aliases.canonical(unit, session_id, chat), int(up_to))

    def names_learned(self, unit: WriteUnit, session_id: SessionId, pn: str, lid: str) -> None:
        """The two JIDs turned out to be one person."""
        self._outbox.names_learned(unit, session_id, pn, lid)
        rows.merge(unit, session_id, pn, lid)

    def reachout_lock(self, unit: WriteUnit, session_id: SessionId, until_ms: int | None) -> None:
        """The number may begin no new chats until then; None: it may again."""
        self._outbox.reachout_lock(unit, session_id, until_ms)

    def notice(self, unit: WriteUnit, notice: InboundNotice) -> None:
        """A group has another subject, a person another name; labels changed; or a phone offers history."""
        match notice.notice:
            case GroupChanged(subject=str(name)) | ContactChanged(saved_name=str(name)):
                chat = aliases.canonical(unit, notice.session_id, notice.chat)
                rows.rename(unit, notice.session_id, chat, name)
            case LabelChanged():
                labels.change(unit, notice.session_id, notice.notice)
            case ChatLabelChanged(label_id=label_id, applied=applied):
                chat = aliases.canonical(unit, notice.session_id, notice.chat)
                labels.apply(unit, notice.session_id, chat, label_id, applied=applied)
            case HistoryOffered() if notice.offer:
                values = {"notice_id": notice.notice_id, "offer": notice.offer}
                times = {"offered_at_ms": notice.timestamp_ms, "session_id": notice.session_id}
                unit.run(statements.OFFERED, **values, **times)
                unit.after_commit(self.on_offered)
            case _:
                pass

    def replaced(self, unit: WriteUnit, order_no: int) -> None:
        """A message that could not be decrypted has its content now."""
        self._replaced(unit, order_no)


def _nobody() -> None:
    """Nobody takes history over."""
