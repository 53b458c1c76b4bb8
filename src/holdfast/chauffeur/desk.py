"""What the bot asks the gateway: the documents, prices, a chat's bookings. On the public API alone."""

import time
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote as quoted

from pydantic import TypeAdapter

from holdfast.chauffeur.conversation import Held, Input, NotPriced, Priced, Setting
from holdfast.chauffeur.places import Atlas
from holdfast.chauffeur.quote import Quote
from holdfast.chauffeur.service import Places, Service
from holdfast.chauffeur.tariff import Tariff
from holdfast.chauffeur.trip import Trip
from holdfast.client import Client

#: An edit of the owner's holds after so long at most.
_FRESH_S: Final = 1.0
_TRIP: Final = TypeAdapter(Trip)
_QUOTE: Final = TypeAdapter(Quote)
_HELD: Final = TypeAdapter(tuple[Held, ...])


class Desk:
    """The chauffeur's endpoints of one gateway."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._setting: tuple[float, dict[str, Any], Setting] | None = None

    async def setting(self) -> Setting:
        """The documents, at most a second old. Raises HoldfastError where one of them is not valid."""
        now = time.monotonic()
        if self._setting is None or now - self._setting[0] > _FRESH_S:
            body = dict(await self._client.ask("GET", "/v1/chauffeur/setting"))
            # Reading thousands of places again costs more than comparing them.
            known = self._setting is not None and self._setting[1] == body
            found = self._setting[2] if self._setting is not None and known else _read(body)
            self._setting = (now, body, found)
        return self._setting[2]

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


def _read(body: dict[str, Any]) -> Setting:
    return Setting(
        Service.model_validate(body["service"]),
        Tariff.model_validate(body["tariff"]),
        Atlas(Places.model_validate(body["places"])),
    )
