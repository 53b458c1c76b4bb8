"""Bots: handlers behind filters, on the public SDK and nothing else.

Messages enter from a durable subscription, answers leave through `Chat.reply` under keys that make a crash
harmless. A bot never sees the gateway's database, and an exception in it never ends a connection.
"""

from holdfast.bots.bot import Bot, Chat
from holdfast.bots.filters import any_text, command, private, text
from holdfast.bots.load import BotFileError, load
from holdfast.bots.runner import Runner

__all__ = ["Bot", "BotFileError", "Chat", "Runner", "any_text", "command", "load", "private", "text"]
