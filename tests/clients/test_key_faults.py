"""Faults of queries and keys, and what each client makes of them (contract, table 3.4)."""

import pytest
from driver import ClientRefused
from stage import Stage, pn

from holdfast.lab import Phone, Stanza

pytestmark = pytest.mark.timeout(200)


async def query_with(stage: Stage, who: Phone, after: int, part: str) -> Stanza:
    """The first query about keys from one of the account's devices that contains this element."""
    return await stage.wasim.wait_for(
        account=who,
        after=after,
        direction="in",
        xmlns="encrypt",
        where=lambda each: each.node.find(part) is not None,
    )


@pytest.mark.parametrize("fault", ["iq-error", "rate-overlimit"])
async def test_queries_are_refused(stage: Stage, fault: str) -> None:
    anna, ben, client = await stage.pair()
    await client.order("leave")
    await client.expect("close")
    await stage.wasim.fault(fault, anna.phone)
    await client.order("connect")
    await client.expect("open")
    # Nobody can be written to whose devices and keys cannot be asked for.
    with pytest.raises(ClientRefused):
        await client.order("send", to=pn(ben), text="to somebody new")
    await stage.wasim.clear_faults()
    await stage.still_talks(client, anna, ben)


@pytest.mark.waits
async def test_queries_are_not_answered(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await client.order("leave")
    await client.expect("close")
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
        # It does without the answers when their 75 s are over.
        await client.expect("open", within=100)
    await stage.wasim.clear_faults()
    await client.order("leave")
    await client.order("connect")
    await client.expect("open", within=60)
    await stage.still_talks(client, anna, ben)


async def test_keys_of_a_device_are_refused_once(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.wasim.fault("keys-refused", anna.phone, 1)
    # Both ask again, for that device alone.
    id = (await client.order("send", to=pn(ben), text="at the second attempt"))["id"]
    assert (await stage.received(ben, id)).text == "at the second attempt"
    await stage.still_talks(client, anna, ben)


async def test_keys_of_a_device_are_refused_always(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
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
    await stage.still_talks(client, anna, ben)


async def test_one_time_keys_are_used_up(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.wasim.fault("prekeys-drained", anna.phone, 1)

    async def refilled() -> bool:
        return bool((await stage.companion(anna))["prekeys"])

    await stage.until("new pre-keys", refilled)
    await stage.still_talks(client, anna, ben)


async def test_upload_of_keys_is_refused(stage: Stage) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    await stage.wasim.fault("upload-rejected", anna.phone, 1)
    # Both try again by themselves: without keys nobody could write to them.
    client = await stage.linked(anna)
    await stage.still_talks(client, anna, ben)


@pytest.mark.parametrize("fault", ["digest-missing", "digest-mismatch"])
async def test_digest_is_wrong(stage: Stage, fault: str) -> None:
    anna, ben, client = await stage.pair()
    await client.order("leave")
    await client.expect("close")
    mark = await stage.wasim.mark()
    await stage.wasim.fault(fault, anna.phone, 1)
    await client.order("connect")
    await client.expect("open")
    asked = await stage.wasim.wait_for(
        account=anna,
        after=mark,
        direction="in",
        xmlns="encrypt",
        where=lambda each: bool(each.node.find("digest")),
    )

    async def uploaded() -> bool:
        sets = await stage.wasim.transcript(
            anna, after=asked.seq, direction="in", xmlns="encrypt", type="set"
        )
        return any(each.node.find("identity") for each in sets)

    if stage.contender.name == "whatsapp-rust" and fault == "digest-missing":
        await stage.until("keys uploaded again", uploaded)
    else:
        # Baileys does not compare. whatsapp-rust does, and leaves it at a warning.
        await client.quiet(1.0, "crash")
        assert not await uploaded()
    await stage.still_talks(client, anna, ben)


@pytest.mark.parametrize("fault", ["group-forbidden", "group-gone"])
async def test_group_is_refused(stage: Stage, fault: str) -> None:
    anna, ben, client = await stage.pair()
    group = await ben.make_group("Lab", anna)
    await client.expect("group_change", id=group.jid)
    async with stage.wasim.fault(fault, anna.phone):
        with pytest.raises(ClientRefused):
            await client.order("group_subject", group=group.jid, subject="Laboratory")
    assert (await group.state()).subject == "Lab"
    await stage.still_talks(client, anna, ben)


async def test_phone_has_another_identity(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.still_talks(client, anna, ben)
    mark = await stage.wasim.mark()
    await stage.wasim.fault("identity-change", ben.phone)
    if stage.contender.name == "whatsapp-rust":
        await client.expect("identity_change")
    else:
        # It fetches a new session and tells its application nothing.
        await stage.wasim.wait_for(
            account=anna,
            after=mark,
            direction="in",
            xmlns="encrypt",
            where=lambda each: bool(each.node.find("key")),
        )
    await stage.still_talks(client, anna, ben)
