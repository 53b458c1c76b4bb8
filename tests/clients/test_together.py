"""Foreign clients with one another: neither end of the encryption is ours."""

import pytest
from contenders import CONTENDERS, Contender
from stage import Stage, pn

pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize("other", CONTENDERS.values(), ids=CONTENDERS)
async def test_two_clients_talk(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(ben, other)
    for turn in range(5):
        there = (await first.order("send", to=pn(ben), text=f"ping {turn}"))["id"]
        assert (await second.expect("message", id=there))["text"] == f"ping {turn}"
        await first.expect("receipt", id=there, type="delivered")
        again = (await second.order("send", to=pn(anna), text=f"pong {turn}"))["id"]
        assert (await first.expect("message", id=again))["text"] == f"pong {turn}"
        await second.expect("receipt", id=again, type="delivered")
    await stage.settled(anna)
    await stage.settled(ben)
    assert not first.seen("undecryptable") + second.seen("undecryptable")


@pytest.mark.parametrize("other", CONTENDERS.values(), ids=CONTENDERS)
async def test_two_devices_of_one_account(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(anna, other)
    id = await ben.say(anna.phone, "to both")
    for client in (first, second):
        assert (await client.expect("message", id=id))["text"] == "to both"
    sent = (await first.order("send", to=pn(ben), text="from the first"))["id"]
    assert (await stage.received(ben, sent)).text == "from the first"
    copy = await second.expect("message", id=sent)
    assert (copy["text"], copy["from_me"]) == ("from the first", True)
    await stage.settled(anna, 1)
    await stage.settled(anna, 2)


@pytest.mark.parametrize("other", CONTENDERS.values(), ids=CONTENDERS)
async def test_what_one_device_reads_the_other_knows(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(anna, other)
    id = await ben.say(anna, "to both")
    for client in (first, second):
        await client.expect("message", id=id)
    await first.order("read", ids=[id])
    await stage.receipt(ben, id, "read")
    if other.name == "whatsapp-rust":  # Baileys tells its application nothing of it
        reader = (await second.expect("receipt", id=id, type="read"))["user"]
        assert reader.partition(":")[0] == anna.lid.partition("@")[0]
    await stage.settled(anna, 2)
