"""The API keeps to its own description, whatever it is asked: schemathesis makes the requests up.

SCHEMA_EXAMPLES is how many of each kind; `make test-schema` takes many, and others in each run.
"""

import asyncio
import multiprocessing
import os
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from databases import PostgresqlForTests
from described import Asked, operations, try_out
from holdfast.lab import Simulator
from house import House, running_house

pytestmark = pytest.mark.timeout(3600)
AGAIN: Final = "SCHEMA_EXAMPLES" not in os.environ
EXAMPLES: Final = int(os.environ.get("SCHEMA_EXAMPLES", "4"))


@pytest.fixture
async def offices(
    postgresql: PostgresqlForTests, tmp_path: Path, simulator: Simulator
) -> AsyncIterator[list[House]]:
    """A house on each kind of database, in which `office` is linked."""
    server = {"HOLDFAST_DATABASE_URL": postgresql.empty().url}
    async with (
        running_house(tmp_path / "sqlite", simulator) as file,
        running_house(tmp_path / "postgresql", simulator, server) as other,
    ):
        for each in (file, other):
            await each.link("office")
        yield [file, other]


async def things(house: House) -> Mapping[str, str]:
    """Something of every kind that a path names."""
    friend = await house.simulator.phone("Friend")
    group = {"subject": "Night shift", "members": [f"+{friend.phone}"]}
    text = {"Content-Type": "text/plain"}
    media = await house.ask("POST", "/v1/media", 201, content=b"something", headers=text)
    return {
        "ref": (await house.session("office"))["id"],
        "group": (await house.ask("POST", "/v1/sessions/office/groups", 201, json=group))["group"],
        "person": f"+{friend.phone}",
        "chat": f"{friend.phone}@s.whatsapp.net",
        "message_id": await house.send("office", friend.phone, "hello"),
        "media_id": media["media_id"],
    }


async def asked(house: House) -> Asked:
    """How the house is asked."""
    key = house.http.headers["Authorization"].removeprefix("Bearer ")
    return Asked(str(house.http.base_url), key, await things(house))


def executor() -> Executor:
    """Who makes the requests up, which takes most of the time: a thread, or two processes per core."""
    if AGAIN:
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(2 * (os.cpu_count() or 1), multiprocessing.get_context("spawn"))


async def test_every_answer_is_as_described(offices: list[House], capsys: pytest.CaptureFixture[str]) -> None:
    houses = [await asked(house) for house in offices]
    description = (await offices[0].http.get("/openapi.json")).text
    loop = asyncio.get_running_loop()
    with executor() as running:
        trying = partial(try_out, description, houses=houses, examples=EXAMPLES, again=AGAIN)
        under_way = [loop.run_in_executor(running, trying, label) for label in operations(description)]
        outcomes = []
        for finished in asyncio.as_completed(under_way):
            outcomes.append(await finished)
            if not AGAIN:
                with capsys.disabled():
                    print(outcomes[-1], flush=True)
    wrong = [str(it) for it in outcomes if it.wrong is not None]
    assert not wrong, "\n\n".join(wrong)
    assert not [house.place.data for house in offices if "Traceback" in house.log.read_text()]
    assert sum(any(status < 300 for status in it.seen) for it in outcomes) > len(outcomes) / 2
