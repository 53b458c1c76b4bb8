"""Dates, times and numbers in four languages; and that no text whatever stops a conversation."""

from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from talk import BERLIN, NOW, Talk

from holdfast.chauffeur.moments import exists, read_moment
from holdfast.chauffeur.reading import intent_of, language_of
from holdfast.chauffeur.service import Language
from holdfast.chauffeur.vocabulary import Intent, plain

# NOW is Wednesday, 2 December 2026, 10:00.
DATES = {
    "2026-12-24": date(2026, 12, 24),
    "24.12.": date(2026, 12, 24),
    "24.12.2026": date(2026, 12, 24),
    "24/12": date(2026, 12, 24),
    "24/12/26": date(2026, 12, 24),
    "24-12-2026": date(2026, 12, 24),
    "3.1.": date(2027, 1, 3),
    "24 December": date(2026, 12, 24),
    "24th of December": date(2026, 12, 24),
    "December 24": date(2026, 12, 24),
    "Dec 24th, 2026": date(2026, 12, 24),
    "3 January": date(2027, 1, 3),
    "24. Dezember": date(2026, 12, 24),
    "3. März": date(2027, 3, 3),
    "24 de dezembro": date(2026, 12, 24),
    "3 de março": date(2027, 3, 3),
    "24 de diciembre": date(2026, 12, 24),
    "3 de enero": date(2027, 1, 3),
    "today": date(2026, 12, 2),
    "heute": date(2026, 12, 2),
    "hoje": date(2026, 12, 2),
    "hoy": date(2026, 12, 2),
    "tomorrow": date(2026, 12, 3),
    "morgen": date(2026, 12, 3),
    "amanhã": date(2026, 12, 3),
    "mañana": date(2026, 12, 3),
    "the day after tomorrow": date(2026, 12, 4),
    "übermorgen": date(2026, 12, 4),
    "depois de amanhã": date(2026, 12, 4),
    "pasado mañana": date(2026, 12, 4),
    "on Friday": date(2026, 12, 4),
    "next Wednesday": date(2026, 12, 9),
    "am Freitag": date(2026, 12, 4),
    "sexta-feira": date(2026, 12, 4),
    "el viernes": date(2026, 12, 4),
    "in 3 days": date(2026, 12, 5),
    "in 2 Wochen": date(2026, 12, 16),
    "em 3 dias": date(2026, 12, 5),
    "dentro de 3 días": date(2026, 12, 5),
}
TIMES = {
    "18:30": time(18, 30),
    "at 6 pm": time(18),
    "6pm": time(18),
    "6:30 p.m.": time(18, 30),
    "12 am": time(0),
    "12 pm": time(12),
    "at 18": time(18),
    "6 o'clock in the evening": time(18),
    "half past 6 in the evening": time(18, 30),
    "noon": time(12),
    "midnight": time(0),
    "um 18 Uhr": time(18),
    "18 Uhr 30": time(18, 30),
    "18.30 Uhr": time(18, 30),
    "18.30": time(18, 30),
    "halb sieben": time(6, 30),
    "halb sieben abends": time(18, 30),
    "Mitternacht": time(0),
    "às 18h": time(18),
    "18h30": time(18, 30),
    "às 6 da tarde": time(18),
    "meio-dia": time(12),
    "a las 6 de la tarde": time(18),
    "a las 18:30": time(18, 30),
    "medianoche": time(0),
}


@pytest.mark.parametrize("text", DATES)
def test_dates(text: str) -> None:
    found = read_moment(f"a ride {text} please", "en", NOW)
    assert (found.date, found.time, found.impossible) == (DATES[text], None, False)


@pytest.mark.parametrize("text", TIMES)
def test_times(text: str) -> None:
    found = read_moment(text, "en", NOW)
    assert (found.time, found.date, found.impossible) == (TIMES[text], None, False)


@pytest.mark.parametrize(
    "text", ["31 February", "31.2.", "30. Februar 2027", "31 de abril", "29.2.2027", "25:00", "7:61"]
)
def test_what_the_calendar_and_the_clock_do_not_have(text: str) -> None:
    assert read_moment(text, "en", NOW).impossible


@pytest.mark.parametrize("text", ["", "2 people", "1-2 people", "flight", "a ride", "room 1203"])
def test_what_is_neither(text: str) -> None:
    found = read_moment(text, "en", NOW)
    assert (found.date, found.time, found.impossible) == (None, None, False)


def test_in_two_hours() -> None:
    found = read_moment("in 2 hours", "en", NOW)
    assert (found.date, found.time) == (date(2026, 12, 2), time(12))


@pytest.mark.parametrize(
    ("at", "there"),
    [
        (datetime(2027, 3, 28, 1, 59, tzinfo=BERLIN), True),
        (datetime(2027, 3, 28, 2, 0, tzinfo=BERLIN), False),
        (datetime(2027, 3, 28, 2, 59, tzinfo=BERLIN), False),
        (datetime(2027, 3, 28, 3, 0, tzinfo=BERLIN), True),
        (datetime(2027, 10, 31, 2, 30, tzinfo=BERLIN), True),
    ],
)
def test_the_hour_that_is_left_out(at: datetime, there: bool) -> None:
    assert exists(at) is there


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Yes!", Intent.YES),
        ("Sí, por favor", Intent.YES),
        ("JA", Intent.YES),
        ("não", Intent.NO),
        ("no, at 6 pm", None),
        ("yes but at 7", None),
        ("Stornieren", Intent.CANCEL),
        ("quero cancelar a minha reserva", Intent.CANCEL),
        ("Minhas reservas", Intent.LIST),
        ("/help", Intent.HELP),
        ("Hilfe bitte", Intent.HELP),
    ],
)
def test_words_that_steer(text: str, intent: Intent | None) -> None:
    assert intent_of(text) is intent


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, I need a ride", "en"),
        ("Ich brauche eine Fahrt", "de"),
        ("Preciso de uma viagem amanhã", "pt"),
        ("Necesito un coche mañana", "es"),
    ],
)
def test_the_language_of_a_text(text: str, language: Language) -> None:
    for before in ("en", "de", "pt", "es"):
        assert language_of(text, before) == language  # type: ignore[arg-type]


def test_words_that_show_no_language_change_none() -> None:
    for text in ("3:30 am", "8 pm", "Marienplatz", "18:30", "ok", "LH 123", ""):
        assert language_of(text, "pt") == "pt"


@given(st.text(max_size=50))
def test_plain_text_is_as_long_as_the_text(text: str) -> None:
    assert len(plain(text)) == len(text)


words = st.sampled_from(
    [
        "from",
        "to",
        "via",
        "yes",
        "no",
        "cancel",
        "change",
        "new",
        "human",
        "airport",
        "Marienplatz",
        "Augsburg",
        "tomorrow",
        "18:00",
        "25:00",
        "31.2.",
        "2",
        "people",
        "40",
        "suitcases",
        "sedan",
        "van",
        "voucher",
        "NOSUCH",
        "my",
        "name",
        "is",
        "remark:",
        "flight",
        "LH123",
        "nach",
        "para",
        "de",
        "a",
        "las",
        "um",
        "👍",
        "{0}",
        "%",
        "1",
        "3",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(words, max_size=8).map(" ".join) | st.text(max_size=80), max_size=6))
def test_no_conversation_stops(messages: list[str]) -> None:
    talk = Talk()
    for text in messages:
        assert talk.say(text), text
