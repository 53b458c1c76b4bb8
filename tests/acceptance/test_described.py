"""The API keeps to its own description, whatever it is asked: schemathesis makes the requests up.

SCHEMA_EXAMPLES is how many of each kind; `make test-schema` takes many, and others in each run.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from databases import PostgresqlForTests
from described import operations, try_out
from holdfast.lab import Simulator
from house import House, running_house

pytestmark = pytest.mark.timeout(3600)
AGAIN: Final = "SCHEMA_EXAMPLES" not in os.environ
EXAMPLES: Final = int(os.environ.get("SCHEMA_EXAMPLES", "4"))


@pytest.fixture(params=["sqlite", "postgresql"])
async def office(
    request: pytest.FixtureRequest, tmp_path: Path, simulator: Simulator
) -> AsyncIterator[House]:
    """A house on each kind of database, in which `office` is linked."""
    extra = {}
    if request.param == "postgresql":
        server: PostgresqlForTests = request.getfixturevalue("postgresql")
        extra["HOLDFAST_DATABASE_URL"] = server.empty().url
    async with running_house(tmp_path, simulator, extra) as made:
        await made.link("office")
        yield made


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


async def test_every_answer_is_as_described(office: House) -> None:
    there = await things(office)
    url = str(office.http.base_url)
    key = office.http.headers["Authorization"].removeprefix("Bearer ")
    description = (await office.http.get("/openapi.json")).json()
    wrong: dict[str, str] = {}
    seen: dict[str, Counter[int]] = {}
    for operation in operations(description):
        try:
            seen[operation.label] = await asyncio.to_thread(
                try_out, operation, url, key, there, EXAMPLES, again=AGAIN
            )
        except Exception as found:
            wrong[operation.label] = _told(found)
    assert not wrong, "\n\n".join(f"{label}: {why}" for label, why in wrong.items())
    assert "Traceback" not in office.log.read_text()
    assert sum(any(status < 300 for status in each) for each in seen.values()) > len(seen) / 2


def _told(found: BaseException) -> str:
    """What was wrong, with what repeats it."""
    inner = found.exceptions if isinstance(found, BaseExceptionGroup) else ()
    return "\n".join([str(found), *getattr(found, "__notes__", []), *map(_told, inner)])
