"""What the bot asks the gateway: the documents, prices, a chat's bookings. On the public API alone."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote as quoted

from pydantic import TypeAdapter, ValidationError

from holdfast.bots import Chat
from holdfast.chauffeur.conversation import Held, Input, NotPriced, Priced, Setting
from holdfast.chauffeur.places import Atlas
from holdfast.chauffeur.quote import Quote
from holdfast.chauffeur.service import Places, Service
from holdfast.chauffeur.tariff import Tariff
from holdfast.chauffeur.trip import Trip
from holdfast.client import Client
from holdfast.model.errors import ConfigurationInvalid

_DOCUMENTS: Final = ("chauffeur", "pricing", "places")
_TRIP: Final = TypeAdapter(Trip)
_QUOTE: Final = TypeAdapter(Quote)
_HELD: Final = TypeAdapter(tuple[Held, ...])


class Desk:
    """The chauffeur's endpoints of one gateway."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._setting: tuple[Sequence[Mapping[str, Any]], Setting] | None = None

    async def setting(self, chat: Chat) -> Setting:
        """The documents as they are now. Raises UnknownConfiguration, ConfigurationInvalid."""
        bodies = [await chat.config(name) for name in _DOCUMENTS]
        # A version is one object for as long as it is the newest: thousands of places are read once.
        if self._setting is None or any(a is not b for a, b in zip(self._setting[0], bodies, strict=True)):
            self._setting = (bodies, _read(*bodies))
        return self._setting[1]

    async def price(self, trip: Trip) -> Input:
        """What the dialogue is given for a trip."""
        body = {"trip": _TRIP.dump_python(trip, mode="json")}
        answer = await self._client.ask("POST", "/v1/chauffeur/quotes", body=body)
        if answer["quote"] is None:
            return NotPriced(str(answer["refused"]))
        return Priced(_QUOTE.validate_python(answer["quote"]))

    async def bookings(self, session: str, chat: str) -> Sequence[Held]:
        """The chat's bookings that are still to come, the next first."""
        path = f"/v1/chauffeur/chats/{quoted(session, safe='')}/{quoted(chat, safe='')}/bookings"
        answer = await self._client.ask("GET", path)
        return _HELD.validate_python(answer["bookings"])


def _read(service: Mapping[str, Any], tariff: Mapping[str, Any], places: Mapping[str, Any]) -> Setting:
    try:
        return Setting(
            Service.model_validate(service),
            Tariff.model_validate(tariff),
            Atlas(Places.model_validate(places)),
        )
    except ValidationError as wrong:
        first = wrong.errors()[0]["msg"]
        raise ConfigurationInvalid(f"The documents are of another version: {first}") from None
