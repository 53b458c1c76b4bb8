"""The booking dialogue: whole conversations, corrections, and everything a customer may get wrong."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from talk import BERLIN, NOW, SETTING, Talk

from holdfast.chauffeur.conversation import (
    Book,
    Cancel,
    Change,
    HandOver,
    Price,
    Refused,
    Stage,
    State,
    from_json,
    to_json,
)
from holdfast.chauffeur.form import Form
from holdfast.chauffeur.pricing import sum_of
from holdfast.chauffeur.words import CATALOGUES, Say

WHOLE = (
    "From the airport to Marienplatz on 24 December at 6 pm, 2 passengers, 1 suitcase, sedan, flight LH 123"
)


def whole(talk: Talk) -> str:
    """Everything in one message: a price comes back at once."""
    answer = talk.say(WHOLE)
    assert talk.quoted, answer
    return answer


# -- whole conversations

IN_ONE_MESSAGE = {
    "en": WHOLE,
    "de": "Ich möchte vom Flughafen zum Marienplatz am 24. Dezember um 18 Uhr, "
    "2 Personen, 1 Koffer, Sedan, Flug LH123",
    "pt": "Preciso ir do aeroporto para Marienplatz em 24 de dezembro às 18h, "
    "2 pessoas, 1 mala, sedan, voo LH123",
    "es": "Necesito ir del aeropuerto a Marienplatz el 24 de diciembre a las 6 de la tarde, "
    "2 personas, 1 maleta, sedan, vuelo LH123",
}
YES = {"en": "yes please", "de": "ja bitte", "pt": "sim", "es": "sí"}


@pytest.mark.parametrize("language", IN_ONE_MESSAGE)
def test_a_booking_in_two_messages(language: str) -> None:
    talk = Talk()
    answer = talk.say(IN_ONE_MESSAGE[language])
    assert talk.state.language == language
    assert talk.quoted, answer
    form = talk.form
    assert form.pickup is not None
    assert form.destination is not None
    assert (form.pickup.place_id, form.destination.place_id) == ("muc", "marienplatz")
    assert (form.date, form.time) == (date(2026, 12, 24), time(18))
    assert (form.passengers, form.luggage, form.vehicle_class) == (2, 1, "sedan")
    assert (form.flight, form.name) == ("LH123", "Ann Lee")
    assert talk.say(YES[language]).startswith(CATALOGUES[language][Say.BOOKED][:10])  # type: ignore[index]
    [booking] = talk.bookings
    # 79.00 for the airport transfer, half of it for the holiday, 8.00 for the airport
    assert (booking.total, booking.form) == (Decimal("126.50"), form)


QUESTIONS = {
    "en": ["Hello", "Marienplatz", "to Augsburg", "tomorrow at 18:30", "3 and 2", "sedan"],
    "de": [
        "Hallo, ich brauche eine Fahrt",
        "Marienplatz",
        "nach Augsburg",
        "morgen um 18:30 Uhr",
        "3 und 2",
        "1",
    ],
    "pt": ["Olá, bom dia", "Marienplatz", "para Augsburg", "amanhã às 18h30", "3 e 2", "sedan"],
    "es": ["Hola, buenos días", "Marienplatz", "a Augsburg", "mañana a las 18:30", "3 y 2", "sedan"],
}


@pytest.mark.parametrize("language", QUESTIONS)
def test_it_asks_only_what_is_missing(language: str) -> None:
    talk = Talk()
    for text in QUESTIONS[language]:
        assert not talk.quoted
        talk.say(text)
    assert talk.quoted, talk.heard
    form = talk.form
    assert form.pickup is not None
    assert form.destination is not None
    assert (form.pickup.place_id, form.destination.place_id) == ("marienplatz", "augsburg")
    assert (form.date, form.time) == (date(2026, 12, 3), time(18, 30))
    assert (form.passengers, form.luggage, form.vehicle_class, form.flight) == (3, 2, "sedan", None)
    assert talk.state.language == language


def test_a_flight_is_asked_only_at_airports() -> None:
    talk = Talk()
    answer = talk.say("from the airport to Marienplatz tomorrow 18:00, 1 passenger, no luggage, sedan")
    assert "flight number" in answer
    talk.say("none")
    assert (talk.quoted, talk.form.flight) == (True, "")


def test_the_only_vehicle_that_fits_is_not_asked_for() -> None:
    talk = Talk()
    talk.say("from Marienplatz to Augsburg tomorrow 18:00, 6 passengers, 5 bags")
    assert (talk.quoted, talk.form.vehicle_class) == (True, "van")


def test_a_pin_is_the_pick_up_and_then_the_destination() -> None:
    talk = Talk()
    talk.say("Hi")
    assert "Where do you want to go" in talk.pin(48.2, 11.5)
    talk.pin(48.1, 11.7, "The office")
    assert talk.form.pickup is not None
    assert talk.form.destination is not None
    assert (talk.form.pickup.name, talk.form.destination.name) == ("My house", "The office")


def test_stops_on_the_way() -> None:
    talk = Talk()
    talk.say("from Marienplatz via Hotel Adler to Augsburg tomorrow 18:00, 1 passenger, 0 bags, sedan")
    assert [it.name for it in talk.form.stops] == ["Hotel Adler"]
    assert "Stops: 1" in talk.heard[-1]


def test_a_place_that_holds_a_preposition() -> None:
    talk = Talk()
    talk.say("Hola, necesito un viaje de Plaza de España al aeropuerto mañana a las 9")
    assert talk.form.pickup is not None
    assert talk.form.destination is not None
    assert (talk.form.pickup.place_id, talk.form.destination.place_id) == ("spain", "muc")


@pytest.mark.parametrize(
    "text", ["el 10/12 a las 10:00", "el 10 de diciembre a las 10:00", "em 10/12 às 10:00"]
)
def test_what_stands_before_a_time_is_no_place(text: str) -> None:
    talk = Talk(state=State("es"))
    talk.say(f"Necesito ir de Marienplatz a Augsburg {text}, 2 personas, 1 maleta, sedan")
    assert talk.quoted, talk.heard[-1]


# -- corrections


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("no, 7 pm", "time", time(19)),
        ("No, at 19:15", "time", time(19, 15)),
        ("actually on the 26th of December", "date", date(2026, 12, 26)),
        ("nein, 20 Uhr", "time", time(20)),
        ("não, às 20h", "time", time(20)),
        ("no, a las 8 de la tarde", "time", time(20)),
        ("we are 3", "passengers", 3),
        ("3 suitcases", "luggage", 3),
        ("van please", "vehicle_class", "van"),
        ("my name is Bob Stone", "name", "Bob Stone"),
        ("flight BA 950", "flight", "BA950"),
        ("2 child seats", "child_seats", 2),
        ("remark: I have a dog", "remarks", "I have a dog"),
        ("voucher WELCOME", "voucher", "WELCOME"),
        ("call me on +49 151 12345678", "contact", "+4915112345678"),
    ],
)
def test_corrections_at_any_time(text: str, field: str, value: object) -> None:
    talk = Talk()
    whole(talk)
    before = talk.form
    talk.say(text)
    assert talk.quoted, talk.heard[-1]
    assert talk.form == replace(before, **{field: value})


def test_no_alone_asks_what_is_to_change() -> None:
    talk = Talk()
    whole(talk)
    assert "What is to change" in talk.say("no")
    talk.say("to Hauptbahnhof")
    assert talk.form.destination is not None
    assert talk.form.destination.place_id == "hbf"
    assert talk.quoted


def test_a_draft_is_dropped_and_begun_again() -> None:
    talk = Talk()
    whole(talk)
    assert "nothing is booked" in talk.say("cancel")
    assert talk.form == Form(name="Ann Lee")
    whole(talk)
    assert "pick you up" in talk.say("new")
    assert talk.bookings == []


# -- bad input

TOMORROW = date(2026, 12, 3)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("from Marienplatz to Augsburg on 1.12.2026 at 18:00", "in the past"),
        ("from Marienplatz to Augsburg yesterday at 18:00", "in the past"),
        ("from Marienplatz to Augsburg today at 9:00", "in the past"),
        ("from Marienplatz to Augsburg today at 11:00", "too soon"),
        ("from Marienplatz to Augsburg on 31 February at 18:00", "does not exist"),
        ("from Marienplatz to Augsburg on 31.2. at 18:00", "does not exist"),
        ("from Marienplatz to Augsburg on 2027-02-31 at 18:00", "does not exist"),
        ("from Marienplatz to Augsburg tomorrow at 25:00", "does not exist"),
        ("from Marienplatz to Augsburg tomorrow at 18:75", "does not exist"),
        ("from Marienplatz to Augsburg on 28.3.2027 at 2:30", "clocks are put forward"),
        ("from Marienplatz to Augsburg on 24.12.2029 at 18:00", "too far ahead"),
        ("from Marienplatz to Atlantis tomorrow at 18:00", "do not know the place “Atlantis”"),
        ("from Atlantis to Marienplatz tomorrow at 18:00", "do not know the place “Atlantis”"),
        ("from Marienplatz to Marienplatz tomorrow at 18:00", "the same place"),
        ("from Marienplatz to Augsburg, 40 passengers", "takes 7 passengers"),
        ("from Marienplatz to Augsburg, 0 passengers", "at least one passenger"),
        ("from Marienplatz to Augsburg, 2 passengers, 30 suitcases", "at most 7 pieces"),
        ("from Marienplatz to Augsburg, 1 passenger, 3 child seats", "more child seats than"),
        ("from Marienplatz to Augsburg, 999 child seats", "more child seats than"),
        ("from Marienplatz to Augsburg, 6 passengers, sedan", "Sedan is too small"),
        ("from Marienplatz to Augsburg, voucher NOSUCH", "do not know the voucher NOSUCH"),
        ("word " * 1000, "a little long"),
    ],
)
def test_bad_input_is_answered_and_books_nothing(text: str, says: str) -> None:
    talk = Talk()
    assert says in talk.say(text)
    assert not talk.quoted
    talk.say("yes")
    assert (talk.quoted, talk.bookings) == (False, [])


def test_what_is_right_in_a_message_is_kept() -> None:
    talk = Talk()
    talk.say("from Marienplatz to Augsburg on 31 February at 18:00, 2 passengers")
    assert (talk.form.passengers, talk.form.time, talk.form.date) == (2, time(18), None)


@pytest.mark.parametrize(
    "vehicle", ["a helicopter", "2 helicopters", "um helicóptero", "einen Hubschrauber", "7"]
)
def test_a_vehicle_that_nobody_has_is_asked_again(vehicle: str) -> None:
    talk = Talk()
    talk.say("From Marienplatz to Augsburg tomorrow at 10:00, 2 passengers, 1 bag")
    answer = talk.say(vehicle)
    assert CATALOGUES[talk.state.language][Say.NOT_UNDERSTOOD] in answer
    assert "1. Sedan" in answer
    assert not talk.quoted
    talk.say("number 2, please")
    assert talk.form.vehicle_class == "van"


def test_an_article_is_no_number_of_people() -> None:
    talk = Talk()
    talk.say("From Marienplatz to Augsburg tomorrow at 10:00")
    assert "How many" in talk.say("a few")
    assert talk.form.passengers is None
    talk.say("a")
    assert talk.form.passengers == 1


def test_voice_and_pictures() -> None:
    talk = Talk()
    assert "text and location pins" in talk.voice()
    whole(talk)
    talk.voice()
    assert talk.quoted


@pytest.mark.parametrize(
    "text", ["asdf qwer", "🙈🙈🙈", "???", "....", "\x00\x01", "SELECT 1; --", "{name} {0} %s"]
)
def test_nonsense(text: str) -> None:
    talk = Talk()
    for _ in range(4):
        assert talk.say(text)
    whole(talk)
    talk.say(text)
    assert talk.quoted
    assert talk.bookings == []


def test_a_misspelled_place() -> None:
    talk = Talk()
    talk.say("from Marienplaz to Augsbrug tomorrow 18:00")
    assert talk.form.pickup is not None
    assert talk.form.destination is not None
    assert (talk.form.pickup.place_id, talk.form.destination.place_id) == ("marienplatz", "augsburg")


def test_a_place_that_may_be_two() -> None:
    talk = Talk()
    answer = talk.say("from Hotel Ad to Augsburg tomorrow 18:00")
    assert "1. Hotel Adler\n2. Hotel Adria" in answer
    talk.say("2")
    assert talk.form.pickup is not None
    assert talk.form.pickup.place_id == "hotel-b"


def test_the_hour_that_comes_twice_is_the_first() -> None:
    talk = Talk(now=datetime(2027, 10, 1, 12, tzinfo=BERLIN))
    talk.say("from Marienplatz to Augsburg on 31.10.2027 at 2:30, 1 passenger, 0 bags, sedan")
    assert talk.quoted
    at = talk.form.at("Europe/Berlin")
    assert at is not None
    assert at.utcoffset() == timedelta(hours=2)


def test_midnight_passes_in_the_conversation() -> None:
    talk = Talk(now=datetime(2026, 12, 2, 23, 58, tzinfo=BERLIN))
    talk.say("from Marienplatz to Augsburg tomorrow")
    talk.now = datetime(2026, 12, 3, 0, 1, tzinfo=BERLIN)
    talk.say("at 18:00")
    assert (talk.form.date, talk.form.time) == (TOMORROW, time(18))


# -- the quote


def test_the_lines_of_a_quote_are_told_and_its_version_is_kept() -> None:
    talk = Talk()
    answer = whole(talk)
    assert "Fixed price, Airport transfer: 79.00 EUR" in answer
    assert "*Total: 126.50 EUR* (includes 19 % VAT: 20.20 EUR)" in answer
    talk.version = 4
    talk.say("yes")
    [booked] = [it for it in talk.effects if isinstance(it, Book)]
    assert booked.quote.version == 3
    assert sum_of(booked.quote.lines) == booked.quote.total


def test_an_old_quote_is_made_again_before_it_is_booked() -> None:
    talk = Talk()
    whole(talk)
    talk.now, talk.version = NOW + timedelta(days=2), 4
    assert "no longer valid" in talk.say("yes")
    assert talk.bookings == []
    talk.say("yes")
    assert [it.quote.version for it in talk.effects if isinstance(it, Book)] == [4]


def test_a_yes_that_the_gateway_refuses_is_no_booking() -> None:
    talk = Talk()
    whole(talk)
    assert "no longer valid" in talk.give(Refused())
    assert talk.quoted
    talk.say("yes")
    talk.say("cancel")
    assert "can no longer be changed here" in talk.give(Refused())
    assert talk.state.stage is Stage.IDLE


def test_what_another_version_has_quoted_is_priced_again_before_it_is_booked() -> None:
    talk = Talk()
    whole(talk)
    written = to_json(talk.state) | {"quoted_at": NOW.isoformat()}
    for name in ("quote_id", "valid_until_ms"):
        del written["quote"][name]
    talk.state = from_json(written)
    assert "no longer valid" in talk.say("yes")
    assert talk.bookings == []


def test_a_quote_whose_ride_has_passed_is_not_booked() -> None:
    talk = Talk()
    whole(talk)
    talk.now = datetime(2026, 12, 24, 17, tzinfo=BERLIN)
    assert "too soon" in talk.say("yes")
    assert (talk.bookings, talk.quoted) == ([], False)


def test_a_voucher_that_does_not_count() -> None:
    talk = Talk()
    talk.say(f"{WHOLE}, voucher SPRING")
    assert any("SPRING does not count" in it for it in talk.heard)
    assert (talk.quoted, talk.form.voucher) == (True, "")


def test_the_same_message_handled_again_gives_the_same_reference() -> None:
    once, again = Talk(), Talk()
    for talk in (once, again):
        whole(talk)
        talk.say("yes")
    assert once.bookings == again.bookings


# -- bookings that exist


def booked() -> Talk:
    talk = Talk()
    whole(talk)
    talk.say("yes")
    return talk


@pytest.mark.parametrize(
    "text", ["cancel", "I want to cancel my booking", "stornieren", "cancelar", "/cancel", "Cancel!"]
)
def test_cancelling(text: str) -> None:
    talk = booked()
    talk.say(text)
    assert talk.state.stage is Stage.CANCELLING
    talk.say("yes")
    assert talk.bookings == []
    assert [it.fee for it in talk.effects if isinstance(it, Cancel)] == [Decimal(0)]


@pytest.mark.parametrize(("hours", "fee"), [(25, "0"), (24, "0"), (23, "63.25"), (3, "63.25"), (2, "126.50")])
def test_cancelling_late_costs_a_fee(hours: int, fee: str) -> None:
    talk = booked()
    talk.now = datetime(2026, 12, 24, 18, tzinfo=BERLIN) - timedelta(hours=hours)
    assert fee in talk.say("cancel")
    talk.say("yes")
    assert [it.fee for it in talk.effects if isinstance(it, Cancel)] == [Decimal(fee)]


def test_cancelling_is_thought_over() -> None:
    talk = booked()
    talk.say("cancel")
    assert "stays as it is" in talk.say("no")
    assert len(talk.bookings) == 1


def test_one_of_two_bookings_is_cancelled() -> None:
    talk = booked()
    whole(talk)
    talk.say("yes")
    first, second = talk.bookings
    assert f"2. Thu 24 Dec 2026, 18:00, Munich Airport → Marienplatz ({second.reference})" in talk.say(
        "cancel"
    )
    talk.say("2")
    talk.say("yes")
    assert talk.bookings == [first]


def test_changing_a_booking() -> None:
    talk = booked()
    [before] = talk.bookings
    assert "What is to change" in talk.say("change my booking")
    answer = talk.say("8 pm")
    assert f"change booking {before.reference}" in answer
    assert "Fee for the change: 0.00 EUR" in answer
    assert talk.bookings == [before]
    talk.say("yes")
    [after] = talk.bookings
    assert (after.booking_id, after.form) == (before.booking_id, replace(before.form, time=time(20)))
    assert len([it for it in talk.effects if isinstance(it, Change)]) == 1


def test_a_change_is_given_up() -> None:
    talk = booked()
    [before] = talk.bookings
    talk.say("change")
    talk.say("8 pm")
    assert "stays as it is" in talk.say("cancel")
    assert talk.bookings == [before]
    assert talk.state == State("en", greeted=True, form=Form(name="Ann Lee"))


def test_no_booking_to_cancel() -> None:
    assert "no booking" in Talk().say("my bookings")
    assert "no booking" in Talk().say("cancel")


def test_a_ride_that_has_begun_is_not_changed() -> None:
    talk = booked()
    talk.now = datetime(2026, 12, 24, 18, tzinfo=BERLIN)
    assert "no longer be changed" in talk.say("cancel")


@pytest.mark.parametrize(
    "text", ["human", "Ich will mit einem Menschen sprechen", "atendente", "hablar con una persona"]
)
def test_a_human_is_called(text: str) -> None:
    talk = Talk()
    talk.say(text.removeprefix("Ich will "))
    assert talk.effects == [HandOver()]


def test_a_second_yes_books_nothing() -> None:
    talk = booked()
    talk.say("yes")
    assert len(talk.bookings) == 1
    assert len([it for it in talk.effects if isinstance(it, Price)]) == 1


# -- the catalogue


def test_every_language_has_every_sentence_with_the_same_values() -> None:
    import re

    for key in Say:
        wanted = {language: set(re.findall(r"{(\w+)}", it[key])) for language, it in CATALOGUES.items()}
        assert len({frozenset(it) for it in wanted.values()}) == 1, (key, wanted)


def test_the_setting_is_never_changed() -> None:
    talk = booked()
    assert talk.setting is SETTING


# -- waiting, and the way back

RIDE = "From Marienplatz to Augsburg tomorrow at 10:00, 2 passengers, 1 bag, sedan"


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("please wait 30 minutes", 30),
        ("waiting time: 2 hours", 120),
        ("45 min waiting", 45),
        ("bitte 20 Minuten warten", 20),
        ("Wartezeit 1 Stunde", 60),
        ("esperar 30 minutos", 30),
        ("30 minutos de espera", 30),
        ("tempo de espera de 15 minutos", 15),
    ],
)
def test_a_driver_who_waits_is_paid_for_it(words: str, minutes: int) -> None:
    talk = Talk()
    talk.say(RIDE)
    answer = talk.say(words)
    assert talk.form.waiting_min == minutes, answer
    assert str(talk.form.time) == "10:00:00"
    assert talk.quoted
    if minutes > 15:
        assert talk.state.quote is not None
        assert any(it.code == "waiting" for it in talk.state.quote.lines)


THERE = ("2026-12-03", "10:00:00")


def ways(talk: Talk) -> tuple[tuple[str, str], tuple[str, str]]:
    """When the way there and the way back are."""
    it = talk.form
    return (str(it.date), str(it.time)), (str(it.return_date), str(it.return_time))


@pytest.mark.parametrize(
    ("words", "back"),
    [
        (f"{RIDE}, and back at 22:00", ("2026-12-03", "22:00:00")),
        (f"{RIDE} and back on Friday at 6 pm", ("2026-12-04", "18:00:00")),
        (f"{RIDE}, returning the same day at 5 pm", ("2026-12-03", "17:00:00")),
        (f"{RIDE}, return on 6.12. at 18.30", ("2026-12-06", "18:30:00")),
        (f"{RIDE}. Back at 2:00", ("2026-12-04", "02:00:00")),
        (f"{RIDE} and back to Marienplatz, back at 20:00", ("2026-12-03", "20:00:00")),
        (
            "Morgen um 10 Uhr von Marienplatz nach Augsburg, abends um 8 zurück, 2 Personen, 1 Koffer, Sedan",
            ("2026-12-03", "20:00:00"),
        ),
        (
            "Von Marienplatz nach Augsburg morgen um 10 Uhr, 2 Personen, 1 Koffer, Sedan, "
            "Rückfahrt um 22 Uhr",
            ("2026-12-03", "22:00:00"),
        ),
        (
            "Von Marienplatz nach Augsburg morgen um 10 Uhr und am Sonntag um 18 Uhr zurück, 2 Personen, "
            "1 Koffer, Sedan",
            ("2026-12-06", "18:00:00"),
        ),
        (
            "Von Marienplatz nach Augsburg morgen um 10 Uhr und zurück am Sonntag um 18 Uhr, 2 Personen, "
            "1 Koffer, Sedan",
            ("2026-12-06", "18:00:00"),
        ),
        (
            "Preciso ir de Marienplatz para Augsburg amanhã às 10h e volta às 22h, 2 pessoas, 1 mala, sedan",
            ("2026-12-03", "22:00:00"),
        ),
        (
            "Necesito ir de Marienplatz a Augsburg mañana a las 10:00 y vuelta el domingo a las 18:00, "
            "2 personas, 1 maleta, sedan",
            ("2026-12-06", "18:00:00"),
        ),
    ],
)
def test_a_way_back_is_quoted_with_its_discount_and_never_changes_the_way_there(
    words: str, back: tuple[str, str]
) -> None:
    talk = Talk()
    answer = talk.say(words)
    assert talk.quoted, answer
    assert ways(talk) == (THERE, back)
    assert [it.place_id for it in (talk.form.pickup, talk.form.destination) if it] == [
        "marienplatz",
        "augsburg",
    ]
    assert talk.state.quote is not None
    assert sum_of(talk.state.quote.lines) == talk.state.quote.total
    assert {it.code for it in talk.state.quote.lines if it.back} >= {"base", "return_discount"}
    assert talk.state.quote.back_duration_s == 2400


@pytest.mark.parametrize(
    ("words", "asked", "answer"),
    [
        (
            "Round trip from Marienplatz to Augsburg tomorrow at 10:00, 2 passengers, 1 bag, sedan",
            "On which day shall we drive you back?",
            "on Sunday at 6 pm",
        ),
        (
            "Marienplatz nach Augsburg und zurück, morgen um 10 Uhr, 2 Personen, 1 Koffer, Sedan",
            "An welchem Tag dürfen wir Sie zurückfahren?",
            "Sonntag, 18 Uhr",
        ),
        (
            "Preciso ir de Marienplatz para Augsburg amanhã às 10h, 2 pessoas, 1 mala, sedan, ida e volta",
            "Em que dia é a volta?",
            "domingo às 18h",
        ),
        (
            "Necesito ir de Marienplatz a Augsburg mañana a las 10:00, 2 personas, 1 maleta, sedan, "
            "ida y vuelta",
            "¿Qué día es la vuelta?",
            "el domingo a las 18:00",
        ),
    ],
)
def test_when_the_way_back_is_is_asked(words: str, asked: str, answer: str) -> None:
    talk = Talk()
    assert asked in talk.say(words)
    talk.say(answer)
    assert talk.quoted
    assert ways(talk) == (THERE, ("2026-12-06", "18:00:00"))


def test_a_way_back_is_corrected_moved_and_left_out() -> None:
    talk = Talk()
    talk.say(f"{RIDE}, and back at 22:00")
    both = talk.state.quote
    talk.say("no, back at 7 pm")
    assert ways(talk) == (THERE, ("2026-12-03", "19:00:00"))
    talk.say("no, 11:00")
    assert ways(talk) == (("2026-12-03", "11:00:00"), ("2026-12-03", "19:00:00"))
    talk.say("on 10.12.")
    assert ways(talk) == (("2026-12-10", "11:00:00"), ("2026-12-10", "19:00:00"))
    talk.say("one way")
    assert ways(talk) == (("2026-12-10", "11:00:00"), ("None", "None"))
    assert talk.state.quote is not None
    assert both is not None
    assert talk.state.quote.total < both.total < 2 * talk.state.quote.total


@pytest.mark.parametrize("back", ["at 10:20", "today at 9:00 pm"])
def test_nobody_is_driven_back_before_the_arrival(back: str) -> None:
    talk = Talk()
    assert "before you have arrived" in talk.say(f"{RIDE}, and back {back}")
    assert not talk.quoted
    talk.say("at 16:00")
    assert talk.quoted
    assert ways(talk) == (THERE, ("2026-12-03", "16:00:00"))


def test_a_way_back_in_the_hour_that_the_clocks_leave_out_is_asked_again() -> None:
    talk = Talk()
    talk.say("From Marienplatz to Augsburg on 27.3.2027 at 22:00, 2 passengers, 1 bag, sedan, back at 2:30")
    assert "does not exist on that day" in talk.heard[-1]
    talk.say("4:00")
    assert ways(talk) == (("2027-03-27", "22:00:00"), ("2027-03-28", "04:00:00"))


def test_both_ways_are_one_booking_that_is_changed_and_cancelled_as_one() -> None:
    talk = Talk()
    talk.say(f"{RIDE}, and back on Sunday at 6 pm")
    talk.say("yes")
    [held] = talk.bookings
    assert held.back_at is not None
    assert f"{held.back_at:%d %H:%M}" == "06 18:00"
    assert "↩ Sun 6 Dec 2026, 18:00" in talk.say("my bookings")
    talk.say("change")
    assert "Way back: Sun 6 Dec 2026, 20:00" in talk.say("back at 8 pm")
    talk.say("yes")
    [changed] = talk.bookings
    assert (changed.reference, f"{changed.back_at:%d %H:%M}") == (held.reference, "06 20:00")
    talk.say("cancel")
    talk.say("yes")
    assert talk.bookings == []
