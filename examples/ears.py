"""What is no new message: edits, reactions and calls reach the handlers that ask for them; so do groups."""

from holdfast.bots import Bot, Chat, text
from holdfast.model.content import Reaction
from holdfast.model.events import MessageReceived
from holdfast.model.notices import NoticeKind

bot = Bot("ears")


@bot.on(kinds={"edit"})
async def edited(chat: Chat) -> None:
    await chat.reply("I saw that you have changed it.")


@bot.on(kinds={"reaction"})
async def reacted(chat: Chat) -> None:
    message = chat.event.data
    if isinstance(message, MessageReceived) and isinstance(message.content, Reaction):
        await chat.reply(f"Thank you for the {message.content.emoji}.")


@bot.on(text(r"^bot\b"), groups=True)
async def named(chat: Chat) -> None:
    await chat.react("👋")


@bot.notice(NoticeKind.CALL)
async def called(chat: Chat) -> None:
    await chat.reply("Nobody can pick up here. Please write.")
