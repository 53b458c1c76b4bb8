"""Notices on their way into the journal: they are events, and nothing else is kept of them."""

from collections.abc import Sequence
from hashlib import sha256

from holdfast.inbox import statements
from holdfast.inbox.tenants import tenant_of
from holdfast.journal import Draft, Journal
from holdfast.model.address import phone_of
from holdfast.model.events import NoticeReceived
from holdfast.model.notices import InboundNotice
from holdfast.store import WriteUnit, aliases


def keep_notices(unit: WriteUnit, journal: Journal, notices: Sequence[InboundNotice]) -> None:
    """Append the event of each notice that is new. Raises UnknownSession."""
    drafts: dict[str, Draft] = {}
    for notice in notices:
        draft = _draft(unit, notice)
        if not unit.first(statements.EVENT_HERE, event_id=draft.event_id):
            drafts.setdefault(draft.event_id, draft)
    journal.append_many(unit, list(drafts.values()))


def _draft(unit: WriteUnit, notice: InboundNotice) -> Draft:
    """A notice's event. Its id is made of the notice's, so that a twin is known by it."""
    session_id = notice.session_id
    chat = aliases.canonical(unit, session_id, notice.chat)
    sender = aliases.canonical(unit, session_id, notice.sender)
    phones = [phone_of(aliases.phone_jid(unit, session_id, jid)) for jid in (chat, sender)]
    data = NoticeReceived(chat, sender, notice.notice, notice.timestamp_ms, phones[0], phones[1])
    event_id = f"evt_{sha256(f'{session_id}/{notice.notice_id}'.encode()).hexdigest()[:32]}"
    return Draft(session_id, tenant_of(unit, session_id), data, event_id)
