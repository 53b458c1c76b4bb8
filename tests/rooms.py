"""What tests of several rooms share: databases made quickly, sessions, messages, receipts."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from databases import PostgresqlForTests, file_of_newest_schema, sql
from holdfast.journal import Filter, Journal
from holdfast.model.content import Text
from holdfast.model.ids import DEFAULT_TENANT
from holdfast.model.messages import InboundMessage, InboundReceipt, ReceiptKind
from holdfast.model.notices import InboundNotice
from holdfast.model.seams import SessionRef
from holdfast.store import SqliteFile, Store, WriteUnit
from patience import PATIENCE_S

TENANT = DEFAULT_TENANT
EVERYTHING = Filter(TENANT)
_ADD_SESSION = sql(
    "INSERT INTO sessions (id, tenant_id, name, jid, lid, wish, state, since_ms, created_at_ms)"
    " VALUES (:id, :tenant_id, :name, :jid, :lid, 'up', 'new', 0, 0)"
)


@cache
def template() -> Path:
    """A database of the newest schema with two sessions."""
    path = Path(tempfile.mkdtemp(prefix="holdfast-test-")) / "holdfast.db"

    async def make() -> None:
        store = await Store.open(file_of_newest_schema(path))
        await _add_sessions(store)
        await store.close()

    asyncio.run(make())
    return path


Work = Callable[[Store, Journal], Awaitable[Any]]


def with_postgresql(server: PostgresqlForTests, work: Work) -> Any:
    """The same on PostgreSQL, which takes longer: for a few examples."""

    async def run() -> Any:
        store = await Store.open(server.fresh())
        await _add_sessions(store)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await work(store, await Journal.open(store))
        finally:
            await store.close()

    return asyncio.run(run())


def with_store(work: Work) -> Any:
    """Run `work` on a database of its own. For Hypothesis, whose examples may not share one."""

    made = template()

    async def run() -> Any:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(shutil.copy(made, folder))
            store = await Store.open(SqliteFile(path))
            try:
                async with asyncio.timeout(PATIENCE_S):
                    return await work(store, await Journal.open(store))
            finally:
                await store.close()

    return asyncio.run(run())


async def _add_sessions(store: Store) -> None:
    await add_session(store, "ses_a", jid="4900000@s.whatsapp.net", lid="900000@lid")
    await add_session(store, "ses_b")


async def add_session(
    store: Store, session_id: str, *, name: str = "", jid: str | None = None, lid: str | None = None
) -> SessionRef:
    """A row of the table sessions, as little of it as there may be."""
    row = {"id": session_id, "tenant_id": TENANT, "name": name or session_id, "jid": jid, "lid": lid}
    await store.write(lambda unit: unit.run(_ADD_SESSION, **row))
    return SessionRef(session_id, TENANT, name or session_id)


def message(delivery_id: int, message_id: str, chat: str = "1@s.whatsapp.net", **more: Any) -> InboundMessage:
    """A text message of a direct chat; `sender` is the chat unless told otherwise."""
    fields: dict[str, Any] = {
        "delivery_id": delivery_id,
        "session_id": "ses_a",
        "epoch": 1,
        "message_id": message_id,
        "chat": chat,
        "sender": chat,
        "timestamp_ms": 1_000,
        "content": Text(f"text of {message_id}"),
        "raw": b"raw of " + message_id.encode(),
        "sender_alt": more.get("chat_alt", ""),
    }
    return InboundMessage(**(fields | more))


def receipt(
    delivery_id: int, kind: ReceiptKind, *message_ids: str, sender: str = "1@s.whatsapp.net", **more: Any
) -> InboundReceipt:
    """A receipt of a direct chat."""
    fields: dict[str, Any] = {"session_id": "ses_a", "epoch": 1, "chat": sender, "timestamp_ms": 2_000}
    return InboundReceipt(
        delivery_id=delivery_id, message_ids=message_ids, sender=sender, kind=kind, **(fields | more)
    )


class NobodyTold:
    """Stands where the outbox is told of receipts and names; keeps the receipts."""

    def __init__(self) -> None:
        self.seen: list[InboundReceipt] = []

    def receipts(self, unit: WriteUnit, receipts: Sequence[InboundReceipt]) -> None:
        """See inbox.Told."""
        self.seen += receipts

    def names_learned(self, unit: WriteUnit, session_id: str, pn: str, lid: str) -> None:
        """See inbox.Told."""

    def reachout_lock(self, unit: WriteUnit, session_id: str, until_ms: int | None) -> None:
        """See inbox.Told."""

    def notice(self, unit: WriteUnit, notice: InboundNotice) -> None:
        """See inbox.Told."""

    def replaced(self, unit: WriteUnit, order_no: int) -> None:
        """See inbox.Told."""


async def told(journal: Journal, type_: str | None = None) -> list[dict[str, Any]]:
    """The data of every event that a query could have seen when this was called, in order."""
    # A query sees a commit before the loop hears of it. Groups are told in order: wait for a later one.
    await journal._store.write(lambda unit: None)
    page = await journal.read(0, 100_000, EVERYTHING)
    return [each.data for each in page.events if type_ is None or each.type == type_]
