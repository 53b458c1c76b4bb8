"""From an event in the journal to a message that somebody reads, on both kinds of database."""

from alert_stage import LOCAL, MINUTE, TENANT, hook, mail, stage, state
from holdfast.journal import Journal
from holdfast.model.reasons import Reason
from holdfast.store import Store


async def test_a_webhook_is_told_once_with_cause_and_next_step(store: Store, journal: Journal) -> None:
    async with hook() as it, stage(store, journal) as here:
        await here.alerts.put_url(TENANT, "ops", it.url, LOCAL)
        await here.tell(state(Reason.LOGGED_OUT_ON_PHONE), state(Reason.LOGGED_OUT_ON_PHONE))
        await here.phase("logged_out_on_phone", "open")
        await here.later(MINUTE)
        await it.until(lambda: len(it.got) == 1)
        assert it.titles == ["[Holdfast] office: The phone removed this linked device"]
        assert it.got[0]["type"] == "failure"
        assert "Next step: pair it" in it.got[0]["message"]


async def test_a_mail_says_the_same(store: Store, journal: Journal) -> None:
    async with mail() as it, stage(store, journal) as here:
        url = f"mailto://127.0.0.1:{it.port}?from=holdfast@example.com&to=you@example.com&format=text"
        await here.alerts.put_url(TENANT, "mail", url, LOCAL)
        await here.tell(state(Reason.BANNED))
        await here.phase("banned", "open")
        await here.later(MINUTE)
        assert "WhatsApp has banned this number" in await it.next()
