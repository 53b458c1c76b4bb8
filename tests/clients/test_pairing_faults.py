"""Faults of pairing, and what each client makes of them (contract, table 3.3)."""

import pytest
from driver import Client
from stage import Stage

from holdfast.lab import Phone, SimulatorError

pytestmark = pytest.mark.timeout(120)


async def scanned(stage: Stage, fault: str) -> tuple[Phone, Client]:
    """Anna has scanned a new client's code, and the fault struck."""
    anna = await stage.wasim.phone("Anna")
    await stage.wasim.fault(fault, anna.phone, 1)
    client = await stage.client()
    await client.order("connect")
    await anna.scan((await client.expect("qr"))["code"])
    return anna, client


async def test_connection_closes_after_pair_success(stage: Stage) -> None:
    anna, client = await scanned(stage, "close-after-pair-success")
    await client.expect("paired")
    if not stage.contender.reconnects:
        await client.expect("close", status=428)
    await stage.back(client)
    await stage.still_talks(client, anna, await stage.wasim.phone("Ben"))


async def test_client_is_not_asked_to_come_back(stage: Stage) -> None:
    anna, client = await scanned(stage, "missing-515")
    await client.expect("paired")
    await client.quiet(3.0, "open")
    # Its credentials are complete all the same.
    await client.order("leave")
    await client.order("connect")
    await client.expect("open")
    await stage.still_talks(client, anna, await stage.wasim.phone("Ben"))


async def test_client_is_asked_to_come_back_too_early(stage: Stage) -> None:
    anna, client = await scanned(stage, "early-515")
    if stage.contender.name == "baileys":
        # Its answer was on its way, and is read.
        await client.expect("paired")
        await client.expect("open")
        await stage.still_talks(client, anna, await stage.wasim.phone("Ben"))
    else:
        # It has hung up before it has answered, and logs in as a device that nobody knows.
        await client.expect("logged_out", on_connect=True)
        assert (await anna.account()).companions == []


async def test_phone_cannot_prove_that_it_saw_the_code(stage: Stage) -> None:
    anna, client = await scanned(stage, "bad-pair-hmac")
    await client.expect("close" if stage.contender.name == "baileys" else "pair_failed")
    assert not client.seen("paired")
    assert (await anna.account()).companions == []
    assert client.alive


async def test_account_signature_does_not_hold(stage: Stage) -> None:
    anna, client = await scanned(stage, "bad-account-signature")
    if stage.contender.name == "baileys":
        # Like the certificate chain: verified, and the outcome ignored.
        await client.expect("paired")
        await client.expect("open")
        await stage.still_talks(client, anna, await stage.wasim.phone("Ben"))
    else:
        await client.expect("pair_failed")
        assert (await anna.account()).companions == []


async def test_codes_expire(stage: Stage) -> None:
    anna = await stage.wasim.phone("Anna")
    client = await stage.client()
    await client.order("connect")
    old = (await client.expect("qr"))["code"]
    await stage.wasim.fault("codes-expired")
    if not stage.contender.reconnects:
        await client.expect("close", status=428)
        await client.order("connect")
    # whatsapp-rust dials again, and both show codes of another reference.
    new = (await client.expect("qr", within=60))["code"]
    assert new != old
    with pytest.raises(SimulatorError):
        await anna.scan(old)
    await stage.wasim.clear_faults()
    await anna.scan(new)
    await client.expect("paired")
    await client.expect("open")
