"""Channels and communities: made, followed, written to, linked and taken apart."""

import pytest
from contenders import CONTENDERS, Contender
from stage import Stage, pn

pytestmark = pytest.mark.timeout(120)

others = pytest.mark.parametrize("other", CONTENDERS.values(), ids=CONTENDERS)


@others
async def test_channel(stage: Stage, other: Contender) -> None:
    anna, ben = await stage.wasim.phone("Anna"), await stage.wasim.phone("Ben")
    first, second = await stage.linked(anna), await stage.linked(ben, other)
    channel = (await first.order("channel_create", name="Weather", text="what it will be like"))["id"]
    assert channel.endswith("@newsletter")
    await second.order("channel_follow", channel=channel)
    assert (await second.order("channel_info", channel=channel))["name"] == "Weather"
    id = (await first.order("send", to=channel, text="sunny"))["id"]
    got = await second.expect("message", chat=channel, kind="text")
    assert (got["text"], got["id"]) == ("sunny", id)
    await second.order("channel_leave", channel=channel)
    await first.order("send", to=channel, text="rainy")
    await second.quiet(1.0, "message", text="rainy")
    await stage.settled(ben)


async def test_community(stage: Stage) -> None:
    _, ben, client = await stage.pair()
    community = (await client.order("community_create", subject="Village"))["id"]
    group = (await client.order("group_create", subject="Choir", participants=[pn(ben)]))["id"]
    await client.order("community_link", community=community, group=group)
    assert group in await client.order("community_groups", community=community)
    await client.order("community_unlink", community=community, group=group)
    assert group not in await client.order("community_groups", community=community)
    id = (await client.order("send", to=group, text="still a group"))["id"]
    assert (await stage.received(ben, id)).text == "still a group"
