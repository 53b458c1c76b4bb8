"""What the assistant can do with the service: say what a ride costs, and which rides a customer has.

A price comes from the pricing engine and nowhere else. Nothing is booked by an assistant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from holdfast.bots import Chat
from holdfast.bots.tools import Tool
from holdfast.chauffeur.bot import desk_of
from holdfast.chauffeur.checking import check
from holdfast.chauffeur.conversation import Priced, Setting
from holdfast.chauffeur.form import Field, Form, fitting, missing
from holdfast.chauffeur.hearing import Heard, completed, heard_of
from holdfast.chauffeur.reading import Around, Reading
from holdfast.chauffeur.speaking import breakdown, money, short
from holdfast.model.content import Json

#: What a price needs; the other questions do not change it.
_NEEDED = (Field.PICKUP, Field.DESTINATION, Field.DATE, Field.TIME, Field.VEHICLE_CLASS)


def price() -> Tool:
    """What a ride costs, with every line of it."""
    return Tool(
        "price",
        "What a ride costs. Never name a price that this has not said.",
        Heard.model_json_schema(),
        _price,
    )


def bookings() -> Tool:
    """The rides of this chat that are still to come."""
    about = "The rides that this customer has booked and that are still to come."
    return Tool("bookings", about, {"type": "object", "properties": {}}, _bookings)


async def _price(chat: Chat, arguments: Mapping[str, Json]) -> str:
    desk = desk_of(chat.client)
    setting = await desk.setting(chat)
    heard = heard_of(arguments)
    if heard is None:
        return "These are no details of a ride."
    reading = completed(Reading(), heard, _around(chat, setting))
    if reading.unknown_place:
        names = ", ".join(it.name for it in reading.options)
        return f"The {reading.option_field} is not known. {f'It may be: {names}' if names else ''}".strip()
    form, objections = check(Form(**reading.changes), setting, "en", chat.now)
    if objections:
        return objections[0].text
    if form.vehicle_class is None:
        form = replace(form, vehicle_class=next((it.code for it in fitting(form, setting.tariff)), None))
    lacking: Sequence[str] = [it.value for it in missing(form) if it in _NEEDED]
    if lacking:
        return f"To price it, ask for: {', '.join(lacking)}."
    priced = await desk.price(form.trip(setting.service.time_zone))
    if not isinstance(priced, Priced):
        return "There is no price for this ride."
    made = priced.quote
    total = money("en", made.total, made.currency)
    return f"Total: {total}, by {form.vehicle_class}.\n{breakdown('en', made)}"


async def _bookings(chat: Chat, _arguments: Mapping[str, Json]) -> str:
    desk = desk_of(chat.client)
    zone = (await desk.setting(chat)).service.time_zone
    found = await desk.bookings(chat.event.session_id, chat.event.chat)
    lines = [f"{it.reference}: {short('en', it, zone)}, {money('en', it.total, it.currency)}" for it in found]
    return "\n".join(lines) or "This customer has no booking."


def _around(chat: Chat, setting: Setting) -> Around:
    now = chat.now.astimezone(ZoneInfo(setting.service.time_zone))
    return Around("en", (), False, False, setting.atlas, setting.tariff, (), now)
