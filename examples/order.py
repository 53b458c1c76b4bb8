"""A conversation with a memory: what is ordered stands in the chat's state until it is confirmed."""

from holdfast.bots import Bot, Chat, any_text, command, text, when

bot = Bot("order")


@bot.on(command("order", item=str, count=int))
async def order(chat: Chat, item: str, count: int) -> None:
    chat.state.update(step="confirm", item=item, count=count)
    await chat.reply(f"{count} x {item}. Shall I order it?")


@bot.on(when(step="confirm"), text(r"\b(yes|ja|sim|sí)\b"))
async def confirmed(chat: Chat) -> None:
    await chat.reply(f"Ordered: {chat.state['count']} x {chat.state['item']}.")
    chat.state.clear()


@bot.on(when(step="confirm"), any_text)
async def not_confirmed(chat: Chat) -> None:
    chat.state.clear()
    await chat.reply("Then not.")


@bot.on(any_text)
async def other(chat: Chat) -> None:
    await chat.reply("Write /order bread 2")
