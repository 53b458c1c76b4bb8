"""One order, no gap within a session, nothing seen before it is durable."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.journal import Draft, Event, Filter, Journal
from holdfast.journal.cursor import GENERATION_BYTES, Cursor, Generations, decode_cursor, encode_cursor
from holdfast.journal.event import EventRow, make_event
from holdfast.journal.tail import Tail
from holdfast.model.content import Text
from holdfast.model.errors import CursorInvalid
from holdfast.model.events import MessageReceived, SessionPairing
from holdfast.store import Store, WriteUnit
from rooms import add_session

TENANT = "ten_default"
ALL = Filter(TENANT)


def draft(session: str = "ses_a", n: int = 0, text: str = "") -> Draft:
    """A message of a session, recognisable by its number."""
    return Draft(session, TENANT, MessageReceived(f"M{n}", "1@lid", "1@lid", Text(text), 0))


def number(event: Event) -> int:
    """Which of the drafts it was."""
    return int(event.data["message_id"][1:])


async def append(store: Store, journal: Journal, *drafts: Draft) -> list[Event]:
    """Append in a unit of its own."""
    return await store.write(lambda unit: journal.append_many(unit, drafts))


async def test_positions_rise_and_each_session_counts_for_itself(store: Store, journal: Journal) -> None:
    await append(store, journal, draft("ses_a"), draft("ses_b"), draft("ses_a"))
    await append(store, journal, draft("ses_b"), draft("ses_a"))
    page = await journal.read(0, 10, ALL)
    assert [(each.session_id, each.seq) for each in page.events] == [
        ("ses_a", 1), ("ses_b", 1), ("ses_a", 2), ("ses_b", 2), ("ses_a", 3),
    ]  # fmt: skip
    positions = [each.position for each in page.events]
    assert positions == sorted(set(positions))
    assert page.searched_to == journal.head == positions[-1]


async def test_a_unit_that_rolls_back_leaves_no_event_and_no_gap(store: Store, journal: Journal) -> None:
    def bad(unit: WriteUnit) -> None:
        journal.append_many(unit, [draft("ses_a", n=2), draft("ses_b")])
        raise ValueError("no")

    await asyncio.gather(
        append(store, journal, draft("ses_a", n=1)),
        store.write(bad),
        append(store, journal, draft("ses_a", n=3)),
        return_exceptions=True,
    )
    page = await journal.read(0, 10, ALL)
    assert [(each.seq, number(each)) for each in page.events] == [(1, 1), (2, 3)]


def without_cursor(event: Event) -> Event:
    """What it tells, whoever gave it out."""
    return replace(event, cursor="", wire=event.wire.replace(event.cursor, ""))


async def test_memory_and_database_tell_the_same(store: Store, journal: Journal) -> None:
    await add_session(store, "ses_a", name='my "name"')
    await append(store, journal, draft(text='"quoted" \n \u2028 ü 😀'), draft("ses_b", n=1))
    from_memory = (await journal.read(0, 10, ALL)).events
    again = await Journal.open(store)
    from_database = (await again.read(0, 10, ALL)).events
    # A cursor tells which start of the gateway gave it out; everything else is the same.
    assert [without_cursor(each) for each in from_database] == [without_cursor(each) for each in from_memory]
    wire = json.loads(from_memory[0].wire)
    assert wire["session"] == 'my "name"'
    assert wire["data"]["content"]["text"] == '"quoted" \n \u2028 ü 😀'
    assert wire["cursor"] == from_memory[0].cursor
    assert "\n" not in from_memory[0].wire


async def test_positions_go_on_after_a_restart(store: Store, journal: Journal) -> None:
    first = await append(store, journal, draft())
    again = await Journal.open(store)
    assert again.head == journal.head
    second = await append(store, again, draft())
    assert (second[0].position, second[0].seq) == (first[0].position + 1, 2)


@pytest.mark.parametrize("fresh", [False, True], ids=["memory", "database"])
async def test_filters(store: Store, journal: Journal, fresh: bool) -> None:
    state = Draft("ses_a", TENANT, SessionPairing(ended="linked"))
    other = Draft("ses_c", "ten_other", SessionPairing(ended="linked"))
    await append(store, journal, draft("ses_a"), draft("ses_b"), state, other)
    reader = await Journal.open(store) if fresh else journal

    async def found(wanted: Filter) -> list[int]:
        return [each.position for each in (await reader.read(0, 10, wanted)).events]

    assert await found(ALL) == [1, 2, 3]
    assert await found(Filter(TENANT, frozenset({"ses_a"}))) == [1, 3]
    assert await found(Filter(TENANT, None, frozenset({"session.pairing"}))) == [3]
    assert await found(Filter(TENANT, frozenset({"ses_c"}))) == []
    assert await found(Filter("ten_other")) == [4]
    nothing = await reader.read(0, 10, Filter(TENANT, frozenset({"ses_x"})))
    assert nothing.searched_to == 4


@pytest.mark.parametrize("fresh", [False, True], ids=["memory", "database"])
async def test_pages_join_without_gap_or_overlap(store: Store, journal: Journal, fresh: bool) -> None:
    await append(store, journal, *(draft(n=n) for n in range(25)))
    reader = await Journal.open(store) if fresh else journal
    seen, after = [], 0
    for _ in range(9):
        page = await reader.read(after, 4, ALL)
        seen += [number(each) for each in page.events]
        after = page.searched_to
    assert seen == list(range(25))


async def test_waiting_ends_with_the_commit_and_not_before(store: Store, journal: Journal) -> None:
    waiting = asyncio.ensure_future(journal.wait(0))
    await asyncio.sleep(0)
    assert not waiting.done()
    written = asyncio.ensure_future(append(store, journal, draft()))
    await waiting
    assert journal.head == 1
    await written
    await journal.wait(0)


def event(position: int, size: int = 0, session: str = "ses_a") -> Event:
    """An event of some size."""
    row = EventRow(position, session, position, f"evt_{position}", TENANT, "t", 0, json.dumps("x" * size))
    return make_event(row, session, b"g" * GENERATION_BYTES)


@given(
    st.lists(st.integers(1, 3), max_size=30),
    st.integers(0, 70),
    st.integers(1, 10),
    st.integers(1, 40),
)
def test_the_tail_is_complete_behind_its_floor(steps: list[int], after: int, limit: int, keep: int) -> None:
    tail = Tail(0, events=keep)
    positions = [sum(steps[: n + 1]) for n in range(len(steps))]
    for position in positions:
        tail.extend([event(position)])
    if after < tail.floor:
        return
    found, searched_to = tail.after(after, limit, ALL)
    assert [each.position for each in found] == [p for p in positions if p > after][:limit]
    assert searched_to >= after
    assert not [p for p in positions if (found[-1].position if found else after) < p <= searched_to]


def test_the_tail_forgets_by_size_too() -> None:
    tail = Tail(0, chars=10_000)
    for position in range(1, 6):
        tail.extend([event(position, size=4000)])
    assert tail.head == 5
    assert tail.floor == 3


@given(st.integers(0, (1 << 63) - 1), st.just(b"") | st.binary(min_size=6, max_size=6))
def test_cursors_carry_every_position(position: int, generation: bytes) -> None:
    assert decode_cursor(encode_cursor(position, generation)) == Cursor(position, generation)


@settings(max_examples=300)
@given(st.text(max_size=20) | st.binary(max_size=12).map(lambda raw: raw.hex()))
def test_no_text_breaks_the_cursor(text: str) -> None:
    try:
        found = decode_cursor(text)
    except CursorInvalid:
        return
    assert text == "" or encode_cursor(*found) == text


async def test_the_tail_is_bounded_and_old_events_come_from_the_database(
    tmp_path: Path, store: Store
) -> None:
    journal = Journal(store, Tail(0, events=5), Generations().next(b"g" * GENERATION_BYTES, 0))
    await append(store, journal, *(draft(n=n) for n in range(20)))
    assert [number(each) for each in (await journal.read(0, 50, ALL)).events] == list(range(20))


async def test_nobody_is_told_of_a_commit_that_this_loop_has_not_heard_of(
    store: Store, journal: Journal
) -> None:
    await store.write(lambda unit: journal.append_many(unit, [draft()]))
    late = await Journal.open(store)
    await store.write(lambda unit: journal.append_many(unit, [draft()]))
    page = await late.read(0, 10, ALL)
    assert [event.position for event in page.events] == [late.head]
    assert page.searched_to == late.head < journal.head
