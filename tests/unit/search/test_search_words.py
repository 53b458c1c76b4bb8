"""Plain words: the same for what is indexed and for what is looked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.model.content import CalendarEvent, Document, Poll, Text
from holdfast.model.errors import RequestInvalid
from holdfast.search.query import LONGEST, Term, fts5, parse, scope, tsquery, tsvector
from holdfast.search.words import MOST_WORDS, readable, words


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("On my WAY", ["on", "my", "way"]),
        ("Übergröße, naïve Ångström", ["ubergrosse", "naive", "angstrom"]),
        ("e-mail me@example.org!", ["e", "mail", "me", "example", "org"]),
        ("zero\u200bwidth \u202eright\u202c", ["zerowidth", "right"]),
        ("ab東京cd", ["ab", "東", "京", "cd"]),
        ("done 🎉🎉", ["done", "🎉", "🎉"]),
        ("안녕 세상", ["안녕", "세상"]),
        ("x" * 100, ["x" * 64]),
        ("\0 ' \" \\ -- ; \u2028", []),
        ("", []),
    ],
)
def test_a_text_as_words(text: str, plain: list[str]) -> None:
    assert words(text) == plain


def test_a_message_has_so_many_words_and_no_more() -> None:
    assert len(words("a " * 70_000)) == MOST_WORDS
    assert len(words("東" * 70_000)) == MOST_WORDS


def test_what_a_person_reads_of_a_message() -> None:
    assert readable(Text("hi")) == "hi"
    assert readable(Poll("When?", ("now", "later"))) == "When? now later"
    assert readable(Document("the bill", file_name="bill.pdf")) == "the bill bill.pdf"
    assert readable(CalendarEvent("Picnic", 1, place="Gate")).split() == ["Picnic", "Gate"]


def test_terms() -> None:
    assert parse('On "my way" e-mail') == [
        Term(("on",), True),
        Term(("my", "way"), False),
        Term(("e", "mail"), True),
    ]
    assert parse('"open') == [Term(("open",), False)]
    assert parse("\u201cmy way\u201d") == [Term(("my", "way"), False)]


@pytest.mark.parametrize("text", ["", "  ", '""', "\u200b\u200b", "-- ;", "a" * (LONGEST + 1), "a " * 33])
def test_what_cannot_be_looked_for(text: str) -> None:
    with pytest.raises(RequestInvalid):
        parse(text)


def test_queries_of_both_databases() -> None:
    terms, scopes = (
        parse('my "way home"'),
        [[scope("s", "ses_1")], [scope("c", "1@lid"), scope("c", "2@lid")]],
    )
    assert fts5(terms, scopes) == (
        'scope : ("sses1") AND scope : ("c1lid" OR "c2lid") AND words : "my" * AND words : "way home"'
    )
    assert tsquery(terms, scopes) == "('=sses1') & ('=c1lid' | '=c2lid') & ('my':*) & ('way' <-> 'home')"
    assert tsvector(["a", "b", "a"], ["sx"]) == "'a':1,3 'b':2 '=sx'"


@given(st.text(max_size=300))
def test_no_word_holds_what_a_database_would_read_otherwise(text: str) -> None:
    for word in words(text):
        assert not set(word) & set(" '\"\\:&|!<>()*=\0")
