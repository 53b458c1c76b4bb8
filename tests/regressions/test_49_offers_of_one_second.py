"""History that a phone offered within one second was taken over in any order: its messages changed places."""

from holdfast.chats import statements
from holdfast.store import ReadUnit, Store, WriteUnit

OFFERED = ("C", "A", "D", "B")


async def test_offers_are_taken_over_in_the_order_in_which_they_came(store: Store) -> None:
    def offer(unit: WriteUnit) -> None:
        for notice_id in (*OFFERED, "A"):
            values = {"notice_id": notice_id, "offer": notice_id.encode()}
            unit.run(statements.OFFERED, session_id="ses_a", offered_at_ms=1_000, **values)
            unit.run(statements.OFFERED, session_id="ses_b", offered_at_ms=9_000, **values)

    def offers(unit: ReadUnit) -> list[str]:
        return [row[0] for row in unit.all(statements.OFFERS, session_id="ses_a")]

    await store.write(offer)
    assert await store.read(offers) == list(OFFERED)
