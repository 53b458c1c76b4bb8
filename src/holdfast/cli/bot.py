"""`holdfast bot run`."""

import asyncio
import signal
import sys
from pathlib import Path

from holdfast.bots import Runner, load
from holdfast.cli.run import client
from holdfast.cli.screen import lab_banner, say
from holdfast.kit import logging


async def run_bot(data: Path | None, file: Path) -> None:
    """Run the file's bot until Ctrl+C or SIGTERM. Raises BotFileError, or what the gateway refuses."""
    logging.configure(console=sys.stderr.isatty())
    bot = load(file)
    async with client(data) as api:
        if (await api.system()).lab:
            lab_banner()
        task = asyncio.create_task(Runner(bot, api).run(lambda: say("bot [bold]{}[/] is at work", bot.name)))
        for stop in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(stop, task.cancel)
        try:
            await task
        except asyncio.CancelledError:
            say("bot [bold]{}[/] stopped", bot.name)
