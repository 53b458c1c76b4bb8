"""Every page that there is: read by axe, light and dark, and in a language that puts sentences into brackets.

It has a house of its own, so that it sees the same words whatever other tests have written.
"""

import calendar
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect
from spoken_pages import arrive, every_page, unspoken
from test_work_pages import book
from work_stage import DESK, PHONE, Desk, desk, flaws

#: What people and programs have called things, which no catalogue has.
NAMES = frozenset(
    """Holdfast WhatsApp Alpine Cars Ann Miller office olga vera Good evening this machine through
    owner viewer Munich Airport Marienplatz Augsburg Central Station Sedan Van sedan van City centre
    transfer Night Holiday chauffeur commands Excursion Black Dan Europe Berlin kB MB""".split()  # noqa: SIM905 - it is read as words
) | {it for at in (calendar.day_name, calendar.month_name, calendar.month_abbr) for it in at}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def at(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with desk(tmp_path_factory.mktemp("pages")) as running:
        yield running
        assert running.troubles == []
        assert running.hosts == {"127.0.0.1"}


async def test_every_page_can_be_read_by_everybody_and_speaks_the_readers_language(at: Desk) -> None:
    await at.ann.say(at.phone, "Good evening")
    await at.heard("Good evening")
    reference = await book(at, 5)
    pages, names = await every_page(at, reference), NAMES | set(re.findall(r"[A-Z]{2,}", reference))
    for size, scheme in ((PHONE, "light"), (DESK, "dark")):
        async with at.context(size, scheme) as context:
            door = await context.new_page()
            await door.goto(at.url + "/login")
            await expect(door.get_by_label("Language")).to_be_visible()
            assert await flaws(door) == [], ("/login", scheme)
            page = await at.owner(context)
            for path in pages:
                await arrive(page, at.url + path)
                assert await flaws(page) == [], (path, scheme)
    async with at.context(language="en-XA") as context:
        page = await at.owner(context)
        found = {}
        for path in pages:
            await arrive(page, at.url + path)
            found[path] = await unspoken(page, names)
        assert {path: words for path, words in found.items() if words} == {}
