"""What follows from each error."""

from collections.abc import Iterator

import pytest

from holdfast.model import errors
from holdfast.model.errors import HoldfastError
from holdfast.outbox.policy import Fail, Retry, RetryPolicy

POLICY = RetryPolicy()


@pytest.mark.parametrize(
    ("exc", "attempted"),
    [
        (errors.NotConnected(), False),
        (errors.EngineUnreachable(), False),
        (errors.EngineStorageFailed(), False),
        (errors.SendOutcomeUnknown(), True),
        (errors.EngineProtocolError(), True),
    ],
)
def test_what_is_repeated_for_ever_with_a_cap(exc: HoldfastError, attempted: bool) -> None:
    delays = []
    for attempt in range(1, 200):
        decision = POLICY.decide(exc, attempt, roll=0.999)
        assert isinstance(decision, Retry)
        assert decision.attempted is attempted
        delays.append(decision.delay_s)
    assert delays == sorted(delays)
    assert 0 < delays[0] <= 1
    assert delays[-1] <= 60


@pytest.mark.parametrize(
    ("exc", "failed"),
    [
        (
            errors.SendRejected("WhatsApp refused the message (463)", reason="463"),
            Fail("send_rejected", "WhatsApp refused the message (463)"),
        ),
        (errors.RecipientInvalid(), Fail("recipient_invalid")),
        (errors.NotOnWhatsApp(), Fail("not_on_whatsapp")),
        (errors.WhatsAppForbidden(), Fail("whatsapp_forbidden")),
        (errors.WhatsAppNotFound(), Fail("whatsapp_not_found")),
        (errors.CommandRefused(error_code="INVALID_ARGUMENT"), Fail("command_refused")),
    ],
)
def test_what_fails_at_once_and_what_is_stored_of_it(exc: HoldfastError, failed: Fail) -> None:
    """A code, and what it does not say already: sentences and next steps are the catalogue's."""
    assert POLICY.decide(exc, 1, roll=0) == failed


@pytest.mark.parametrize(
    ("exc", "attempts", "code"),
    [
        (errors.SendRejected(reason="503"), 20, "send_rejected"),
        (errors.KeysUnavailable(), 20, "keys_unavailable"),
        (errors.CommandRefused(error_code="PANICKED"), 10, "command_refused"),
        (ZeroDivisionError("secret text of a message"), 10, "internal_error"),
    ],
)
def test_what_fails_after_a_while(exc: Exception, attempts: int, code: str) -> None:
    for attempt in range(1, attempts):
        assert isinstance(POLICY.decide(exc, attempt, roll=0.5), Retry)
    decision = POLICY.decide(exc, attempts, roll=0.5)
    assert isinstance(decision, Fail)
    assert decision.code == code
    assert "secret" not in decision.detail


def test_whatsapp_says_how_long_to_wait() -> None:
    decision = POLICY.decide(errors.RateLimited(retry_after_s=40), 1, roll=0.5)
    assert isinstance(decision, Retry)
    assert 40 <= decision.delay_s <= 50


def test_attempts_that_never_left_the_machine_slow_down_too() -> None:
    delays = []
    for fruitless in range(8):
        decision = POLICY.decide(errors.NotConnected(), 1, roll=0, fruitless=fruitless)
        assert isinstance(decision, Retry)
        delays.append(decision.delay_s)
    assert delays == pytest.approx([0.025, 0.05, 0.1, 0.2, 0.4, 0.5, 0.5, 0.5])


def test_every_error_has_a_decision() -> None:
    def tree(kind: type[HoldfastError]) -> Iterator[type[HoldfastError]]:
        yield kind
        for below in kind.__subclasses__():
            yield from tree(below)

    for kind in tree(HoldfastError):
        if kind.__module__ == errors.__name__:
            assert isinstance(POLICY.decide(kind(), 1, roll=0.5), Retry | Fail)
