"""A conversation without a gateway: prices come from the engine at once, bookings lie in a list."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from priced import TARIFFS

from holdfast.chauffeur.conversation import (
    Book,
    Cancel,
    Change,
    Effect,
    Found,
    HandOver,
    Held,
    Input,
    LookUp,
    NotPriced,
    Pinned,
    Price,
    Priced,
    Said,
    Setting,
    Stage,
    State,
    Unreadable,
    from_json,
    to_json,
)
from holdfast.chauffeur.dialogue import step
from holdfast.chauffeur.form import Form
from holdfast.chauffeur.places import Atlas
from holdfast.chauffeur.pricing import quote
from holdfast.chauffeur.quote import TripNotPriceable
from holdfast.chauffeur.service import Places, Service
from holdfast.chauffeur.trip import Place, Route

BERLIN = ZoneInfo("Europe/Berlin")
#: A Wednesday.
NOW = datetime(2026, 12, 2, 10, 0, tzinfo=BERLIN)
PLACES = Places.model_validate(
    {
        "places": [
            {
                "id": "muc",
                "names": [
                    "Munich Airport",
                    "Flughafen München",
                    "Flughafen",
                    "airport",
                    "aeroporto",
                    "aeropuerto",
                ],
                "latitude": 48.3538,
                "longitude": 11.7861,
                "kind": "airport",
            },
            {"id": "marienplatz", "names": ["Marienplatz"], "latitude": 48.1374, "longitude": 11.5755},
            {
                "id": "hbf",
                "names": [
                    "Central Station",
                    "Hauptbahnhof",
                    "main station",
                    "estação central",
                    "estación central",
                ],
                "latitude": 48.1402,
                "longitude": 11.5600,
                "kind": "station",
            },
            {"id": "spain", "names": ["Plaza de España"], "latitude": 48.1600, "longitude": 11.6000},
            {
                "id": "hotel-a",
                "names": ["Hotel Adler"],
                "latitude": 48.1500,
                "longitude": 11.5000,
                "kind": "hotel",
            },
            {
                "id": "hotel-b",
                "names": ["Hotel Adria"],
                "latitude": 48.1300,
                "longitude": 11.6000,
                "kind": "hotel",
            },
            {
                "id": "augsburg",
                "names": ["Augsburg"],
                "latitude": 48.3705,
                "longitude": 10.8978,
                "kind": "city",
            },
        ]
    }
)
SETTING = Setting(Service(name="Alpine Cars"), TARIFFS["city"], Atlas(PLACES))


@dataclass
class Talk:
    """One chat."""

    now: datetime = NOW
    setting: Setting = SETTING
    state: State = field(default_factory=lambda: State("en"))
    version: int = 3
    bookings: list[Held] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    _messages: int = 0

    def say(self, text: str, name: str = "Ann Lee") -> str:
        """What is answered to a text."""
        self._messages += 1
        return self.give(Said(text, f"message {self._messages}", name))

    def pin(self, latitude: float, longitude: float, name: str = "My house") -> str:
        self._messages += 1
        return self.give(Pinned(Place(name, latitude, longitude), f"message {self._messages}", "Ann Lee"))

    def voice(self) -> str:
        return self.give(Unreadable())

    def give(self, given: Input) -> str:
        heard: list[str] = []
        todo = [given]
        while todo:
            # Through JSON each time, as between two processes.
            before = from_json(json.loads(json.dumps(to_json(self.state))))
            assert before == self.state
            outcome = step(before, todo.pop(0), self.now, self.setting)
            self.state = outcome.state
            heard += outcome.replies
            todo += [it for effect in outcome.effects if (it := self._do(effect)) is not None]
        for message in heard:
            assert message.count("?") <= 2, message
        self.heard += heard
        return "\n".join(heard)

    def _do(self, effect: Effect) -> Input | None:
        self.effects.append(effect)
        match effect:
            case Price(trip=trip):
                try:
                    route = Route(40_000, 2400, "table")
                    made = quote(self.setting.tariff, trip, route, version=self.version, back=route)
                    until = self.now + timedelta(minutes=self.setting.service.quote_valid_min)
                    return Priced(
                        replace(made, quote_id="quo", valid_until_ms=round(until.timestamp() * 1000))
                    )
                except TripNotPriceable as refused:
                    return NotPriced(refused.field)
            case LookUp():
                return Found(tuple(self.bookings))
            case Book(reference=reference, form=form, quote=made):
                at = form.at("Europe/Berlin")
                assert at is not None
                back = form.return_at("Europe/Berlin")
                held = Held(f"bk_{reference}", reference, form, at, made.total, made.currency, back)
                self.bookings.append(held)
            case Change(booking_id=booking_id, form=form, quote=made):
                [old] = [it for it in self.bookings if it.booking_id == booking_id]
                at = form.at("Europe/Berlin")
                assert at is not None
                self.bookings[self.bookings.index(old)] = Held(
                    booking_id,
                    old.reference,
                    form,
                    at,
                    made.total,
                    made.currency,
                    form.return_at("Europe/Berlin"),
                )
            case Cancel(booking_id=booking_id):
                self.bookings = [it for it in self.bookings if it.booking_id != booking_id]
            case HandOver():
                pass
        return None

    @property
    def form(self) -> Form:
        return self.state.form

    @property
    def quoted(self) -> bool:
        return self.state.stage is Stage.QUOTED
