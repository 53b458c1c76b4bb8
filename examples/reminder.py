"""A reminder: it comes at its time, whatever was restarted in between."""

from datetime import timedelta

from holdfast.bots import Argument, Bot, Chat, Rest, command

bot = Bot("reminder")


@bot.on(command("remind", minutes=int, what=Argument(Rest, "it")))
async def remind(chat: Chat, minutes: int, what: str) -> None:
    chat.remind("due", after=timedelta(minutes=minutes), data={"what": what})
    await chat.reply(f"In {minutes} minutes.")


@bot.on(command("never"))
async def never(chat: Chat) -> None:
    chat.forget("due")
    await chat.reply("Forgotten.")


@bot.reminder("due")
async def due(chat: Chat) -> None:
    await chat.reply(f"You wanted to be reminded of {chat.data['what']}.")
