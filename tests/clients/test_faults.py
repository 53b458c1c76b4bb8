"""Named faults of the simulator, and what each client makes of them (contract, tables 3.2 to 3.4)."""

import pytest
from driver import Client, ClientRefused
from stage import Stage, pn
from test_verdicts import back, still_talks

from holdfast.lab import Phone

pytestmark = pytest.mark.timeout(200)


# What each client answers to the two copies of a message.
TWICE = {
    "baileys": [("receipt", None), ("ack", "487")],
    "whatsapp-rust": [("receipt", None), ("receipt", None)],
}


async def pair(stage: Stage) -> tuple[Phone, Phone, Client]:
    """Anna with a linked, idle client, and Ben."""
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    await stage.settled(anna)
    await client.forget()
    return anna, ben, client


async def test_message_delivered_twice(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault("duplicate-message", anna.phone, 1)
    id = await ben.say(anna.phone, "once")
    await client.expect("message", id=id)
    await stage.settled(anna)
    await still_talks(stage, client, anna, ben)
    assert [event["text"] for event in client.seen("message", id=id, kind="text")] == ["once"]
    # The second one is answered as well, so that it does not come for ever.
    answers = await stage.stanzas(anna, "receipt") + await stage.stanzas(anna, "ack")
    said = [(node.tag, node.attrs.get("error")) for node in answers if node.get("id") == id]
    assert said == TWICE[stage.contender.name]


async def test_message_that_cannot_be_decrypted(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault("undecryptable", anna.phone, 1)
    id = await ben.say(anna.phone, "spoilt once")
    # The client asks for it again, with fresh keys, and the phone sends it again.
    assert (await client.expect("message", id=id, kind="text"))["text"] == "spoilt once"
    retries = [node for node in await stage.stanzas(anna, "receipt") if node.get("type") == "retry"]
    assert [node.get("id") for node in retries] == [id]
    await still_talks(stage, client, anna, ben)


async def test_crafted_message(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault("crafted-dm", anna.phone, 1)
    await still_talks(stage, client, anna, ben)
    assert client.alive
    assert not client.seen("crash")


async def test_sends_are_not_acknowledged(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault("no-ack", anna.phone)
    # Neither client waits for the server's word.
    id = (await client.order("send", to=pn(ben), text="anybody?", within=10))["id"]
    assert (await stage.received(ben, id)).text == "anybody?"
    await stage.wasim.clear_faults()
    await still_talks(stage, client, anna, ben)


async def test_frame_in_two_pieces(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault("split-frame", anna.phone, 1)
    await still_talks(stage, client, anna, ben)
    assert not client.seen("crash")


@pytest.mark.parametrize("fault", ["empty-frame", "malformed-node", "garbage-frame"])
async def test_frame_that_is_no_stanza(stage: Stage, fault: str) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault(fault, anna.phone, 1)
    if stage.contender.name == "baileys":
        # An exception in its message listener that nobody catches.
        assert await client.ended() == 1
        assert client.seen("crash")
    else:
        await still_talks(stage, client, anna, ben)
        assert client.alive


async def test_inflate_bomb(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault("inflate-bomb", anna.phone, 1)
    if stage.contender.name == "baileys":
        # Inflated without a limit; what comes out is no stanza, and the exception ends the process.
        assert await client.ended() == 1
    else:
        await still_talks(stage, client, anna, ben)
        assert client.alive


async def test_one_time_keys_are_used_up(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault("prekeys-drained", anna.phone, 1)

    async def refilled() -> bool:
        return bool((await stage.companion(anna))["prekeys"])

    await stage.until("new pre-keys", refilled)
    await still_talks(stage, client, anna, ben)


async def test_slow_frames(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault("slow", anna.phone)
    await still_talks(stage, client, anna, ben)
    await client.order("leave")
    await client.expect("close")
    await client.order("connect")
    await client.expect("open")
    await still_talks(stage, client, anna, ben)


async def test_message_from_the_number_in_place_of_the_lid(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault("pn-then-lid", anna.phone)
    await still_talks(stage, client, anna, ben)
    await stage.wasim.clear_faults()
    await still_talks(stage, client, anna, ben)


async def test_compressed_connection(stage: Stage) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    await stage.wasim.fault("deflate")
    client = await stage.linked(anna)
    await still_talks(stage, client, anna, ben)


async def test_connection_closes_after_pair_success(stage: Stage) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    await stage.wasim.fault("close-after-pair-success", anna.phone, 1)
    client = await stage.client()
    await client.order("connect")
    await anna.scan((await client.expect("qr"))["code"])
    await client.expect("paired")
    if not stage.contender.reconnects:
        await client.expect("close", status=428)
    await back(stage, client)
    await still_talks(stage, client, anna, ben)


async def test_server_never_answers_the_handshake(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await client.order("leave")
    await client.expect("close")
    await stage.wasim.fault("upgrade-then-silence", count=1)
    if stage.contender.name == "baileys":
        await client.order("connect", options={"connectTimeoutMs": 3000})
        await client.expect("close", status=408)
    else:
        await client.order("connect")
    await back(stage, client)
    await still_talks(stage, client, anna, ben)


async def test_upgrade_is_refused(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await client.order("leave")
    await client.expect("close")
    await stage.wasim.fault("upgrade-refused", count=1)
    if stage.contender.name == "baileys":
        # It does not hear the refusal: only its own time-out ends the attempt, as if nobody had answered.
        await client.order("connect", options={"connectTimeoutMs": 2000})
        await client.expect("close", status=408)
    else:
        await client.order("connect")
    await back(stage, client)
    await still_talks(stage, client, anna, ben)


async def test_message_is_refused(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault("ack-error", anna.phone, 1)
    id = (await client.order("send", to=pn(ben), text="refused"))["id"]
    if stage.contender.name == "baileys":
        await client.expect("send_failed", id=id)
    else:
        await client.expect("ack", id=id, error="479")
    await still_talks(stage, client, anna, ben)
    items, _ = await ben.inbox()
    assert id not in [item.id for item in items]


async def test_message_without_content(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault("unavailable", anna.phone, 1)
    id = await ben.say(anna.phone, "hidden")
    # The client asks its own phone, which has it.
    assert (await client.expect("message", id=id, kind="text", within=60))["text"] == "hidden"
    await still_talks(stage, client, anna, ben)


@pytest.mark.parametrize("fault", ["iq-error", "rate-overlimit"])
async def test_queries_are_refused(stage: Stage, fault: str) -> None:
    anna, ben, client = await pair(stage)
    await client.order("leave")
    await client.expect("close")
    await stage.wasim.fault(fault, anna.phone)
    await client.order("connect")
    await client.expect("open")
    # Nobody can be written to whose devices and keys cannot be asked for.
    with pytest.raises(ClientRefused):
        await client.order("send", to=pn(ben), text="to somebody new")
    await stage.wasim.clear_faults()
    await still_talks(stage, client, anna, ben)


async def test_queries_are_not_answered(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await client.order("leave")
    await client.expect("close")
    before = (await stage.companion(anna))["logins"]
    await stage.wasim.fault("iq-silent", anna.phone)
    await client.order("connect", options={"defaultQueryTimeoutMs": 2000})
    if stage.contender.name == "baileys":
        # It opens when its queries have timed out. A message to a new contact then goes to no device at all,
        # and the application is told that it was sent.
        await client.expect("open")
        id = (await client.order("send", to=pn(ben), text="to nobody"))["id"]
        items, _ = await ben.inbox()
        assert id not in [item.id for item in items]
    else:
        # It sends no ping while a query waits, takes the silence for a dead link, and reconnects for ever.
        async def again() -> bool:
            return bool((await stage.companion(anna))["logins"] >= before + 2)

        await stage.until("a second login", again, within=90)
    await stage.wasim.clear_faults()
    await client.order("leave")
    await client.order("connect")
    await client.expect("open", within=60)
    await still_talks(stage, client, anna, ben)


async def test_keys_of_a_device_are_refused_once(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault("keys-refused", anna.phone, 1)
    # Both ask again, for that device alone.
    id = (await client.order("send", to=pn(ben), text="at the second attempt"))["id"]
    assert (await stage.received(ben, id)).text == "at the second attempt"
    await still_talks(stage, client, anna, ben)


async def test_keys_of_a_device_are_refused_always(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.wasim.fault("keys-refused", anna.phone, -1)
    if stage.contender.name == "baileys":
        with pytest.raises(ClientRefused):
            await client.order("send", to=pn(ben), text="never")
    else:
        # It leaves the device out and takes the message for sent, here to the sender's own phone alone.
        id = (await client.order("send", to=pn(ben), text="to who can be reached"))["id"]
        assert (await stage.received(anna, id)).from_me
        items, _ = await ben.inbox()
        assert id not in [item.id for item in items]
    await stage.wasim.clear_faults()
    await still_talks(stage, client, anna, ben)


async def test_backlog_never_ends(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await client.order("leave")
    await client.expect("close")
    await stage.wasim.fault("no-offline", anna.phone, 1)
    await client.order("connect")
    id = await ben.say(anna.phone, "are you in?")
    # Both wait for the end of the backlog, and give up on it.
    await client.expect("open", within=100)
    await client.expect("message", id=id, within=100)
    await still_talks(stage, client, anna, ben)


async def test_client_is_not_asked_to_come_back_after_pairing(stage: Stage) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    await stage.wasim.fault("missing-515", anna.phone, 1)
    client = await stage.client()
    await client.order("connect")
    await anna.scan((await client.expect("qr"))["code"])
    await client.expect("paired")
    await client.quiet(3.0, "open")
    # Its credentials are complete all the same.
    await client.order("leave")
    await client.order("connect")
    await client.expect("open")
    await still_talks(stage, client, anna, ben)


async def test_phone_cannot_prove_that_it_saw_the_code(stage: Stage) -> None:
    anna = await stage.wasim.phone("Anna")
    await stage.wasim.fault("bad-pair-hmac", anna.phone, 1)
    client = await stage.client()
    await client.order("connect")
    await anna.scan((await client.expect("qr"))["code"])
    await client.expect("close" if stage.contender.name == "baileys" else "pair_failed")
    assert not client.seen("paired")
    assert (await anna.account()).companions == []
    assert client.alive


async def test_account_signature_does_not_hold(stage: Stage) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    await stage.wasim.fault("bad-account-signature", anna.phone, 1)
    client = await stage.client()
    await client.order("connect")
    await anna.scan((await client.expect("qr"))["code"])
    if stage.contender.name == "baileys":
        # Like the certificate chain: verified, and the outcome ignored.
        await client.expect("paired")
        await client.expect("open")
        await still_talks(stage, client, anna, ben)
    else:
        await client.expect("pair_failed")
        assert (await anna.account()).companions == []


async def test_black_hole(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    if stage.contender.name == "baileys":
        await client.order("leave")
        await client.expect("close")
        await client.order("connect", options={"keepAliveIntervalMs": 2000})
        await client.expect("open")
    await stage.wasim.fault("black-hole", anna.phone, 1)
    if stage.contender.name == "baileys":
        # It sees the silence within 2 + 5 s, but tells so only when its WebSocket library has given up
        # waiting for the other side's close, another 30 s later.
        await client.expect("close", within=60, status=408)
        await back(stage, client)
    else:
        # Pings every 15 to 30 s; a ping unanswered for 20 s is a dead link.
        await client.expect("open", within=120)
    await still_talks(stage, client, anna, ben)


async def test_server_restarts(stage: Stage) -> None:
    anna, ben, client = await pair(stage)
    await stage.restart()
    if not stage.contender.reconnects:
        await client.expect("close")
    await back(stage, client)
    await still_talks(stage, client, anna, ben)
    assert (await stage.companion(anna))["handshake"] == stage.contender.handshake
