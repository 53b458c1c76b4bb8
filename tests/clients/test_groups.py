"""Foreign clients in groups: made by a client, made by a phone, changed, talked in, left."""

from collections.abc import Sequence
from typing import Any

import pytest
from contenders import CONTENDERS, Contender
from driver import ClientRefused
from stage import JPEG, Stage, encoded, pn

from holdfast.lab import Phone

pytestmark = pytest.mark.timeout(150)

others = pytest.mark.parametrize("other", CONTENDERS.values(), ids=CONTENDERS)


def same(listed: Sequence[str], phones: Sequence[Phone]) -> bool:
    """Whether these addresses are these phones, each under its number or its LID."""
    numbers = {user(phone.lid): phone.phone for phone in phones}
    found = [numbers.get(user(address), user(address)) for address in listed]
    return sorted(found) == sorted(phone.phone for phone in phones)


def user(address: str) -> str:
    return address.partition("@")[0].partition(":")[0]


async def members(stage: Stage, group: str) -> dict[str, str]:
    view = await stage.ask("GET", f"/admin/groups/{user(group)}")
    return {member["phone"]: member["role"] for member in view["members"]}


async def group_by_phone(stage: Stage, creator: Phone, *others: Phone) -> str:
    body: dict[str, Any] = {"subject": "By phone", "members": [phone.phone for phone in others]}
    return str((await stage.ask("POST", f"/admin/phones/{creator.phone}/groups", body))["jid"])


async def say(stage: Stage, phone: Phone, group: str, text: str) -> str:
    body = {"to": group, "text": text}
    return str((await stage.ask("POST", f"/admin/phones/{phone.phone}/send", body))["id"])


@others
async def test_client_makes_a_group_and_all_talk(stage: Stage, other: Contender) -> None:
    anna, ben, cleo = [await stage.wasim.phone(name) for name in ("Anna", "Ben", "Cleo")]
    first, second = await stage.linked(anna), await stage.linked(ben, other)
    group = (await first.order("group_create", subject="Lab", participants=[pn(ben), pn(cleo)]))["id"]
    assert set(await members(stage, group)) == {anna.phone, ben.phone, cleo.phone}
    await second.expect("group_change", id=group)
    for client in (first, second):
        info = await client.order("group_info", group=group)
        assert info["subject"] == "Lab"
        assert same(info["participants"], [anna, ben, cleo])
    for turn in range(3):
        there = (await first.order("send", to=group, text=f"ping {turn}"))["id"]
        assert (await second.expect("message", id=there))["text"] == f"ping {turn}"
        assert (await stage.received(cleo, there)).text == f"ping {turn}"
        again = (await second.order("send", to=group, text=f"pong {turn}"))["id"]
        assert (await first.expect("message", id=again))["text"] == f"pong {turn}"
        assert (await stage.received(cleo, again)).text == f"pong {turn}"
    by_phone = await say(stage, cleo, group, "and I?")
    for client in (first, second):
        got = await client.expect("message", id=by_phone)
        assert (got["text"], got["chat"]) == ("and I?", group)
    await stage.settled(anna)
    await stage.settled(ben)


async def test_client_is_put_into_a_group(stage: Stage) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    group = await group_by_phone(stage, ben, anna)
    await client.expect("group_change", id=group)
    id = await say(stage, ben, group, "welcome")
    assert (await client.expect("message", id=id))["text"] == "welcome"
    answer = (await client.order("send", to=group, text="thank you"))["id"]
    assert (await stage.received(ben, answer)).text == "thank you"
    await client.order("read", ids=[id])
    await stage.receipt(ben, id, "read")
    reaction = (await client.order("react", to=group, target=id, text="🎈"))["id"]
    assert (await stage.received(ben, reaction)).kind == "reaction"
    await stage.settled(anna)


async def test_client_changes_a_group(stage: Stage) -> None:
    anna, ben, cleo = [await stage.wasim.phone(name) for name in ("Anna", "Ben", "Cleo")]
    client = await stage.linked(anna)
    group = (await client.order("group_create", subject="Lab", participants=[pn(ben)]))["id"]
    await client.order("group_members", group=group, action="add", participants=[pn(cleo)])
    assert set(await members(stage, group)) == {anna.phone, ben.phone, cleo.phone}
    await client.order("group_members", group=group, action="promote", participants=[pn(ben)])
    assert (await members(stage, group))[ben.phone] == "admin"
    await client.order("group_members", group=group, action="remove", participants=[pn(cleo)])
    assert set(await members(stage, group)) == {anna.phone, ben.phone}
    await client.order("group_subject", group=group, subject="Laboratory")
    assert (await stage.ask("GET", f"/admin/groups/{user(group)}"))["subject"] == "Laboratory"
    # Who was removed hears nothing any more.
    id = (await client.order("send", to=group, text="without Cleo"))["id"]
    assert (await stage.received(ben, id)).text == "without Cleo"
    items, _ = await cleo.inbox()
    assert id not in [item.id for item in items]
    await client.order("group_leave", group=group)
    assert set(await members(stage, group)) == {ben.phone}


async def test_client_hears_of_changes(stage: Stage) -> None:
    anna, ben, cleo = [await stage.wasim.phone(name) for name in ("Anna", "Ben", "Cleo")]
    client = await stage.linked(anna)
    group = await group_by_phone(stage, ben, anna)
    await client.expect("group_change", id=group)
    base = f"/admin/phones/{ben.phone}/groups/{user(group)}"
    for action in ("add", "promote", "demote", "remove"):
        await stage.ask("POST", f"{base}/members", {"action": action, "phones": [cleo.phone]})
        change = await client.expect("group_change", id=group, change=action)
        assert same(change["participants"], [cleo])
    await stage.ask("POST", f"{base}/settings", {"name": "subject", "value": "Renamed"})
    assert (await client.expect("group_change", id=group, change="subject"))["subject"] == "Renamed"
    await stage.ask("POST", f"{base}/settings", {"name": "description", "value": "What it is for"})
    assert (await client.expect("group_change", id=group, change="description"))["text"] == "What it is for"
    await stage.ask("POST", f"{base}/settings", {"name": "announcement"})
    await client.expect("group_change", id=group, change="announcement")
    await stage.ask("POST", f"{base}/members", {"action": "remove", "phones": [anna.phone]})
    assert same((await client.expect("group_change", id=group, change="remove"))["participants"], [anna])


async def test_group_messages_wait_for_who_is_away(stage: Stage) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    client = await stage.linked(anna)
    group = await group_by_phone(stage, ben, anna)
    await client.expect("group_change", id=group)
    await stage.settled(anna)
    await client.order("leave")
    await client.expect("close")
    ids = [await say(stage, ben, group, f"missed {n}") for n in range(12)]
    await client.order("connect")
    for n, id in enumerate(ids):
        assert (await client.expect("message", id=id))["text"] == f"missed {n}"
    await stage.settled(anna)


@others
async def test_joins_by_invitation(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(ben, other)
    group = (await first.order("group_create", subject="Lab", participants=[]))["id"]
    code = (await first.order("group_invite", group=group))["code"]
    assert (await second.order("group_invite_info", code=code))["subject"] == "Lab"
    assert (await second.order("group_join", code=code))["id"] == group
    await first.expect("group_change", id=group, change="add")
    assert set(await members(stage, group)) == {anna.phone, ben.phone}
    fresh = (await first.order("group_revoke_invite", group=group))["code"]
    assert fresh != code
    with pytest.raises(ClientRefused):
        await second.order("group_invite_info", code=code)
    id = (await second.order("send", to=group, text="here I am"))["id"]
    assert (await first.expect("message", id=id))["text"] == "here I am"


@others
async def test_asks_to_join(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(ben, other)
    group = (await first.order("group_create", subject="Lab", participants=[]))["id"]
    await first.order("group_setting", group=group, name="approval", on=True)
    code = (await first.order("group_invite", group=group))["code"]
    joined = await second.order("group_join", code=code)
    assert joined.get("pending", True)
    await first.expect("group_change", id=group, change="requested")
    asking = await first.order("group_requests", group=group)
    assert same(asking, [ben])
    await first.order("group_answer", group=group, participants=asking, approve=True)
    await second.expect("group_change", id=group)
    assert set(await members(stage, group)) == {anna.phone, ben.phone}
    id = (await first.order("send", to=group, text="welcome"))["id"]
    assert (await second.expect("message", id=id))["text"] == "welcome"


@others
async def test_settings_of_a_group(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(ben, other)
    group = (await first.order("group_create", subject="Lab", participants=[pn(ben)]))["id"]
    await second.expect("group_change", id=group)
    for name in ("locked", "announcement", "unlocked", "not_announcement"):
        await first.order("group_setting", group=group, name=name)
        await second.expect("group_change", id=group, change=name)
    await first.order("group_description", group=group, text="What it is for")
    assert (await second.expect("group_change", id=group, change="description"))["text"] == "What it is for"
    await first.order("group_setting", group=group, name="ephemeral", seconds=86400)
    if other.name == "whatsapp-rust":  # Baileys tells it as a message of its own making
        await second.expect("group_change", id=group, change="ephemeral")
    await first.order("group_picture", group=group, base64=encoded(JPEG))
    for client in (first, second):
        info = await client.order("group_info", group=group)
        assert (info["description"], info["ephemeral_s"]) == ("What it is for", 86400)
        assert group in await client.order("group_list")


async def test_who_is_no_member_any_more(stage: Stage) -> None:
    anna, ben, client = await stage.pair()
    group = await ben.make_group("Lab", anna)
    await client.expect("group_change", id=group.jid)
    await group.remove(ben, anna)
    await client.expect("group_change", id=group.jid, change="remove")
    id = await ben.say(group, "among ourselves")
    with pytest.raises(ClientRefused):
        await client.order("group_info", group=group.jid)
    await stage.still_talks(client, anna, ben)
    assert not client.seen("message", id=id)
