"""A phone is the sum of its parts: nothing that a part can do is missing from it, nothing is there twice."""

import inspect
from collections import Counter

import pytest

from holdfast.lab import Phone
from holdfast.lab.hands import Hands
from holdfast.lab.identity import Identity
from holdfast.lab.linking import Linking
from holdfast.lab.mailbox import Mailbox
from holdfast.lab.pen import Pen
from holdfast.lab.screen import Screen

PARTS = (Pen, Mailbox, Screen, Identity, Hands, Linking)


def acts(kind: type) -> dict[str, object]:
    named = inspect.getmembers(kind, inspect.iscoroutinefunction)
    return {name: act for name, act in named if not name.startswith("_")}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_whatever_a_part_can_do_the_phone_can(part: type) -> None:
    assert acts(part)
    assert {name: getattr(Phone, name) for name in acts(part)} == acts(part)


def test_no_two_parts_do_the_same() -> None:
    assert max(Counter(name for part in PARTS for name in acts(part)).values()) == 1


def test_a_phone_explains_itself_as_its_parts_do() -> None:
    said = inspect.signature(Phone("491511").say)
    assert list(said.parameters) == ["to", "text", "reply_to", "mentions", "id"]
    assert Phone.say.__doc__ == Pen.say.__doc__
