"""What people show of themselves, and to whom: about, picture, privacy, blocking, trust, calls."""

import asyncio

import pytest
from contenders import CONTENDERS, Contender
from driver import Client, ClientRefused
from stage import JPEG, Stage, encoded, pn

from holdfast.lab import Phone

pytestmark = pytest.mark.timeout(120)

others = pytest.mark.parametrize("other", CONTENDERS.values(), ids=CONTENDERS)


async def test_about(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await client.order("about", text="at the lake")
    assert (await anna.fetch("profile"))["about"] == "at the lake"
    await ben.post("about", {"text": "in the woods"})
    assert (await client.order("about_of", jid=pn(ben)))["text"] == "in the woods"


async def test_hears_of_another_about(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.still_talks(client, anna, ben)
    await ben.post("about", {"text": "in the woods"})
    if stage.contender.name == "whatsapp-rust":
        assert (await client.expect("about"))["text"] == "in the woods"
    else:
        # Baileys confirms the notice and tells nothing.
        await stage.settled(anna)
        assert not client.seen("about")


async def test_picture(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.still_talks(client, anna, ben)
    assert (await picture_of(stage, client, ben)) is None
    await ben.post("picture", {"data_base64": encoded(JPEG)})
    assert (await client.expect("picture"))["removed"] is False
    url = await picture_of(stage, client, ben)
    assert url is not None
    assert stage.wasim.address in url
    await client.order("picture", base64=encoded(JPEG))
    assert (await anna.fetch("profile"))["picture_id"]
    await client.order("picture_remove")
    assert not (await anna.fetch("profile")).get("picture_id")
    await ben.post("picture", {})
    assert (await client.expect("picture", removed=True))["event"] == "picture"


async def picture_of(stage: Stage, client: Client, who: Phone) -> str | None:
    """Baileys makes an error of there being none."""
    try:
        url = (await client.order("picture_of", jid=pn(who), preview=True))["url"]
    except ClientRefused:
        assert stage.contender.name == "baileys"
        return None
    return str(url) if url else None


async def test_privacy_settings(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    assert (await client.order("privacy"))["last"] == "all"
    await client.order("privacy_set", name="last", value="none")
    assert (await client.order("privacy"))["last"] == "none"
    shown = {each["name"]: each["value"] for each in (await anna.fetch("profile"))["privacy"]}
    assert shown["last"] == "none"
    await ben.post("privacy", {"name": "status", "value": "none"})
    await ben.post("about", {"text": "for nobody"})
    assert (await client.order("about_of", jid=pn(ben)))["text"] != "for nobody"
    await client.order("default_disappearing", seconds=86400)
    assert (await anna.fetch("profile"))["disappearing_s"] == 86400


async def test_blocks_somebody(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await stage.still_talks(client, anna, ben)
    await client.order("block", jid=pn(ben), block=True)
    assert len(await client.order("block_list")) == 1
    assert (await anna.fetch("profile"))["blocked"] == [ben.phone]
    id = await ben.say(anna, "can you hear me?")
    await asyncio.sleep(1)  # absence has no event to wait for
    assert not client.seen("message", id=id)
    await client.order("block", jid=pn(ben), block=False)
    assert await client.order("block_list") == []
    await stage.still_talks(client, anna, ben)


@others
async def test_stranger_without_a_token(stage: Stage, other: Contender) -> None:
    anna, shy = await stage.wasim.phone("Anna"), await stage.wasim.phone("restricted:Shy")
    client = await stage.linked(anna)
    id = (await client.order("send", to=pn(shy), text="do you know me?"))["id"]
    if stage.contender.name == "baileys":
        await client.expect("send_failed", id=id)
    else:
        await client.expect("ack", id=id, error="463")
    # Who is written to by Shy has his token, and may answer.
    second = await stage.linked(shy, other)
    hello = (await second.order("send", to=pn(anna), text="I do"))["id"]
    await client.expect("message", id=hello)

    async def heard() -> bool:
        again = (await client.order("send", to=pn(shy), text="now you do"))["id"]
        await asyncio.sleep(0.5)  # the token comes beside the message
        return bool(second.seen("message", id=again))

    await stage.until("the answer arrives", heard)


@others
async def test_status(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(ben, other)
    # whatsapp-rust shows its statuses only to those whose LID it has learnt.
    hello = (await first.order("send", to=pn(ben), text="hello"))["id"]
    await second.expect("message", id=hello)
    id = (await first.order("status", recipients=[pn(ben)], text="on the way"))["id"]
    got = await second.expect("message", id=id)
    assert (got["chat"], got["text"]) == ("status@broadcast", "on the way")
    await stage.settled(ben)


async def test_calls(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    call = (await ben.post("calls", {"to": anna.phone}))["id"]
    assert (await client.expect("call", status="offer"))["id"] == call
    await client.order("reject_call", id=call)

    async def rejected() -> bool:
        calls = (await ben.fetch("calls"))["items"]
        return any(each["id"] == call and each["state"] == "rejected" for each in calls)

    await stage.until("the caller hears the refusal", rejected)
    second = (await ben.post("calls", {"to": anna.phone, "video": True}))["id"]
    await client.expect("call", id=second, status="offer")
    await ben.post(f"calls/{second}", {"action": "terminate"})
    await client.expect("call", id=second, status="terminate")
    await stage.settled(anna)


async def test_missed_call(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    await client.order("leave")
    await client.expect("close")
    call = (await ben.post("calls", {"to": anna.phone}))["id"]
    await ben.post(f"calls/{call}", {"action": "terminate"})
    await client.order("connect")
    await client.expect("open")
    status = "offer" if stage.contender.name == "baileys" else "missed"
    await client.expect("call", id=call, status=status)
    await stage.still_talks(client, anna, ben)
