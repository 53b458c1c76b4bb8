"""The simulation's clock against the clients' own."""

from datetime import timedelta

import pytest
from stage import Stage

pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize("offset", [timedelta(days=-40), timedelta(days=40)], ids=["slow", "fast"])
async def test_server_with_a_wrong_clock(stage: Stage, offset: timedelta) -> None:
    anna, ben, client = await stage.pair()
    await client.order("leave")
    await client.expect("close")
    async with stage.wasim.fault("clock-skew", args={"offset_s": int(offset.total_seconds())}):
        # The chain's dates are wrong as well. Baileys does not read them; whatsapp-rust only asks them
        # whether the short handshake will do.
        await client.order("connect")
        await client.expect("open")
        assert (await stage.companion(anna))["handshake"] in {"XX", stage.contender.handshake}
        await stage.still_talks(client, anna, ben)
    await stage.still_talks(client, anna, ben)


async def test_days_pass(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await client.order("leave")
    await client.expect("close")
    await ben.say(anna, "before the journey")
    await stage.wasim.advance(timedelta(days=10))
    await ben.say(anna, "after it")
    await client.order("connect")
    for text in ("before the journey", "after it"):
        await client.expect("message", text=text)
    await stage.still_talks(client, anna, ben)


async def test_phone_sleeps_for_days(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await anna.post("sleep", {"unlink_after_days": 14})
    await stage.still_talks_without_phone(client, anna, ben)
    await stage.wasim.advance(timedelta(days=13))
    assert len((await anna.account()).companions) == 1
    await stage.wasim.advance(timedelta(days=2))
    if stage.contender.name == "baileys":
        await client.expect("close", status=401)
    else:
        await client.expect("logged_out", on_connect=False)
    assert (await anna.account()).companions == []
