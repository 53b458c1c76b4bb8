"""What a customer's message says about the ride, without any AI. Pure.

Every finder masks what it has understood, so that the digits of a flight are no passengers and the name of a
place holds no preposition. What is left may be the answer to what was asked.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from holdfast.chauffeur import vocabulary as words
from holdfast.chauffeur.form import Field
from holdfast.chauffeur.moments import Moment, read_moment
from holdfast.chauffeur.places import Atlas
from holdfast.chauffeur.service import Language
from holdfast.chauffeur.tariff import Tariff
from holdfast.chauffeur.trip import Place
from holdfast.chauffeur.vocabulary import Intent, plain

_MASK: Final = "\x00"
_LONGEST_WAIT_MIN: Final = 24 * 60
#: Up to a comma or the end of the sentence; the dots of a date end none.
_CLAUSE: Final = re.compile(r"(?:(?!(?<=[a-z])\.\s)[^,;!?\n])*")
_ARTICLES: Final = r"(?:the|der|die|das|dem|den|o|a|os|as|el|la|los|las|my|our|meine[rm]?|unsere[rm]?)\s+"


@dataclass(slots=True)
class Reading:
    """What was understood. `changes` holds fields of the form with their new values."""

    intent: Intent | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    stops: list[Place] = field(default_factory=list)
    #: Names that may mean several places, and the field they are for.
    options: tuple[Place, ...] = ()
    option_field: str = ""
    #: A place that nobody knows, in the customer's words.
    unknown_place: str = ""
    #: A date or time that does not exist.
    impossible: bool = False
    unknown_voucher: str = ""

    @property
    def empty(self) -> bool:
        """Nothing in it was understood."""
        return not (
            self.intent or self.changes or self.stops or self.options or self.unknown_place or self.impossible
        )


@dataclass(frozen=True, slots=True)
class Around:
    """What a message is read in: the language, what was asked, what is known, what can be had."""

    language: Language
    asked: tuple[Field, ...]
    has_pickup: bool
    has_destination: bool
    atlas: Atlas
    tariff: Tariff
    #: Codes of the vehicle classes that were offered, in order: "2" is the second.
    offered: tuple[str, ...]
    #: In the service's time zone.
    now: datetime


def read(text: str, around: Around) -> Reading:
    """Read a message of at most a thousand characters."""
    return _Reader(text, around).read()


def language_of(text: str, before: Language) -> Language:
    """The language of this text, or the one before when it does not show another clearly."""
    # "3:30 am" is a time in English, and "am" a word in German.
    low = re.findall(r"[\w']+", re.sub(r"\d\s*[ap]m\b", " ", plain(text)))
    hits: dict[Language, int] = {}
    for language, marks in words.MARKS.items():
        pattern = re.compile(marks)
        hits[language] = sum(1 for it in low if pattern.fullmatch(it))
    best = max(hits, key=lambda it: hits[it])
    others = [count for language, count in hits.items() if language != best]
    return best if hits[best] > max(others) and hits[best] > hits[before] else before


def intent_of(text: str) -> Intent | None:
    """What the whole message stands for, when it is one of the words that steer."""
    low = re.sub(r"\s+", " ", plain(text)).strip(" \t\n.!,;")
    low = re.sub(r"(?:,? ?(?:please|bitte|por favor|thanks|danke|obrigad[oa]|gracias))$", "", low) or low
    return next((it for it, pattern in words.INTENTS.items() if re.fullmatch(pattern, low)), None)


class _Reader:
    def __init__(self, text: str, around: Around) -> None:
        self._text, self._around = text, around
        self._low = plain(text)
        self._found = Reading(intent=intent_of(text))

    def read(self) -> Reading:
        if self._found.intent is not None and not self._answers_by_word():
            return self._found
        self._read_words()
        self._read_flight()
        self._read_contact()
        self._read_return()
        self._read_waiting()
        self._read_counts()
        self._read_moment()
        self._read_places()
        self._read_class()
        self._read_answers()
        return self._found

    def _answers_by_word(self) -> bool:
        """ "No" may be the answer to how much luggage, or which flight."""
        found = self._found.intent is Intent.NO and {Field.LUGGAGE, Field.FLIGHT} & set(self._around.asked)
        if found:
            self._found.intent = None
        return bool(found)

    def _mask(self, begin: int, end: int) -> None:
        self._low = self._low[:begin] + _MASK * (end - begin) + self._low[end:]

    def _take(self, pattern: str) -> re.Match[str] | None:
        found = re.search(pattern, self._low)
        if found is not None:
            self._mask(*found.span())
        return found

    def _read_words(self) -> None:
        """Name, remarks and voucher: after a word that says what comes."""
        if found := self._take(rf"\b(?:{words.REMARKS})\s*:\s*(?P<it>.+)"):
            self._found.changes["remarks"] = self._text[slice(*found.span("it"))].strip()[:500]
        if found := self._take(rf"\b(?:{words.NAME})\s+(?P<it>[^\W\d_][\w .'-]{{0,59}})"):
            self._found.changes["name"] = self._text[slice(*found.span("it"))].strip(" .")
        if found := self._take(rf"\b(?:{words.VOUCHER})\s*:?\s+(?P<it>[a-z0-9][a-z0-9_-]{{1,29}})\b"):
            code = found["it"].upper()
            if self._around.tariff.voucher(code) is None:
                self._found.unknown_voucher = code
            else:
                self._found.changes["voucher"] = code

    def _read_flight(self) -> None:
        number = r"(?P<a>[a-z]\d|\d[a-z]|[a-z]{2})\s?(?P<n>\d{1,4})\b"
        marked = rf"\b(?:{words.FLIGHT})\s*:?\s*(?:is\s|ist\s|e\s|es\s)?{number}"
        if found := self._take(marked):
            self._found.changes["flight"] = f"{found['a']}{found['n']}".upper()
            return
        bare = re.search(r"\b([A-Z]{2}|[A-Z]\d|\d[A-Z])\s?(\d{2,4})\b", self._text)
        if bare is not None:
            self._found.changes["flight"] = bare[1] + bare[2]
            self._mask(*bare.span())

    def _read_contact(self) -> None:
        if "+" not in self._text:
            return
        from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher, format_number

        for match in PhoneNumberMatcher(self._text, None):
            self._found.changes["contact"] = format_number(match.number, PhoneNumberFormat.E164)
            self._mask(match.start, match.end)

    def _read_return(self) -> None:
        """A way back, and the day and time that are said with it: no part of the way there."""
        if self._take(words.ONE_WAY):
            self._found.changes.update(with_return=False, return_date=None, return_time=None)
        elif self._take(words.ROUND_TRIP):
            self._found.changes["with_return"] = True
        elif (found := self._take(words.WAY_BACK)) is not None:
            self._found.changes["with_return"] = True
            clause = _CLAUSE.match(self._low, found.end())
            assert clause is not None  # it may be empty
            self._read_return_moment(*clause.span())
        elif (found := re.search(words.BACK_AFTER, self._low)) is not None:
            self._found.changes["with_return"] = True
            self._read_return_moment(*found.span("when"))
            self._mask(found.end("when"), found.end())
        elif self._take(words.AND_BACK):
            self._found.changes["with_return"] = True

    def _read_return_moment(self, begin: int, end: int) -> None:
        found = read_moment(self._low[begin:end], self._around.language, self._around.now)
        for first, last in found.spans:
            self._mask(begin + first, begin + last)
        self._found.impossible = found.impossible
        self._take_moment(found, "return_date", "return_time")

    def _take_moment(self, found: Moment, day: str, clock: str) -> None:
        if found.date is not None:
            self._found.changes[day] = found.date
        if found.time is not None:
            self._found.changes[clock] = found.time

    def _read_waiting(self) -> None:
        for pattern in words.WAITING:
            if found := self._take(pattern):
                minutes = _number(found["n"]) * (1 if found["unit"].startswith("m") else 60)
                if minutes <= _LONGEST_WAIT_MIN:
                    self._found.changes["waiting_min"] = minutes
                return

    def _read_counts(self) -> None:
        for name, what in (
            ("child_seats", words.CHILD_SEATS),
            ("passengers", words.PEOPLE),
            ("luggage", words.LUGGAGE),
        ):
            if found := self._take(rf"\b{words.NUMBER}\s+(?:[a-z]+\s)??(?:{what})\b"):
                self._found.changes[name] = _number(found["n"])
        if "passengers" not in self._found.changes:
            if found := self._take(rf"\b(?:{words.WE_ARE})\s+{words.NUMBER}(?![\w:.])"):
                self._found.changes["passengers"] = _number(found["n"])
            elif found := self._take(r"\bzu (zweit|dritt|viert|funft|sechst|siebt)\b"):
                order = ("zweit", "dritt", "viert", "funft", "sechst", "siebt")
                self._found.changes["passengers"] = order.index(found[1]) + 2
            elif self._take(rf"\b(?:{words.ALONE})\b"):
                self._found.changes["passengers"] = 1

    def _read_moment(self) -> None:
        found = read_moment(self._low, self._around.language, self._around.now)
        for span in found.spans:
            self._mask(*span)
        self._found.impossible = self._found.impossible or found.impossible
        of_return = {Field.RETURN_DATE, Field.RETURN_TIME} & set(self._around.asked)
        if of_return and not {"return_date", "return_time"} & set(self._found.changes):
            self._take_moment(found, "return_date", "return_time")
        else:
            self._take_moment(found, "date", "time")

    # -- places

    def _read_places(self) -> None:
        loose: list[Place] = []
        for mention in list(self._around.atlas.mentions(self._low)):
            role = self._role_before(mention.begin)
            self._mask(mention.begin, mention.end)
            if role is None:
                loose.append(mention.place)
            else:
                self._assign(role, mention.place)
        self._read_segments()
        for place in loose:
            role = self._next_role()
            if role is not None:
                self._assign(role, place)

    def _assign(self, role: str, place: Place) -> None:
        if role == "stops":
            self._found.stops.append(place)
        elif not (self._found.changes.get("with_return") and role in self._found.changes):
            # Of "A to B and back to A" the last two are the way back's.
            self._found.changes[role] = place

    def _next_role(self) -> str | None:
        """Which place a name without a preposition is for: what was asked first, then what is missing."""
        asked = [it.value for it in self._around.asked if it in (Field.PICKUP, Field.DESTINATION)]
        open_roles = [
            role
            for role, there in (
                ("pickup", self._around.has_pickup),
                ("destination", self._around.has_destination),
            )
            if not there
        ]
        return next((it for it in [*asked, *open_roles] if it not in self._found.changes), None)

    def _role_before(self, begin: int) -> str | None:
        before = self._low[:begin]
        language = self._around.language
        article = f"(?:{_ARTICLES})?"
        for role, table in (("stops", words.VIA), ("pickup", words.FROM), ("destination", words.TO)):
            if found := re.search(rf"(?<![\w])(?:{table[language]})\s+{article}$", before):
                self._mask(found.start(), begin)
                return role
        return None

    def _read_segments(self) -> None:
        """Names after a preposition that do not stand in the list as they are written."""
        language = self._around.language
        roles = {"stops": words.VIA, "pickup": words.FROM, "destination": words.TO}
        any_word = "|".join(f"(?P<{role}>{table[language]})" for role, table in roles.items())
        cut = "|".join(table[language] for table in roles.values())
        pattern = (
            rf"(?<!\w)(?:{any_word})\s+(?P<it>[^\x00,;\n!?]+?)(?=\s+(?:{cut})\s|[\x00,;\n!?]|\.\s|\.?\s*$)"
        )
        for found in list(re.finditer(pattern, self._low)):
            role = found.lastgroup if found.lastgroup in roles else next(it for it in roles if found[it])
            said = self._text[slice(*found.span("it"))].strip(" .")
            self._consider(role, re.sub(rf"^{_ARTICLES}", "", said, flags=re.IGNORECASE), found)

    def _consider(self, role: str, said: str, found: re.Match[str]) -> None:
        places = self._around.atlas.find(said)
        if len(places) == 1:
            self._assign(role, places[0])
        elif self._is_surely_a_place(role, found[role]):
            if places:
                self._ask(role, places, said)
            elif len(said) >= 3:
                self._found.unknown_place = self._found.unknown_place or said[:80]
                self._found.option_field = self._found.option_field or role
        else:
            return
        self._mask(*found.span())

    def _ask(self, role: str, places: tuple[Place, ...], said: str) -> None:
        if not self._found.options:
            self._found.options = tuple(dict.fromkeys(places))
            self._found.option_field, self._found.unknown_place = role, said[:80]

    def _is_surely_a_place(self, role: str, preposition: str) -> bool:
        """ "From" is said of places; "to" also of verbs, unless the way's other end was named before."""
        strong = {"from", "von", "vom", "nach", "zum", "zur", "desde", "ate", "hasta", "via"}
        if preposition in strong or role == "stops":
            return True
        known = "pickup" in self._found.changes or self._found.option_field == "pickup"
        return role == "destination" and known

    # -- classes and answers

    def _read_class(self) -> None:
        for vehicle in self._around.tariff.classes:
            for name in (plain(vehicle.name), vehicle.code):
                if self._take(rf"(?<!\w){re.escape(name)}(?!\w)"):
                    self._found.changes["vehicle_class"] = vehicle.code
                    return

    def _read_answers(self) -> None:
        """What is left, as the answer to what was asked."""
        asked = self._around.asked
        left = re.sub(r"\s+", " ", self._low.replace(_MASK, " ")).strip(" .,;!?-")
        counted = rf"(?<![\w])(?!{words.ARTICLE}){words.NUMBER}(?![\w])"
        numbers = [_number(it) for it in re.findall(counted, left)]
        for name in ("passengers", "luggage"):
            if Field(name) in asked and name not in self._found.changes and numbers:
                self._found.changes[name] = numbers.pop(0)
        none = words.SKIP_ALL.fullmatch(left) is not None
        if Field.LUGGAGE in asked and none:
            self._found.changes.setdefault("luggage", 0)
        if Field.FLIGHT in asked and none:
            self._found.changes.setdefault("flight", "")
        offered = self._around.offered
        chosen = re.fullmatch(words.CHOICE, left) if Field.VEHICLE_CLASS in asked else None
        if chosen is not None and 1 <= _number(chosen["n"]) <= len(offered):
            self._found.changes.setdefault("vehicle_class", offered[_number(chosen["n"]) - 1])
        if self._found.empty and left and not none:
            self._read_whole(asked)

    def _read_whole(self, asked: tuple[Field, ...]) -> None:
        said = re.sub(r"\s+", " ", self._text).strip(" .,;!?")
        place_field = next((it for it in asked if it in (Field.PICKUP, Field.DESTINATION)), None)
        if place_field is not None and len(said) >= 3:
            places = self._around.atlas.find(said)
            if len(places) == 1:
                self._found.changes[place_field.value] = places[0]
            elif places:
                self._ask(place_field.value, places, said)
            else:
                self._found.unknown_place, self._found.option_field = said[:80], place_field.value
        elif asked == (Field.NAME,) and re.search(r"[^\W\d_]{2}", said):
            self._found.changes["name"] = said[:60]


def _number(word: str) -> int:
    return int(word) if word.isdigit() else words.NUMBERS[word]
