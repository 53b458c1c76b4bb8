"""From an event in the journal to a message that somebody reads, through real servers."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest

from alert_stage import LOCAL, MINUTE, TENANT, Stage, hook, mail, stage, state, title
from holdfast.alerts import Ways
from holdfast.alerts.channels import Channel, UrlTarget, write_target
from holdfast.alerts.text import Letter
from holdfast.alerts.ways import Post
from holdfast.journal import Journal
from holdfast.model.alerts import ChannelKind
from holdfast.model.errors import AlertChannelSilent
from holdfast.model.reasons import Reason
from holdfast.outbox import Outbox
from holdfast.store import SqliteFile, Store
from holdfast.vault import MasterKey

SEAL = MasterKey(b"m" * 32).seal_for("alert channels")


@pytest.fixture
async def here(sqlite_file: SqliteFile) -> AsyncIterator[Stage]:
    """The room at work with its real ways out."""
    store = await Store.open(sqlite_file)
    async with stage(store, await Journal.open(store)) as made:
        yield made
    await store.close()


async def test_a_webhook_and_a_mail_tell_cause_and_next_step_once(here: Stage) -> None:
    async with hook() as web, mail() as post:
        await here.alerts.put_url(TENANT, "ops", web.url, LOCAL)
        url = f"mailto://127.0.0.1:{post.port}?from=holdfast@example.com&to=you@example.com&format=text"
        await here.alerts.put_url(TENANT, "mail", url, LOCAL)
        await here.tell(state(Reason.BANNED), state(Reason.BANNED))
        await here.later(MINUTE)
        assert web.titles == [f"[Holdfast] {title(Reason.BANNED)}"]
        assert web.got[0]["type"] == "failure"
        for text in (web.got[0]["message"], await post.next()):
            assert "Next step: open WhatsApp" in text


async def test_a_service_that_hangs_or_refuses_holds_up_no_other(here: Stage) -> None:
    async with hook() as silent, hook() as broken, hook() as good:
        silent.answer, broken.answer = None, "500 Broken"
        for name, each in (("a", silent), ("b", broken), ("c", good)):
            await here.alerts.put_url(TENANT, name, each.url, LOCAL)
        here.hanging.add("a")
        await here.tell(state(Reason.LOCKED))
        await here.later(3_000)
        assert (broken.asked, len(good.got)) == (1, 1)
        entry = (await here.alerts.history(TENANT))[0]
        codes = {it.channel: it.error_code for it in entry.notified}
        assert codes == {"a": None, "b": "alert_channel_failed", "c": None}


async def test_a_service_that_does_not_answer_is_left_and_said_to_be_silent() -> None:
    async with hook() as silent:
        silent.answer = None
        ways = Ways(SEAL, cast(Outbox, None), cast("object", None), limit_s=0.5)  # type: ignore[arg-type]
        sealed = SEAL.close(write_target(UrlTarget(silent.url)), "alc_1")
        channel = Channel("alc_1", TENANT, "ops", ChannelKind.URL, "", LOCAL, 0, sealed)
        with pytest.raises(AlertChannelSilent):
            await ways.send(channel, Post(Letter("t", "b", "info"), "alb_1", 0))


async def test_a_channel_is_tried_when_asked(here: Stage) -> None:
    async with hook() as web:
        await here.alerts.put_url(TENANT, "ops", web.url, LOCAL)
        async with asyncio.timeout(60):
            await here.alerts.test(TENANT, "ops")
        assert web.titles == ["[Holdfast] Test"]
