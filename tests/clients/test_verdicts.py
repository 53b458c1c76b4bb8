"""What the server says when it ends a connection, and what each client makes of it (contract, table 3.1)."""

from dataclasses import dataclass
from typing import Any

import pytest
from driver import Client
from stage import Stage, pn

from holdfast.lab import Phone

pytestmark = pytest.mark.timeout(120)

# How long a client must stay away before we believe that it stays away. Baileys never comes back by itself.
AWAY_S = 4.0


@dataclass(frozen=True)
class Reaction:
    """The event that the client tells its application, and whether the session goes on."""

    event: str
    fields: dict[str, Any]
    goes_on: bool


def closes(status: int, goes_on: bool = True) -> Reaction:
    """Baileys: one event with a number; "goes on" is that a new socket of the application works."""
    return Reaction("close", {"status": status}, goes_on)


VERDICTS: dict[str, dict[str, Reaction]] = {
    "close": {"baileys": closes(428), "whatsapp-rust": Reaction("disconnected", {}, True)},
    "503": {"baileys": closes(503), "whatsapp-rust": Reaction("disconnected", {}, True)},
    "515": {"baileys": closes(515), "whatsapp-rust": Reaction("open", {}, True)},
    "500": {"baileys": closes(500), "whatsapp-rust": Reaction("stream_error", {"code": "500"}, True)},
    "429": {"baileys": closes(429), "whatsapp-rust": Reaction("disconnected", {}, True)},
    "not-well-formed": {
        "baileys": closes(500),
        "whatsapp-rust": Reaction("stream_error", {"code": ""}, True),
    },
    "ack": {"baileys": closes(500), "whatsapp-rust": Reaction("stream_error", {"code": ""}, True)},
    "unknown": {"baileys": closes(500), "whatsapp-rust": Reaction("stream_error", {"code": ""}, True)},
    "xmlstreamend": {"baileys": closes(428), "whatsapp-rust": Reaction("open", {}, True)},
    "downgrade": {"baileys": closes(411), "whatsapp-rust": Reaction("disconnected", {}, True)},
    "401": {"baileys": closes(401), "whatsapp-rust": Reaction("logged_out", {"on_connect": False}, False)},
    "conflict": {
        "baileys": closes(440),
        "whatsapp-rust": Reaction("logged_out", {"on_connect": False}, False),
    },
    "516": {"baileys": closes(516), "whatsapp-rust": Reaction("logged_out", {"on_connect": False}, False)},
    "replaced": {"baileys": closes(440), "whatsapp-rust": Reaction("replaced", {}, False)},
}


async def still_talks(stage: Stage, client: Client, anna: Phone, ben: Phone) -> None:
    """Both directions work, and nothing is left over."""
    id = await ben.say(anna.phone, "still there?")
    assert (await client.expect("message", id=id, within=60))["text"] == "still there?"
    sent = (await client.order("send", to=pn(ben), text="of course"))["id"]
    assert (await stage.received(ben, sent)).text == "of course"
    await stage.settled(anna)


async def back(stage: Stage, client: Client) -> None:
    """The client is connected again: by itself, or by what its application does."""
    if not stage.contender.reconnects:
        await client.order("connect")
    await client.expect("open", within=60)


@pytest.mark.parametrize("verdict", VERDICTS)
async def test_server_ends_the_connection(stage: Stage, verdict: str) -> None:
    reaction = VERDICTS[verdict][stage.contender.name]
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    await stage.settled(anna)
    await client.forget()
    await anna.kick(1, verdict)
    await client.expect(reaction.event, **reaction.fields)
    if reaction.goes_on:
        if verdict == "515" and not stage.contender.reconnects:
            await client.expect("open")  # our program obeys it, as every application does
        elif reaction.event != "open":
            await back(stage, client)
        await still_talks(stage, client, anna, ben)
    else:
        await client.quiet(AWAY_S, "open")
        assert not (await stage.companion(anna))["connected"]
    assert client.alive
    assert not client.seen("crash")


async def test_phone_unlinks_the_device(stage: Stage) -> None:
    anna = await stage.wasim.phone("Anna")
    client = await stage.linked(anna)
    await stage.settled(anna)
    await anna.unlink(1)
    if stage.contender.reconnects:
        await client.expect("logged_out", on_connect=False)
    else:
        await client.expect("close", status=401)
    assert (await anna.account()).companions == []

    # A login of what is unlinked is refused with 401.
    if stage.contender.reconnects:
        await client.order("leave")
        await client.order("connect")
        await client.expect("logged_out", on_connect=True)
    else:
        await client.order("connect")
        await client.expect("close", status=401)
    assert client.alive
    assert not client.seen("crash")


async def test_client_logs_out(stage: Stage) -> None:
    anna = await stage.wasim.phone("Anna")
    client = await stage.linked(anna)
    await stage.settled(anna)
    await client.order("logout")

    async def gone() -> bool:
        return not (await anna.account()).companions

    await stage.until("the device is gone", gone)
    assert client.alive
