"""The real gateway on a PostgreSQL server that restarts, is cut off and is killed under it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from databases import PostgresqlForTests
from holdfast.lab import Simulator
from house import House, running_house


@pytest.fixture
async def on_postgresql(
    postgresql: PostgresqlForTests, tmp_path: Path, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    """A house whose gateway keeps its database there."""
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", postgresql.empty().url)
    async with running_house(tmp_path, simulator) as made:
        yield made


async def test_what_arrives_and_leaves_while_the_server_restarts_is_there_once(
    on_postgresql: House, postgresql: PostgresqlForTests
) -> None:
    house = on_postgresql
    number, _ = await house.link("taxi")
    customer = await house.simulator.phone("Customer")
    await customer.say(number, "before")
    await house.received("before")
    postgresql.server.stop()
    during = [f"during {n}" for n in range(20)]
    for text in during:
        await customer.say(number, text)
    refused = await house.http.post(
        "/v1/sessions/taxi/messages", json={"to": f"+{customer.phone}", "text": "refused"}
    )
    assert refused.status_code == 503
    assert "PostgreSQL" in refused.text
    postgresql.server.start()
    await house.received("before", *during)
    await house.send("taxi", customer.phone, "after")
    await customer.wait_for("after")
    inbox, _ = await customer.inbox()
    assert [each.text for each in inbox if each.text in {"refused", "after"}] == ["after"]
    assert not (house.place.data / "holdfast.db").exists()


async def test_a_gateway_that_is_killed_while_the_server_is_away_finds_everything_again(
    on_postgresql: House, postgresql: PostgresqlForTests
) -> None:
    house = on_postgresql
    number, _ = await house.link("van")
    customer = await house.simulator.phone("Customer")
    sent = [await house.send("van", customer.phone, f"out {n}") for n in range(5)]
    postgresql.server.stop(crash=True)
    await asyncio.gather(*(customer.say(number, f"in {n}") for n in range(5)))
    await house.kill("gateway")
    postgresql.server.start()
    await house.start()
    await house.connected("van")
    await house.received(*(f"in {n}" for n in range(5)))
    await customer.wait_for("out 4")
    texts = [each.text for each in (await customer.inbox())[0] if each.text.startswith("out")]
    assert sorted(texts) == [f"out {n}" for n in range(5)]
    assert len(set(sent)) == 5
