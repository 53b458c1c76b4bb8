"""Sessions and timelines in either kind of database: what is written is read back, a number is unique."""

from dataclasses import replace

import pytest

from holdfast.model.ids import SessionId
from holdfast.model.reasons import Reason
from holdfast.model.states import Desired, State
from holdfast.sessions import facts as f
from holdfast.sessions import repository
from holdfast.sessions.runtime import Runtime
from holdfast.store import ConstraintViolated, Store
from holdfast.vault import Record
from rooms import TENANT


def runtime(number: int, *, phone: str | None = None, name: str = "") -> Runtime:
    """A session, as little of it as there may be."""
    record = Record(SessionId(f"ses_{number}"), TENANT, name or f"taxi-{number}", Desired.UP.value, 1_000)
    return Runtime(replace(record, phone=phone, folder=phone), f.Session(since_ms=2_000))


async def add(store: Store, *runtimes: Runtime) -> None:
    """Write new sessions."""
    for each in runtimes:
        await store.write(lambda unit, each=each: repository.insert(unit, each, each.session))


async def test_a_session_comes_back_as_it_was_written(store: Store) -> None:
    made = runtime(1, phone="4915", name="Zoë's 🚕")
    await add(store, made, runtime(2))
    made.session = replace(
        made.session,
        state=State.RECONNECTING,
        reason=Reason.NETWORK,
        epoch=1 << 40,
        attempt=7,
        retry_at_ms=1 << 41,
        detail="what % happened: ü",
    )
    made.last_connected_ms = 5_000
    await store.write(lambda unit: repository.update(unit, [repository.row_of(made, made.session)]))
    await store.write(lambda unit: repository.save_heartbeats(unit, [(made.id, 6_000)]))
    found, other = await store.read(repository.load)
    assert found.record == made.record
    assert (found.session.state, found.session.reason) == (State.RECONNECTING, Reason.NETWORK)
    assert (found.session.epoch, found.session.attempt) == (1 << 40, 7)
    assert found.session.detail == "what % happened: ü"
    assert (found.last_connected_ms, found.last_heartbeat_ms) == (5_000, 6_000)
    assert other.record == runtime(2).record


async def test_a_number_belongs_to_one_session(store: Store) -> None:
    await add(store, runtime(1, phone="4915"))
    with pytest.raises(ConstraintViolated):
        await add(store, runtime(2, phone="4915"))
    with pytest.raises(ConstraintViolated):
        await add(store, runtime(3, name="taxi-1"))
    await add(store, runtime(4), runtime(5))  # several without a number
    assert [each.id for each in await store.read(repository.load)] == ["ses_1", "ses_4", "ses_5"]


async def test_a_deleted_session_frees_its_number_and_is_known_to_be_gone(store: Store) -> None:
    await add(store, runtime(1, phone="4915"))
    await store.write(lambda unit: repository.delete(unit, SessionId("ses_1"), 9_000))
    await add(store, runtime(2, phone="4915"))
    assert [each.id for each in await store.read(repository.load)] == ["ses_2"]
    assert await store.read(repository.gone) == {"ses_1"}


async def test_the_newest_changes_come_first_and_the_next_number_is_known(store: Store) -> None:
    made = runtime(1)
    await add(store, made)
    for number in range(1, 6):
        made.timeline_seq = number
        row = repository.timeline_row(made, made.session, 1_000 * number)
        await store.write(lambda unit, row=row: repository.add_timeline(unit, [row]))
    found = await store.read(lambda unit: repository.read_timeline(unit, made.id, 3))
    assert [(each.seq, each.at_ms) for each in found] == [(5, 5_000), (4, 4_000), (3, 3_000)]
    (loaded,) = await store.read(repository.load)
    assert loaded.timeline_seq == 5


async def test_a_deleted_session_owns_nothing_whatever_comes_late(store: Store) -> None:
    made = runtime(1, phone="4915", name="taxi")
    await add(store, made)
    await store.write(lambda unit: repository.delete(unit, made.id, 3_000))
    await store.write(lambda unit: repository.update(unit, [repository.row_of(made, made.session)]))
    await add(store, runtime(2, phone="4915", name="taxi"))
    assert [it.id for it in await store.read(repository.load)] == ["ses_2"]
    assert await store.read(repository.gone) == {"ses_1"}


async def test_what_a_session_is_can_be_kept_where_who_it_is_is_refused(store: Store) -> None:
    made = runtime(1)
    await add(store, made, runtime(2, phone="4915"))
    made.record = replace(made.record, phone="4915")
    made.session = replace(made.session, state=State.FAILED, reason=Reason.RECORD_REFUSED, code=418)
    rows = [repository.row_of(made, made.session)]
    with pytest.raises(ConstraintViolated):
        await store.write(lambda unit: repository.update(unit, rows))
    await store.write(lambda unit: repository.update_state(unit, rows))
    found = (await store.read(repository.load))[0]
    assert (found.session.state, found.session.code, found.record.phone) == (State.FAILED, 418, None)
