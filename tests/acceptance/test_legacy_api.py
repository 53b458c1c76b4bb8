"""A client of the old systems against a whole gateway: its addresses, its fields, the end of a number."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from holdfast.lab import Simulator
from house import House, running_house

OLD = {"HOLDFAST_LEGACY_API": "1"}


@pytest.fixture
async def old(tmp_path: Path, simulator: Simulator) -> AsyncIterator[House]:
    """A house that serves the old addresses too."""
    async with running_house(tmp_path, simulator, OLD) as made:
        yield made


@asynccontextmanager
async def hearing(house: House, instance: str) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of the old event stream, which has begun."""
    query = {"instance": instance}
    async with house.http.stream("GET", "/api/whatsapp/events", params=query) as stream:
        assert stream.status_code == 200
        lines = stream.aiter_lines()
        assert await anext(lines) == ": connected"
        yield lines


async def next_of(lines: AsyncIterator[str], wanted: str) -> dict[str, Any]:
    """The data of the next event of this name."""
    async for line in lines:
        if line == f"event: {wanted}":
            found: dict[str, Any] = json.loads((await anext(lines)).removeprefix("data: "))
            return found
    raise AssertionError("the stream has ended")


async def test_an_old_client_sees_its_instance_live_and_end(old: House) -> None:
    nothing = await old.ask("GET", "/api/whatsapp/status", 404)
    assert nothing["code"] == "unknown_session"
    number, phone = await old.link("office")

    (instance,) = (await old.ask("GET", "/api/whatsapp/instances"))["instances"]
    status = await old.ask("GET", "/api/whatsapp/status")
    heard = status["lastHeartbeat"]  # it may have been heard between the two
    assert heard >= instance["lastHeartbeat"]
    assert status == {**instance, "success": True, "lastHeartbeat": heard}
    assert (status["status"], status["connectionStatus"], status["isConnected"]) == (
        "connected",
        "connected",
        True,
    )
    assert (status["phoneNumber"], status["requiresAuth"]) == (f"+{number}", False)
    assert status["lastConnected"]

    async with hearing(old, f"+{number}") as lines:
        await phone.unlink((await phone.account()).companions[0].device)
        ended = await next_of(lines, "instanceDisconnected")
    assert (ended["reason"], ended["requiresAuth"]) == ("session_expired", True)
    status = await old.ask("GET", "/api/whatsapp/status", params={"instance": "office"})
    assert (status["reason"], status["requiresAuth"], status["connectionStatus"]) == (
        "session_expired",
        True,
        "disconnected",
    )


async def test_which_of_several_is_asked_for(old: House) -> None:
    for name in ("office", "taxi"):
        await old.ask("PUT", f"/v1/sessions/{name}", 201)
    refused = await old.ask("GET", "/api/whatsapp/status", 400)
    assert "?instance=" in refused["next_step"]
    assert (await old.ask("GET", "/api/whatsapp/status?instance=taxi"))["name"] == "taxi"
    assert (await old.ask("GET", "/api/whatsapp/status?instance=nobody", 404))["code"] == "unknown_session"


async def test_it_asks_for_a_key_as_everything_does(old: House) -> None:
    figures = await old.ask("POST", "/v1/keys", 201, json={"name": "figures", "scopes": ["metrics"]})
    for path in ("instances", "status", "events"):
        for shown, status in (("", 401), (f"Bearer {figures['key']}", 403)):
            headers = {"Authorization": shown}
            await old.ask("GET", f"/api/whatsapp/{path}", status, headers=headers)


async def test_it_is_there_only_where_it_is_switched_on(house: House) -> None:
    assert (await house.ask("GET", "/api/whatsapp/instances", 404))["code"] == "not_found"
