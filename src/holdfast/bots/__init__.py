"""Bots: handlers behind filters, on the public SDK and nothing else.

Events enter from a durable subscription; what a handler answers, remembers and plans leaves as one step,
which the gateway does once. A bot never sees the gateway's database, and an exception in it never ends a
connection.
"""

from holdfast.bots.arguments import Argument, Rest
from holdfast.bots.bot import Bot
from holdfast.bots.chat import Chat
from holdfast.bots.filters import Say, any_text, command, one_of, private, text, unless, when
from holdfast.bots.limits import Limit
from holdfast.bots.load import BotFileError, load
from holdfast.bots.outcome import HANDLED, UNHANDLED, Outcome
from holdfast.bots.router import Middleware, Next, Router
from holdfast.bots.runner import Runner
from holdfast.bots.stack import Stack

__all__ = [
    "HANDLED",
    "UNHANDLED",
    "Argument",
    "Bot",
    "BotFileError",
    "Chat",
    "Limit",
    "Middleware",
    "Next",
    "Outcome",
    "Rest",
    "Router",
    "Runner",
    "Say",
    "Stack",
    "any_text",
    "command",
    "load",
    "one_of",
    "private",
    "text",
    "unless",
    "when",
]
