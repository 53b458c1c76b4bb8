"""`holdfast bot`: run bots from files, begin one, host those that the configuration switches on."""

import asyncio
import signal
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, Final

from holdfast.bots import Bot, BotFileError, Runner, Stack, load
from holdfast.bots.hosting import host
from holdfast.cli.run import client
from holdfast.cli.screen import Exit, fail, lab_banner, say
from holdfast.kit import logging

_LOOK_EVERY_S: Final = 0.3
_TEMPLATE: Final = '''"""A bot. Run it: holdfast bot run {file} --reload"""

from holdfast.bots import Bot, Chat, any_text, command

bot = Bot("{name}")


@bot.on(command("count", amount=int))
async def count(chat: Chat, amount: int) -> None:
    chat.state["total"] = int(chat.state.get("total", 0)) + amount
    await chat.reply(f"That makes {{chat.state['total']}}.")


@bot.on(any_text)
async def other(chat: Chat) -> None:
    await chat.reply("Hello! Write /count 3, and again.")
'''


async def run_bots(data: Path | None, files: Sequence[Path], *, reload: bool) -> None:
    """Run the files' bots until Ctrl+C or SIGTERM. Raises BotFileError, or what the gateway refuses."""
    logging.configure(console=sys.stderr.isatty())
    made = _load(files)
    async with client(data) as api:
        if (await api.system()).lab:
            lab_banner()
        if reload:
            await _until_stopped(_run_again(files, api))
        else:
            await _until_stopped(_run(made, api))
    say("bot [bold]{}[/] stopped", made.name)


async def host_bots(data: Path | None) -> None:
    """Run what the document `bots` switches on until SIGTERM."""
    logging.configure(console=sys.stderr.isatty())
    async with client(data) as api:
        await _until_stopped(host(api, lambda line: say("{}", line)))


def new(name: str) -> None:
    """Write the file of a small bot into this folder. Exits with one line where there is one already.

    A name is one word, so that no path leads out of the folder; a link of that name is not followed.
    """
    word = name.removesuffix(".py")
    if not word.isidentifier():
        next_step = "use letters, digits and _ alone; the file is written into this folder"
        fail(f"{name} is no name for a bot. Next step: {next_step}.", Exit.FAILED)
    file = Path(f"{word}.py")
    try:
        with file.open("x") as opened:
            opened.write(_TEMPLATE.format(file=file, name=file.stem))
    except FileExistsError:
        fail(f"{file} is there already. Next step: choose another name.", Exit.FAILED)
    except OSError as failure:
        fail(f"{file} cannot be written: {failure.strerror}. Next step: choose another folder.", Exit.FAILED)
    say("{} is a bot now. Next step: [bold]holdfast bot run {} --reload[/]", file, file)


def _load(files: Sequence[Path]) -> Bot | Stack:
    bots = [load(file) for file in files]
    if len(bots) == 1:
        return bots[0]
    try:
        return Stack("+".join(bot.name for bot in bots), bots)
    except ValueError as failure:
        raise BotFileError(str(failure)) from failure


async def _run(bots: Bot | Stack, api: Any) -> None:
    await Runner(bots, api).run(lambda: say("bot [bold]{}[/] is at work", bots.name))


async def _run_again(files: Sequence[Path], api: Any) -> None:
    """Run, and begin again whenever a file changes. One that fails to load is told and waited for."""
    while True:
        seen = _changed_at(files)
        try:
            work = asyncio.create_task(_run(_load(files), api))
        except BotFileError as failure:
            say("[yellow]{}[/]", failure)
            work = asyncio.create_task(asyncio.sleep(float("inf")))
        try:
            while _changed_at(files) == seen and not work.done():  # noqa: ASYNC110 - files tell nobody
                await asyncio.sleep(_LOOK_EVERY_S)
            if work.done():
                work.result()
            say("[bright_black]changed: beginning again[/]")
        finally:
            work.cancel()
            await asyncio.wait({work})


def _changed_at(files: Sequence[Path]) -> list[float]:
    return [file.stat().st_mtime if file.exists() else 0.0 for file in files]


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    for stop in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(stop, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return
