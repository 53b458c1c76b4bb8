"""Lanes without an outbox: what may be sent, what stays in the database, what a merge of two names does."""

from holdfast.outbox.lanes import LANE_ROWS, SESSION_ROWS, Session
from holdfast.outbox.queued import Queued

PN, LID, OTHER = "1@s.whatsapp.net", "10@lid", "2@s.whatsapp.net"


def row(order_no: int, chat: str = PN, phone: str = "49") -> Queued:
    """A message that waits."""
    return Queued(order_no, "ses_a", f"M{order_no}", chat, chat, b"", phone)


def session(*rows: Queued) -> Session:
    """A session that knows all of its lanes, with these rows."""
    made = Session("ses_a", counted=True)
    for each in rows:
        made.accepted(each)
    return made


def held(it: Session) -> dict[str, list[int]]:
    """Order numbers in memory, by chat."""
    return {chat: [each.order_no for each in lane.rows] for chat, lane in it.lanes.items()}


def test_each_chat_has_a_lane_and_its_order() -> None:
    it = session(row(1), row(2, OTHER), row(3))
    assert held(it) == {PN: [1, 3], OTHER: [2]}
    assert [lane.chat for lane in it.idle_lanes()] == [PN, OTHER]


def test_a_long_chat_stays_in_the_database_and_holds_up_no_other() -> None:
    it = session(*(row(n) for n in range(1, 601)), row(601, OTHER))
    assert len(it.lanes[PN].rows) == LANE_ROWS
    assert it.lanes[PN].outside == 600 - LANE_ROWS
    assert held(it)[OTHER] == [601]


def test_many_chats_do_not_fill_the_memory() -> None:
    it = session(*(row(n, f"{n}@lid") for n in range(1, 3 * SESSION_ROWS)))
    assert it.count == SESSION_ROWS
    assert all(lane.has_work for lane in it.lanes.values())


def test_what_comes_while_rows_are_read_is_read_next() -> None:
    it = session(*(row(n) for n in range(1, LANE_ROWS + 2)))
    lane = it.lanes[PN]
    while lane.rows:
        it.first_done(lane)
    before = lane.read_mark
    it.accepted(row(100))  # after the read began
    assert lane.loaded([row(LANE_ROWS + 1)], LANE_ROWS, before, set()) == 1
    assert (lane.outside, [each.order_no for each in lane.rows]) == (1, [LANE_ROWS + 1])


def test_what_comes_to_its_time_while_rows_are_read_is_not_passed_over() -> None:
    it = session()
    it.count_lanes([(PN, 1)], 0)
    lane = it.lanes[PN]
    before = lane.read_mark
    it.due(PN, 1)  # accepted before what is being read
    assert lane.loaded([row(5)], LANE_ROWS, before, set()) == 0
    assert (lane.loaded_to, lane.has_work) == (0, True)
    assert lane.loaded([row(4), row(5)], LANE_ROWS, lane.read_mark, set()) == 2
    assert [each.order_no for each in lane.rows] == [4, 5]


def test_what_is_settled_while_rows_are_read_is_not_sent_again() -> None:
    it = session(row(1))
    it.busy.add(1)
    it.loading += 1
    it.stored(1)
    assert it.unwanted == {1}
    it.load_ended()
    assert it.unwanted == set()


def test_a_count_that_missed_a_merge_is_taken_again() -> None:
    it = Session("ses_a")
    before = it.uncounted
    it.merge(PN, LID)
    it.count_lanes([(PN, 1)], before)
    assert not it.counted


def test_what_is_under_way_or_settled_is_not_read_again() -> None:
    it = session()
    it.count_lanes([(PN, 3)], 0)
    lane = it.lanes[PN]
    assert lane.loaded([row(1), row(2), row(3)], LANE_ROWS, lane.read_mark, {1, 2}) == 1
    assert [each.order_no for each in lane.rows] == [3]
    assert lane.outside == 0


def test_a_count_that_missed_something_is_taken_again() -> None:
    it = Session("ses_a")
    it.accepted(row(1))
    before = it.uncounted
    it.accepted(row(2))
    it.count_lanes([(PN, 1)], before)
    assert not it.counted
    it.count_lanes([(PN, 2)], it.uncounted)
    assert it.counted
    assert it.lanes[PN].outside == 2


def test_two_names_become_one_lane_that_is_read_again_in_order() -> None:
    it = session(row(1, LID), row(2, PN), row(3, LID))
    it.merge(PN, LID)
    assert held(it) == {LID: []}
    assert it.lanes[LID].outside == 3
    assert it.count == 0


def test_a_lane_that_is_merged_while_its_first_row_is_under_way_holds_the_other_up() -> None:
    it = session(row(1, PN), row(2, PN), row(3, LID))
    old = it.lanes[PN]
    old.working = True
    it.busy.add(1)
    it.merge(PN, LID)
    new = it.lanes[LID]
    assert list(it.idle_lanes()) == []
    assert [each.order_no for each in old.rows] == [1]
    it.first_done(old)
    it.left(old)
    assert list(it.idle_lanes()) == [new]
    new.loaded([row(2, LID), row(3, LID)], LANE_ROWS, new.read_mark, it.busy)
    assert [each.order_no for each in new.rows] == [2, 3]
    assert it.count == 0


def test_an_attempt_that_comes_to_nothing_after_a_merge_waits_in_the_other_lane() -> None:
    it = session(row(1, PN), row(3, LID))
    old = it.lanes[PN]
    old.working = True
    it.merge(PN, LID)
    it.left(old)
    new = it.lanes[LID]
    assert (new.loaded_to, new.held_by) == (0, 0)
    new.loaded([row(1, LID), row(3, LID)], LANE_ROWS, new.read_mark, it.busy)
    assert [each.order_no for each in new.rows] == [1, 3]


def test_what_was_accepted_before_the_link_belongs_to_the_first_number() -> None:
    it = session(row(1, phone=""), row(2, phone="44"))
    it.bind("49")
    assert [each.phone for each in it.lanes[PN].rows] == ["49", "44"]


def test_a_lane_that_rests_keeps_its_first_row_alone() -> None:
    it = session(row(1), row(2), row(3))
    lane = it.lanes[PN]
    it.count -= lane.rest()
    assert ([each.order_no for each in lane.rows], lane.outside, it.count) == ([1], 2, 1)


def test_a_wait_is_never_longer_than_it_was_decided() -> None:
    a_day = 86_400_000
    stored = Queued(1, "s", "M", PN, PN, b"", "49", next_at_ms=a_day + 5_000, tried_at_ms=a_day)
    assert stored.wait_s(0) == 5.0  # the clock was set back by a day meanwhile
    assert stored.wait_s(a_day + 4_000) == 1.0
    assert stored.wait_s(a_day * 2) == 0.0
