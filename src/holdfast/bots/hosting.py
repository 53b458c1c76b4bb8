"""The bots that the configuration switches on, run as one stack: shipped ones by name, others by file."""

import asyncio
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

import structlog

from holdfast.bots.bot import Bot
from holdfast.bots.load import BotFileError, load
from holdfast.bots.runner import Runner
from holdfast.bots.stack import Stack
from holdfast.client import Client
from holdfast.model.events import ConfigurationChanged, EventType

_log = structlog.get_logger("holdfast.bots")

#: Shipped bots: the modules whose `make()` gives one.
SHIPPED: Final[Mapping[str, str]] = {
    "greeting": "holdfast.bots.greeting",
    "commands": "holdfast.bots.commands",
    "assistant": "holdfast.bots.assistant",
}
#: Entry points by which packages bring bots of their own: functions that give one.
_GROUP: Final = "holdfast.bots"
#: The subscription of the bots that are hosted together.
SUBSCRIPTION: Final = "bots"


async def host(client: Client, tell: Callable[[str], None]) -> None:
    """Run what the document `bots` says until cancelled; again at every change of it.

    `tell` is given one line whenever other bots are at work.
    """
    async with client.events(types=[EventType.CONFIGURATION_CHANGED]) as changes:
        while True:
            stack = stack_of((await client.configuration.get("bots")).body)
            work = asyncio.create_task(_work(stack, client, tell))
            changed = asyncio.create_task(_changed(changes))
            try:
                await asyncio.wait({work, changed}, return_when=asyncio.FIRST_COMPLETED)
                if work.done():
                    work.result()
            finally:
                work.cancel()
                changed.cancel()
                await asyncio.wait({work, changed})


def stack_of(document: Mapping[str, Any]) -> Stack:
    """The stack that a document `bots` names. A file that cannot run is left out, and logged."""
    names = [*document["enabled"], *(name for it in document["numbers"] for name in it["bots"])]
    made: dict[str, Bot] = {}
    for name in dict.fromkeys(names):
        try:
            made[name] = bot_of(name)
        except BotFileError as failure:
            _log.error("bot.not_loaded", bot=name, error=str(failure))
    order = {
        it["session"]: [made[name].name for name in it["bots"] if name in made] for it in document["numbers"]
    }
    usual = [made[name] for name in document["enabled"] if name in made]
    others = [bot for bot in made.values() if bot not in usual]
    return Stack(SUBSCRIPTION, usual, more=others, orders=order)


def bot_of(name: str) -> Bot:
    """A shipped bot or an application's by its name, or the bot of a file. Raises BotFileError."""
    if name in SHIPPED:
        made: Bot = import_module(SHIPPED[name]).make()
        return made
    brought = next(iter(entry_points(group=_GROUP, name=name)), None)
    if brought is not None:
        ours: Bot = brought.load()()
        return ours
    return load(Path(name).expanduser())


async def _work(stack: Stack, client: Client, tell: Callable[[str], None]) -> None:
    names = ", ".join(bot.name for bot in (*stack.bots, *stack.more))
    if names:
        await Runner(stack, client).run(lambda: tell(f"at work: {names}"))
    else:
        tell("no bot is switched on")
        await asyncio.Event().wait()


async def _changed(changes: Any) -> None:
    async for event in changes:
        if isinstance(event.data, ConfigurationChanged) and event.data.name == "bots":
            return
