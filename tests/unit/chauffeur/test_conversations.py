"""Conversations as text files: who says what, what must be answered, what is booked.

== a title
> text                    the customer says it
! pin LAT LON NAME        … sends a location
! voice                   … sends a voice note, a photo, a sticker
! now 2026-12-03 00:01    the clock, in Berlin
! pricing 4               the owner writes another version of the prices
< words                   the answer to the last message has these words
x words                   … does not have them
= idle, collecting, quoted, choosing, cancelling
= FIELD VALUE             what the form says: pickup muc, time 18:30, passengers 3
= bookings N              so many exist
= total 126.50            what the newest costs
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from talk import BERLIN, Talk

_FOLDER = Path(__file__).parent / "conversations"


def _scripts() -> Iterator[tuple[str, list[str]]]:
    for file in sorted(_FOLDER.glob("*.txt")):
        for script in file.read_text().split("\n== ")[1:]:
            title, *lines = script.splitlines()
            yield f"{file.stem}: {title.strip()}", [it for it in lines if it.strip()]


SCRIPTS = dict(_scripts())


def test_there_are_sixty() -> None:
    assert len(SCRIPTS) >= 60


@pytest.mark.parametrize("title", SCRIPTS)
def test_a_conversation(title: str) -> None:
    talk, answer = Talk(), ""
    for line in SCRIPTS[title]:
        sign, rest = line[0], line[1:].strip()
        match sign:
            case ">":
                answer = talk.say(rest)
            case "!":
                answer = _do(talk, rest) or answer
            case "<":
                assert rest in answer, line
            case "x":
                assert rest not in answer, line
            case "=":
                _check(talk, rest)
            case _:
                raise AssertionError(f"no line of a conversation: {line}")


def _do(talk: Talk, what: str) -> str:
    verb, _, rest = what.partition(" ")
    match verb:
        case "pin":
            latitude, longitude, name = rest.split(" ", 2)
            return talk.pin(float(latitude), float(longitude), name)
        case "voice":
            return talk.voice()
        case "now":
            talk.now = datetime.fromisoformat(rest).replace(tzinfo=BERLIN)
        case "pricing":
            talk.version = int(rest)
        case _:
            raise AssertionError(what)
    return ""


def _check(talk: Talk, what: str) -> None:
    name, _, value = what.partition(" ")
    if not value:
        assert talk.state.stage == name, talk.heard[-1]
    elif name == "bookings":
        assert len(talk.bookings) == int(value)
    elif name == "total":
        assert talk.bookings[-1].total == Decimal(value)
    else:
        found = getattr(talk.form, name)
        assert str(getattr(found, "place_id", found))[: len(value)] == value, talk.form
