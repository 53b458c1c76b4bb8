"""A number's lock: who waits, who tries, what shows that it is over."""

from dataclasses import replace

from holdfast.outbox.lock import ReachoutLock
from holdfast.outbox.pacing import Pace
from holdfast.outbox.queued import Queued

ONE = Queued(1, "ses_a", "M1", "1@lid", "1@lid", b"", "49", pace=Pace.STRANGER)
TWO = replace(ONE, order_no=2, message_id="M2", chat="2@lid")
ANSWER = replace(ONE, order_no=3, pace=Pace.REPLY)


def test_nobody_waits_without_a_lock() -> None:
    assert ReachoutLock().wait_s(ONE, 0.0) == 0


def test_strangers_wait_for_its_end_and_answers_do_not() -> None:
    lock = ReachoutLock()
    lock.refused(900.0)
    assert (lock.wait_s(ONE, 100.0), lock.wait_s(ANSWER, 100.0)) == (800.0, 0.0)


def test_at_its_end_one_alone_is_tried_and_its_success_lets_the_others_go() -> None:
    lock = ReachoutLock()
    lock.refused(900.0)
    assert lock.wait_s(ONE, 900.0) == 0
    assert lock.wait_s(TWO, 900.0) > 0
    assert lock.wait_s(ONE, 900.0) == 0  # its own retry
    lock.tried(ANSWER, sent=True)
    assert lock.wait_s(TWO, 901.0) > 0  # an answer shows nothing
    lock.tried(ONE, sent=True)
    assert lock.wait_s(TWO, 901.0) == 0


def test_refused_again_it_lasts_longer_and_another_may_try_then() -> None:
    lock = ReachoutLock()
    lock.refused(900.0)
    assert lock.wait_s(ONE, 900.0) == 0
    lock.refused(2700.0)
    lock.tried(ONE, sent=False)
    assert lock.wait_s(TWO, 900.0) == 1800
    assert lock.wait_s(TWO, 2700.0) == 0


def test_one_that_comes_to_nothing_gives_its_try_away() -> None:
    lock = ReachoutLock()
    lock.refused(900.0)
    assert lock.wait_s(ONE, 900.0) == 0
    lock.tried(ONE, sent=False)
    assert lock.wait_s(TWO, 900.0) == 0


def test_what_whatsapp_tells_is_right() -> None:
    lock = ReachoutLock()
    lock.told(500.0)
    lock.refused(100.0)  # a refusal that came with the lock says nothing about its end
    assert lock.wait_s(ONE, 200.0) == 300
    lock.told(None)
    assert lock.wait_s(ONE, 200.0) == 0
