"""Conversation files: what each line means, and what is told of one that means nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast.cli.replay import replay
from holdfast.lab.replay import read
from holdfast.lab.replay.script import (
    Api,
    Bots,
    Clock,
    Config,
    Hear,
    Human,
    Kill,
    Phone,
    Say,
    ScriptError,
    Send,
    State,
    holds,
)

TALKS = sorted((Path(__file__).parents[3] / "examples" / "talks").glob("**/*.talk"))

ORDER = Path(__file__).parents[3] / "examples" / "talks" / "order.talk"

WHOLE = """
# what is said
bots: commands, ../shop.py
phone Ann +4915112345678
config greeting enabled=true 'texts={"en": {"open": "Hi"}}' language=en
config pricing from prices.json
clock 2031-11-26T09:00:00+00:00
clock +1d2h30m
Ann: hello: you
| there
Ann < nothing
Ann < Good … Ann
| bye
Ann sends location 52.5 -13.4 Main station
kill all
human takes Ann
human gives back Ann
state Ann shop {"n": 1}
state Ann shop nothing
api /v1/sessions/main {"state": "connected"}
"""


def test_every_line_is_read() -> None:
    [conversation] = read(WHOLE)
    assert conversation.acts == [
        Bots(3, ["commands", "../shop.py"]),
        Phone(4, "Ann", "+4915112345678"),
        Config(5, "greeting", {"enabled": True, "texts": {"en": {"open": "Hi"}}, "language": "en"}),
        Config(6, "pricing", file="prices.json"),
        Clock(7, datetime(2031, 11, 26, 9, tzinfo=UTC)),
        Clock(8, later=timedelta(days=1, hours=2, minutes=30)),
        Say(9, "Ann", "hello: you\nthere"),
        Hear(11, "Ann", None),
        Hear(12, "Ann", "Good … Ann\nbye"),
        Send(14, "Ann", "location", ["52.5", "-13.4", "Main", "station"]),
        Kill(15, "all"),
        Human(16, "Ann", takes=True),
        Human(17, "Ann", takes=False),
        State(18, "Ann", "shop", {"n": 1}),
        State(19, "Ann", "shop", None),
        Api(20, "/v1/sessions/main", {"state": "connected"}),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("what is this", "nobody understands"),
        ("kill everybody", "to kill"),
        ("clock 2031-11-26T09:00:00", "time zone"),
        ("clock +soon", "written like"),
        ("clock noon", "noon"),
        ("Ann sends love", "one sends"),
        ("Ann sends location 1", "latitude"),
        ("phone Ann 123", "a phone line is"),
        ("config greeting enabled", "place with a value"),
        ("human likes Ann", "takes NAME"),
        ("state Ann shop {", "property name"),
        ("api /elsewhere {}", "under /v1/"),
    ],
)
def test_a_line_that_means_nothing_is_told_with_its_number(line: str, why: str) -> None:
    with pytest.raises(ScriptError, match=rf"line 2: .*{why}"):
        read(f"Ann < hi\n{line}")


def test_a_script_in_which_nobody_has_to_hear_anything_is_refused() -> None:
    with pytest.raises(ScriptError, match="cannot fail"):
        read("Ann: hello")


@pytest.mark.parametrize(
    ("expected", "said", "fits"),
    [
        ("Hello Ann", "Hello Ann", True),
        ("Hello Ann", "hello Ann", False),
        ("Hello…", "Hello Ann\nand more", True),
        ("…7.50 €…", "It is 7.50 €.", True),
        ("...total: 1", "your total: 1", True),
        ("7.50", "7950", False),
        ("Hello", "Hello Ann", False),
    ],
)
def test_dots_stand_for_anything(expected: str, said: str, *, fits: bool) -> None:
    assert Hear(1, "Ann", expected).fits(said) is fits


@pytest.mark.parametrize(
    ("found", "expected", "good"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"b": None}, False),
        ({"a": [{"x": 1, "y": 2}]}, {"a": [{"x": 1}]}, True),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ([], {}, False),
    ],
)
def test_what_is_found_holds_what_is_expected(found: Any, expected: Any, *, good: bool) -> None:
    assert holds(found, expected) is good


def test_every_example_can_be_read() -> None:
    assert len(TALKS) >= 15
    for file in TALKS:
        assert read(file.read_text())


def test_what_stands_before_the_first_title_belongs_to_every_conversation() -> None:
    text = "bots: commands\n\n== one\nAnn: a\nAnn < b\n== two  words\nBen < c\n"
    one, two = read(text)
    assert (one.line, one.title, one.acts) == (
        3,
        "one",
        [Bots(1, ["commands"]), Say(4, "Ann", "a"), Hear(5, "Ann", "b")],
    )
    assert (two.title, two.acts) == ("two  words", [Bots(1, ["commands"]), Hear(7, "Ben", "c")])


def test_each_conversation_of_a_file_must_be_able_to_fail() -> None:
    with pytest.raises(ScriptError, match=r"line 3: .*cannot fail"):
        read("== one\nAnn < b\n== two\nBen: c")


async def test_nothing_is_played_while_a_file_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.talk"
    bad.write_text("Ann < hi\nfoo bar")
    assert await replay([bad, tmp_path / "nowhere.talk", ORDER], as_json=False) == 1
    out = capsys.readouterr().out
    assert "line 2: nobody understands" in out
    assert "cannot be read" in out
    assert "0 of 3 conversations" in out
