"""A strict server: it answers what it does not know with an error, and tells what that was."""

import pytest
from stage import JPEG, Stage, encoded, pn

pytestmark = pytest.mark.timeout(120)

# Queries that the simulator does not know, by client: nothing of what both ask at present.
UNKNOWN: dict[str, set[tuple[str, str]]] = {"baileys": set(), "whatsapp-rust": set()}


async def test_client_asks_nothing_that_nobody_knows(stage: Stage) -> None:
    await stage.wasim.set_strict(True)
    anna, ben, client = await stage.pair()
    await stage.still_talks(client, anna, ben)
    group = (await client.order("group_create", subject="Lab", participants=[pn(ben)]))["id"]
    await client.order("send", to=group, text="hello all")
    await client.order("group_invite", group=group)
    await client.order("media", to=pn(ben), kind="document", base64=encoded(b"file"))
    await client.order("about", text="strictly")
    await client.order("about_of", jid=pn(ben))
    await client.order("picture", base64=encoded(JPEG))
    await client.order("privacy_set", name="last", value="contacts")
    await client.order("default_disappearing", seconds=0)
    await client.order("on_whatsapp", number=ben.phone)
    await client.order("pin", chat=pn(ben), pin=True)
    await client.order("push_name", name="Anna the Strict")
    await client.order("watch", to=pn(ben))
    await client.order("block_list")
    await client.order("leave")
    await client.order("connect")
    await client.expect("open")
    await stage.still_talks(client, anna, ben)
    unknown = {(each["xmlns"], each["child"]) for each in await stage.wasim.unknown_queries()}
    assert unknown == UNKNOWN[stage.contender.name]
