"""The greeting bot: who writes after a while is greeted, once per contact and window.

What it says and when stands in the documents `greeting` and `hours`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from holdfast.bots.bot import Bot
from holdfast.bots.chat import Chat
from holdfast.bots.filters import private
from holdfast.bots.outcome import UNHANDLED, Outcome
from holdfast.model.events import MessageReceived
from holdfast.model.hours import is_open
from holdfast.model.wording import filled

#: Whose language is known by the country code of the number.
_LANGUAGES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("49", "43", "423"), "de"),
    **dict.fromkeys(("55", "351", "244", "258"), "pt"),
    **dict.fromkeys(("34", "52", "54", "56", "57", "51", "58", "593", "598"), "es"),
    **dict.fromkeys(("33",), "fr"),
    **dict.fromkeys(("39",), "it"),
}


def make() -> Bot:
    """A fresh greeting bot."""
    bot = Bot("greeting")
    bot.on(private)(_greet)
    return bot


async def _greet(chat: Chat) -> Outcome | None:
    """Greet, unless this contact was greeted within the window."""
    greeting = await chat.config("greeting")
    at = chat.now
    if not greeting["enabled"] or _greeted(chat, at, timedelta(hours=greeting["again_after_hours"])):
        return UNHANDLED
    hours = await chat.config("hours")
    await chat.reply(_words(chat, greeting, hours, at))
    chat.state["greeted_at"] = at.isoformat()
    return None


def _greeted(chat: Chat, at: datetime, window: timedelta) -> bool:
    before = chat.state.get("greeted_at")
    return isinstance(before, str) and at - datetime.fromisoformat(before) < window


def _words(chat: Chat, greeting: Mapping[str, Any], hours: Mapping[str, Any], at: datetime) -> str:
    language = _language(chat)
    if language not in greeting["texts"]:
        language = str(greeting["language"])
    wording = greeting["texts"][language]
    opened = is_open(hours, at)
    template = wording["open"] if opened or wording["closed"] is None else wording["closed"]
    return filled(template, chat.name, at.astimezone(ZoneInfo(hours["time_zone"])), language)


def _language(chat: Chat) -> str:
    message = chat.event.data
    phone = (message.sender_phone or "") if isinstance(message, MessageReceived) else ""
    digits = phone.removeprefix("+")
    return next((it for code, it in _LANGUAGES.items() if digits.startswith(code)), "")
