"""The commands bot: `/help`, `/status`, and commands of one's own with fixed answers.

They stand in the document `commands`. What it does not know is left to other bots.
"""

from collections.abc import Mapping
from typing import Any

from holdfast.bots.bot import Bot
from holdfast.bots.chat import Chat
from holdfast.bots.filters import private, text
from holdfast.bots.outcome import UNHANDLED, Outcome
from holdfast.model.events import MessageReceived
from holdfast.model.wording import filled


def make() -> Bot:
    """A fresh commands bot."""
    bot = Bot("commands")
    bot.on(private, text(r"^\s*/[a-z0-9_-]+"))(_answer)
    return bot


async def _answer(chat: Chat) -> Outcome | None:
    """Answer a command that the document knows and this person may use."""
    document = await chat.config("commands")
    if not document["enabled"]:
        return UNHANDLED
    name = chat.text.split()[0].lower().removeprefix("/")
    own = {it["name"]: it for it in document["commands"] if _may(chat, it)}
    if name == "help" and document["help"]:
        await chat.reply(_help(document, own))
    elif name == "status" and document["status"]:
        session = await chat.client.sessions.get(chat.event.session_id)
        since = f" since {session.since:%H:%M} UTC" if session.since is not None else ""
        await chat.reply(f"{session.name} is {session.state}{since}.")
    elif name in own:
        await chat.reply(_filled(chat, own[name]["answer"]))
    else:
        return UNHANDLED
    return None


def _may(chat: Chat, command: Mapping[str, Any]) -> bool:
    allowed = {_digits(number) for number in command["only_for"]}
    message = chat.event.data
    phone = (message.sender_phone or "") if isinstance(message, MessageReceived) else ""
    return not allowed or _digits(phone) in allowed


def _digits(number: str) -> str:
    return "".join(filter(str.isdigit, number))


def _help(document: Mapping[str, Any], own: Mapping[str, Mapping[str, Any]]) -> str:
    about = {"help": "what you can ask for"}
    if document["status"]:
        about["status"] = "how this number is"
    about |= {name: it["about"] for name, it in own.items()}
    return "\n".join(f"/{name}{f': {it}' if it else ''}" for name, it in about.items())


def _filled(chat: Chat, template: str) -> str:
    return filled(template, chat.name, chat.now, "en")
