"""One unit of work per batch: dedupe, message rows, events, receipts. Then the batch may be confirmed."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol, assert_never

from holdfast.inbox.arrivals import Arrivals
from holdfast.inbox.notices import keep_notices
from holdfast.inbox.storable import storable
from holdfast.journal import Journal
from holdfast.kit import killpoint, logging
from holdfast.kit.clock import Clock, now_ms
from holdfast.media import Expecting
from holdfast.model.attributes import NONE
from holdfast.model.content import Untranslatable
from holdfast.model.errors import StoreUnavailable, UnknownSession
from holdfast.model.ids import SessionId
from holdfast.model.messages import Delivery, InboundMessage, InboundReceipt
from holdfast.model.notices import InboundNotice, ReachoutLock
from holdfast.store import Store, WriteUnit, aliases
from holdfast.store.store import FEW

_log = logging.get("inbox")


class Told(Protocol):
    """Who else has to know, inside the inbox's unit of work: outbox, chats and search, wired from outside."""

    def receipts(self, unit: WriteUnit, receipts: Sequence[InboundReceipt]) -> None:
        """These receipts came."""
        ...

    def names_learned(self, unit: WriteUnit, session_id: SessionId, pn: str, lid: str) -> None:
        """The two JIDs turned out to be one person."""
        ...

    def reachout_lock(self, unit: WriteUnit, session_id: SessionId, until_ms: int | None) -> None:
        """The number may begin no new chats until then; None: it may again."""
        ...

    def notice(self, unit: WriteUnit, notice: InboundNotice) -> None:
        """This notice came."""
        ...

    def replaced(self, unit: WriteUnit, order_no: int) -> None:
        """A message that could not be decrypted has its content now."""
        ...


class Inbox:
    """Receives for every session of this gateway."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        told: Told,
        clock: Clock = now_ms,
        expecting: Expecting | None = None,
    ) -> None:
        self._store = store
        self._journal = journal
        self._told = told
        self._clock = clock
        self._expecting = expecting or Expecting()

    async def receive(self, deliveries: Sequence[Delivery]) -> list[int]:
        """Store a batch exactly once and return the delivery ids that are durable now: confirm these alone.

        Idempotent on (session, chat, sender, message id), the last three under any known name; safe to
        redeliver, in any order. Duplicates count as durable. A delivery that cannot be stored at all is
        left out and logged; the others of the batch are not held up.

        Raises StoreUnavailable: nothing of the batch may be confirmed; repeat.
        """
        if not deliveries:
            return []
        deliveries = [storable(delivery) for delivery in deliveries]
        try:
            await self._store.write(partial(self._keep, deliveries=deliveries), short=len(deliveries) <= FEW)
        except StoreUnavailable:
            raise
        except Exception as exc:
            if len(deliveries) > 1:
                _log.warning("inbox.batch_split", deliveries=len(deliveries), error=type(exc).__name__)
            durable = [await self._receive_alone(delivery) for delivery in deliveries]
            return [delivery_id for delivery_id in durable if delivery_id is not None]
        killpoint.pass_("inbox_committed")
        return [delivery.delivery_id for delivery in deliveries]

    async def _receive_alone(self, delivery: Delivery) -> int | None:
        """Store one of a batch that failed together. A message that breaks us is kept by its bytes alone."""
        attempts = [delivery]
        if isinstance(delivery, InboundMessage):
            attempts.append(_by_bytes_alone(delivery))
        for attempt in attempts:
            try:
                await self._store.write(partial(self._keep, deliveries=[attempt]))
            except StoreUnavailable:
                raise
            except UnknownSession:
                _log.error("inbox.session_unknown", session_id=delivery.session_id)
                return None
            except Exception as exc:
                _log.error("inbox.unstorable", session_id=delivery.session_id, exc_info=exc)
            else:
                return delivery.delivery_id
        return None

    def _keep(self, unit: WriteUnit, deliveries: Sequence[Delivery]) -> None:
        messages: list[InboundMessage] = []
        receipts: list[InboundReceipt] = []
        notices: list[InboundNotice] = []
        for delivery in deliveries:
            self._learn(unit, delivery)
            match delivery:
                case InboundMessage():
                    messages.append(delivery)
                case InboundReceipt():
                    receipts.append(delivery)
                case InboundNotice():
                    notices.append(delivery)
                case _:  # a kind that nobody stores must never be confirmed
                    assert_never(delivery)
        if messages:
            arrivals = Arrivals(unit, messages, self._clock())
            for order_no in arrivals.keep(self._journal, self._expecting):
                self._told.replaced(unit, order_no)
        if notices:
            keep_notices(unit, self._journal, notices)
            for notice in notices:
                self._told.notice(unit, notice)
                if isinstance(notice.notice, ReachoutLock):
                    self._told.reachout_lock(unit, notice.session_id, notice.notice.until_ms)
        if receipts:
            self._told.receipts(unit, receipts)

    def _learn(self, unit: WriteUnit, delivery: Delivery) -> None:
        for one, other in ((delivery.chat, delivery.chat_alt), (delivery.sender, delivery.sender_alt)):
            pair = aliases.learn(unit, delivery.session_id, one, other)
            if pair is not None:
                self._told.names_learned(unit, delivery.session_id, *pair)


def _by_bytes_alone(message: InboundMessage) -> InboundMessage:
    return replace(
        message,
        content=Untranslatable("The gateway could not store its translation"),
        push_name="",
        attributes=NONE,
    )
