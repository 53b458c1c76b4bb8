"""When a customer is reminded, and what a booking leaves in a customer's calendar."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from icalendar import Calendar
from talk import SETTING, Talk

from holdfast.chauffeur.conversation import Book, Held
from holdfast.chauffeur.form import Form
from holdfast.chauffeur.keepsake import keepsake
from holdfast.chauffeur.reminding import due_now, each_way, next_reminder
from holdfast.chauffeur.trip import Place

NOW = datetime(2026, 12, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOME, AWAY = Place("Home", 48, 11), Place("Away", 49, 11)


def ride(hours: float) -> Held:
    """A booking so many hours from NOW."""
    return Held("bkg_1", "ABC234", Form(), NOW + hours * HOUR, Decimal(83), "EUR")


def test_the_next_reminder_is_the_earliest_that_is_not_over() -> None:
    assert next_reminder([], (24, 2), NOW) is None
    assert next_reminder([ride(48)], (24, 2), NOW) == NOW + 24 * HOUR
    assert next_reminder([ride(48), ride(10)], (24, 2), NOW) == NOW + 8 * HOUR
    assert next_reminder([ride(1)], (24, 2), NOW) is None
    assert next_reminder([ride(24)], (24, 2), NOW) == NOW + 22 * HOUR


def test_what_is_due_is_told_once_and_never_after_the_ride() -> None:
    rides = [ride(24), ride(30), ride(-1)]
    assert due_now(rides, (24, 2), NOW - HOUR, NOW) == [rides[0]]
    assert due_now(rides, (24, 2), NOW, NOW + HOUR) == []
    # Holdfast was off for a day: both reminders of one ride are one.
    assert due_now(rides, (24, 2), NOW - HOUR, NOW + 23 * HOUR) == rides[:2]


def test_both_ways_are_reminded_of() -> None:
    it = replace(ride(48), form=Form(pickup=HOME, destination=AWAY), back_at=NOW + 96 * HOUR)
    there, back = each_way([it])
    assert (there, back.form.pickup, back.at) == (it, AWAY, NOW + 96 * HOUR)
    assert next_reminder([there, back], (24,), NOW + 30 * HOUR) == NOW + 72 * HOUR
    assert due_now([there, back], (24,), NOW + 71 * HOUR, NOW + 72 * HOUR) == [back]


def test_a_change_replaces_the_entry_in_the_customers_calendar() -> None:
    talk = Talk()
    talk.say("From Marienplatz to Augsburg on 10.12. at 10:00, 2 passengers, 1 bag, sedan")
    talk.say("yes")
    [it] = [it for it in talk.effects if isinstance(it, Book)]
    entries = [
        Calendar.from_ical(keepsake(it.reference, it.form, it.quote, SETTING.service, at)).walk("VEVENT")[0]
        for at in (NOW, NOW + HOUR)
    ]
    assert entries[0]["UID"] == entries[1]["UID"]
    assert entries[0]["SEQUENCE"] < entries[1]["SEQUENCE"]
    assert entries[0]["DTSTART"].dt == datetime(2026, 12, 10, 9, tzinfo=UTC)
