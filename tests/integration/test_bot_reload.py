"""`holdfast bot run --reload` on a real server: the newest file that loads is at work."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.accounts import Scope
from holdfast.cli import bot as command
from holdfast.client import Client
from holdfast.model.ids import DEFAULT_TENANT

from .served import Served, served, until

BOT = """
from holdfast.bots import Bot, Chat, any_text

bot = Bot("shop")


@bot.on(any_text)
async def answer(chat: Chat) -> None:
    await chat.reply("{word}")
"""


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as running:
        running.outbox.session_up("ses_a", "")
        yield running


class Terminal:
    """Everything that was printed so far."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured, self._text = captured, ""

    async def shows(self, words: str, times: int = 1) -> None:
        async def there() -> bool:
            self._text += self._captured.readouterr().out
            return self._text.count(words) >= times

        await until(there, within_s=120)


async def test_a_change_is_at_work_and_a_broken_file_waits_for_the_next(
    api: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, terminal, saved = tmp_path / "shop.py", Terminal(capsys), 0

    def save(text: str) -> None:
        nonlocal saved
        saved += 1
        beside = tmp_path / "next"
        beside.write_text(text)
        os.utime(beside, (1_700_000_000 + saved, 1_700_000_000 + saved))
        beside.replace(file)

    async def hears(*expected: str) -> None:
        async def enough() -> bool:
            return len(api.whatsapp.taken) >= len(expected)

        await until(enough, within_s=120)
        assert [words for _, words in api.whatsapp.taken] == list(expected)

    save(BOT.format(word="one"))
    key = (await api.accounts.create_key(DEFAULT_TENANT, "bots", scopes=frozenset(Scope))).key
    async with Client(api.url, key) as client:
        work = asyncio.create_task(command._run_again([file], client))
        try:
            await terminal.shows("is at work")
            await api.receive(1)
            await hears("one")
            save(BOT.format(word="two"))
            await terminal.shows("is at work", times=2)
            await api.receive(1)
            await hears("one", "two")
            save("this is no Python")
            await terminal.shows("fails while loading: SyntaxError")
            await api.receive(1)
            save(BOT.format(word="three"))
            await terminal.shows("is at work", times=3)
            await hears("one", "two", "three")
        finally:
            work.cancel()
            await asyncio.wait({work})
