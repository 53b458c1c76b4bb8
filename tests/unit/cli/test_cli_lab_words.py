"""What people write on the lab's command line."""

from datetime import timedelta
from pathlib import Path

import pytest

from holdfast.cli.lab.send import Letter, checked, kind_of
from holdfast.cli.lab.words import Unclear, duration, match, pairs, place


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("90s", timedelta(seconds=90)),
        ("14d", timedelta(days=14)),
        ("1d12h", timedelta(days=1.5)),
        ("1.5h", timedelta(minutes=90)),
        ("-2h", timedelta(hours=-2)),
    ],
)
def test_times(text: str, meant: timedelta) -> None:
    assert duration(text) == meant


@pytest.mark.parametrize("text", ["", "soon", "14", "d", "1d and", "1d-2h"])
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(Unclear, match="90s"):
        duration(text)


def test_pairs_have_the_types_of_the_admin_api() -> None:
    given = ["ms=800", "after=true", "text=two words", 'attrs={"a": "b"}', "reason=replaced"]
    assert pairs(given, "arg") == {
        "ms": 800,
        "after": True,
        "text": "two words",
        "attrs": {"a": "b"},
        "reason": "replaced",
    }
    with pytest.raises(Unclear, match="--arg like"):
        pairs(["ms"], "arg")


def test_match_takes_one_string_or_many() -> None:
    once = match(["tag=message direction=out prob=0.5 nth=2 account=+4915100"])
    assert once == match(["tag=message", "dir=out", "prob=0.5", "nth=2", "account=4915100"])
    assert once == {"tag": "message", "dir": "out", "prob": 0.5, "nth": 2, "account": "4915100"}
    assert match(["type=1"]) == {"type": "1"}


def test_places() -> None:
    assert place("49.41,-8.71") == (49.41, -8.71)
    for text in ("49.41", "here,there"):
        with pytest.raises(Unclear, match=r"49\.41,8\.71"):
            place(text)


@pytest.mark.parametrize(
    ("letter", "says"),
    [
        (Letter(), "nothing to send"),
        (Letter(edit="x", delete=True, target="A"), "--edit, --delete"),
        (Letter(reaction=""), "--target"),
        (Letter(vote=("now",)), "--target"),
        (Letter(poll="When?", options=("now",)), "two answers"),
    ],
)
def test_letters_that_say_nothing_or_too_much(letter: Letter, says: str) -> None:
    with pytest.raises(Unclear, match=says):
        checked(letter)


def test_letters() -> None:
    for letter in (Letter("hi"), Letter(reaction="", target="A"), Letter("look", file=Path("a.jpg"))):
        assert checked(letter) is letter
    assert [kind_of(Path(name)) for name in ("a.JPG", "b.ogg", "c.pdf")] == ["image", "voice", "document"]
