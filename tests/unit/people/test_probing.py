"""A probe by hand: answered in milliseconds, not more often than its pause, and each number on its own."""

from unittest.mock import AsyncMock, create_autospec

import pytest

from holdfast.engine import Questions
from holdfast.model.errors import RateLimited, WhatsAppUnanswered
from holdfast.model.ids import DEFAULT_TENANT, SessionId
from holdfast.model.seams import SessionRef
from holdfast.people import Probing
from holdfast.people.probing import PAUSE_S


def number(name: str) -> SessionRef:
    return SessionRef(SessionId(f"ses_{name}"), DEFAULT_TENANT, name)


class Watch:
    """A clock that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def questions() -> Questions:
    made = create_autospec(Questions, instance=True)
    made.ping = AsyncMock(return_value=48)
    return made


async def test_the_answer_is_how_long_it_took(questions: Questions) -> None:
    assert await Probing(questions, Watch()).probe(number("office")) == 48


async def test_a_number_is_probed_again_after_a_pause_and_another_one_at_once(questions: Questions) -> None:
    clock = Watch()
    probing = Probing(questions, clock)
    await probing.probe(number("office"))
    clock.now += PAUSE_S - 1
    with pytest.raises(RateLimited, match="a moment ago") as refused:
        await probing.probe(number("office"))
    assert refused.value.retry_after_s == pytest.approx(1)
    await probing.probe(number("taxi"))
    clock.now += 1
    await probing.probe(number("office"))


async def test_a_probe_without_an_answer_counts_too(questions: Questions) -> None:
    questions.ping.side_effect = WhatsAppUnanswered  # type: ignore[attr-defined]
    probing = Probing(questions, Watch())
    with pytest.raises(WhatsAppUnanswered):
        await probing.probe(number("office"))
    with pytest.raises(RateLimited):
        await probing.probe(number("office"))


async def test_what_is_remembered_does_not_grow_without_end(questions: Questions) -> None:
    clock = Watch()
    probing = Probing(questions, clock)
    for at in range(9000):
        clock.now += 1
        await probing.probe(number(str(at)))
    assert len(probing._asked) < 5000
