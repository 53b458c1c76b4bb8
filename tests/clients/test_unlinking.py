"""The end of a link: by the phone, by the client."""

import pytest
from stage import Stage

pytestmark = pytest.mark.timeout(120)


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
