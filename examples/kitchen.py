"""What people edit, in a bot: a document, a filter that looks something up, and a word to somebody else."""

from holdfast.bots import Bot, Chat, Say, any_text, command, text, when
from holdfast.model.hours import is_open

bot = Bot("kitchen")
COOK = "+4915112340009"


async def opened(chat: Chat) -> dict[str, str] | Say:
    """A filter gives the handler its arguments, or is the answer itself."""
    hours = await chat.config("hours")
    return {"zone": hours["time_zone"]} if is_open(hours, chat.now) else Say("The kitchen is closed.")


@bot.on(command("eat", what=str), opened)
async def eat(chat: Chat, what: str, zone: str) -> None:
    chat.state["what"] = what
    await chat.pin("hours")  # who has begun to order may finish it, whatever the owner changes meanwhile
    await chat.reply(f"One {what}, by {zone} time. Shall I tell the cook?")


@bot.on(when(what="soup"), text("^yes$"), opened)
async def soup(chat: Chat) -> None:
    await chat.send(COOK, f"One soup for {chat.name}.")
    await chat.reply("It is on the stove.")
    chat.unpin("hours")
    chat.state.clear()


@bot.on(any_text)
async def other(chat: Chat) -> None:
    await chat.reply("Write /eat soup")
