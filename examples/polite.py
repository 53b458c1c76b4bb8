"""Routers, middleware, a limit, and what is left to the next handler."""

from typing import Any

from holdfast.bots import UNHANDLED, Bot, Chat, Limit, Next, Outcome, Router, any_text, text

bot, drinks = Bot("polite"), Router()


@bot.outer
async def known(chat: Chat, next: Next) -> Outcome:
    chat.context["visits"] = chat.state["visits"] = int(chat.state.get("visits", 0)) + 1
    return await next(chat)


@drinks.on(text(r"\b(tea|coffee)\b"))
async def drink(chat: Chat, match: Any, visits: int) -> Outcome | None:
    if visits > 2:
        return UNHANDLED
    await chat.reply(f"A {match[1]}, coming.")
    return None


bot.include(drinks)


@bot.on(any_text, limit=Limit(2, per_s=3600, answer="Slowly, please."))
async def rest(chat: Chat, visits: int) -> None:
    await chat.reply(f"That is your message number {visits}.")
