"""A human takes over: the bot is silent until the chat is given back."""

from holdfast.bots import Bot, Chat, any_text, text

bot = Bot("human")


@bot.on(text(r"\b(human|person|operator)\b"))
async def human(chat: Chat) -> None:
    await chat.reply("One moment, somebody takes over.")
    chat.hand_over(f"{chat.name} asks for a person")


@bot.on(any_text)
async def hello(chat: Chat) -> None:
    await chat.reply(f"I am a bot. You said: {chat.text}")
