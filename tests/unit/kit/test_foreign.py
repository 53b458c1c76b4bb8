"""What a stranger writes cannot act on a terminal, and ordinary words stay as they are."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kit import foreign

ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(st.text(st.characters()))
def test_nothing_that_acts_is_left(text: str) -> None:
    shown = foreign.one_line(text)
    assert not {it for it in shown if unicodedata.category(it) in ACTING} - {"\u200d"}
    assert len(shown.splitlines()) <= 1
    assert foreign.one_line(shown) == shown


@pytest.mark.parametrize("text", ["Grüße, 你好, שלום", "👨‍👩‍👧 and ❤️‍🔥", "a\u0301", "[bold]x[/]"])
def test_ordinary_words_stay(text: str) -> None:
    assert foreign.one_line(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;QQ==\x07", "␛]52;c;QQ==␇"),
        ("a\r\nb", "a␍⏎b"),
        ("\x9b2J", "<U+009B>2J"),
        ("\u202egnp.exe", "<U+202E>gnp.exe"),
        ("a\u200bb\u200dc", "a<U+200B>b<U+200D>c"),
        ("\x7f\u2028\ud800", "␡⏎<U+D800>"),
    ],
)
def test_what_would_act_is_shown(text: str, shown: str) -> None:
    assert foreign.one_line(text) == shown


def test_lines_of_ours_stay_lines() -> None:
    assert foreign.lines("one\ntwo\x1b") == "one\ntwo␛"
