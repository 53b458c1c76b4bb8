"""Devices that are still to be unlinked, on both databases."""

from dataclasses import replace
from functools import partial

from holdfast.model.ids import DEFAULT_TENANT, SessionId
from holdfast.sessions import debts
from holdfast.sessions.debts import Debt
from holdfast.store import Store


def owed(debt_id: str, phone: str = "4915100000001") -> Debt:
    return Debt(
        debt_id, DEFAULT_TENANT, SessionId("ses_a"), "taxi", phone, f"{phone}-x", b"\x00wrapped\xff", 1_000
    )


async def test_a_device_stands_in_the_list_from_its_first_day_to_its_last(store: Store) -> None:
    first, second = owed("unl_1"), owed("unl_2", phone="")
    for debt in (first, second):
        await store.write(partial(debts.add, debt=debt))
    assert await store.read(debts.load) == [first, second]
    tried = replace(first, attempts=5, by_hand=True)
    await store.write(partial(debts.tried, debt=tried))
    assert await store.read(debts.load) == [tried, second]
    await store.write(partial(debts.end, debt_id="unl_1", now_ms=2_000))
    assert await store.read(debts.load) == [second]
