"""Phones and simulators are the sums of their parts: nothing that a part can do is missing, or is twice."""

import inspect
from collections import Counter

import pytest

from holdfast.lab import Phone, Simulator
from holdfast.lab.hands import Hands
from holdfast.lab.identity import Identity
from holdfast.lab.linking import Linking
from holdfast.lab.mailbox import Mailbox
from holdfast.lab.manners import Manners
from holdfast.lab.passed import Passed
from holdfast.lab.pen import Pen
from holdfast.lab.screen import Screen

PARTS = {Phone: (Pen, Mailbox, Screen, Identity, Hands, Linking), Simulator: (Manners, Passed)}


def acts(kind: type) -> dict[str, object]:
    named = inspect.getmembers(kind, inspect.iscoroutinefunction)
    return {name: act for name, act in named if not name.startswith("_")}


@pytest.mark.parametrize("whole", PARTS)
def test_whatever_a_part_can_do_the_whole_can(whole: type) -> None:
    for part in PARTS[whole]:
        assert acts(part)
        assert {name: getattr(whole, name) for name in acts(part)} == acts(part)


@pytest.mark.parametrize("whole", PARTS)
def test_no_two_parts_do_the_same(whole: type) -> None:
    assert max(Counter(name for part in PARTS[whole] for name in acts(part)).values()) == 1


def test_a_phone_explains_itself_as_its_parts_do() -> None:
    said = inspect.signature(Phone("491511").say)
    assert list(said.parameters) == ["to", "text", "reply_to", "mentions", "id"]
    assert Phone.say.__doc__ == Pen.say.__doc__
