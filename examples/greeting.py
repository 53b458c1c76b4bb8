"""A bot in ten lines. Run it: holdfast bot run examples/greeting.py"""

from holdfast.bots import Bot, Chat, any_text, command

bot = Bot("greeting")


@bot.on(command("status"))
async def status(chat: Chat) -> None:
    session = await chat.client.sessions.get(chat.event.session_id)
    await chat.reply(f"I am {session.state} since {session.since:%H:%M} UTC.")


@bot.on(any_text)
async def greet(chat: Chat) -> None:
    await chat.reply_once("Hello! I am a bot on Holdfast. Send /status to see how I am.")
