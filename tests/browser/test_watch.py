"""One watch for many pages, against a gateway that falls silent, comes back and refuses keys."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from played_gateway import PlayedGateway, moment, session

import holdfast.dashboard.watch as watch_module
from holdfast.client import Client
from holdfast.dashboard.killing import Victim
from holdfast.dashboard.views import CardView, HeadView, Patch
from holdfast.dashboard.watch import Watch, Watcher


class Browser:
    """What one page shows, from its patches alone."""

    def __init__(self, data: Path, key: str = "hf_test") -> None:
        self.client = Client(key=key, data=data)
        self.watcher = Watcher(self.client, self.show, self.refuse)
        self.cards: dict[str, CardView] = {}
        self.head: HeadView | None = None
        self.refused = False
        self._news = asyncio.Event()

    def show(self, patch: Patch) -> None:
        self.head = patch["head"]
        self.cards.update({card["id"]: card for card in patch["cards"]})
        for id_ in patch["gone"]:
            del self.cards[id_]
        self._news.set()

    def refuse(self) -> None:
        self.refused = True
        self._news.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Return when it is true."""
        async with asyncio.timeout(60):
            while not true():
                self._news.clear()
                await self._news.wait()

    def color(self, name: str) -> str:
        return self.cards[f"ses_{name}"]["color"]


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[PlayedGateway]:
    played = PlayedGateway(tmp_path)
    played.put(session("reception", "connected", "+442079460123"))
    async with played.running():
        yield played


@asynccontextmanager
async def opened(watch: Watch, gateway: PlayedGateway, key: str = "hf_test") -> AsyncIterator[Browser]:
    browser = Browser(gateway.data, key)
    browser.show(await watch.open(browser.watcher))
    try:
        yield browser
    finally:
        watch.close(browser.watcher)
        await browser.client.close()


async def streams(gateway: PlayedGateway, count: int) -> None:
    async with asyncio.timeout(60):
        while gateway.streams != count:  # noqa: ASYNC110 - the server's side has no event for it
            await asyncio.sleep(0.01)


def asking() -> list[asyncio.Task[None]]:
    """The tasks that ask the gateway."""
    return [task for task in asyncio.all_tasks() if task.get_name() in {"dashboard poll", "dashboard events"}]


async def test_a_change_is_shown_when_it_is_told_and_waits_for_no_poll(
    gateway: PlayedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "_POLL_S", 3600.0)
    async with opened(Watch(), gateway) as browser:
        assert browser.color("reception") == "green"
        await streams(gateway, 1)
        gateway.become("ses_reception", "replaced", reason="replaced")
        await browser.until(lambda: browser.color("reception") == "red")
        assert browser.cards["ses_reception"]["next_step"].startswith("Stop the other program")


async def test_what_no_event_tells_is_there_within_a_second_or_so(gateway: PlayedGateway) -> None:
    async with opened(Watch(), gateway) as browser:
        gateway.put(session("night-shift", "connected", "+12025550143"))
        beat = moment()
        gateway.sessions["ses_reception"]["last_heartbeat_at"] = beat
        await browser.until(lambda: "ses_night-shift" in browser.cards)
        assert browser.cards["ses_reception"]["heartbeat"] == beat
        del gateway.sessions["ses_night-shift"]
        await browser.until(lambda: "ses_night-shift" not in browser.cards)


async def test_many_browsers_share_one_stream_and_none_leaves_one_behind(gateway: PlayedGateway) -> None:
    watch = Watch()
    gateway.keys |= {"hf_two", "hf_three"}
    async with opened(watch, gateway) as one:
        async with opened(watch, gateway, "hf_two") as two, opened(watch, gateway, "hf_three") as three:
            await streams(gateway, 1)
            gateway.become("ses_reception", "unstable")
            for browser in (one, two, three):
                await browser.until(lambda browser=browser: browser.color("reception") == "yellow")  # type: ignore[misc]
            assert gateway.streams_seen == 1
        gateway.become("ses_reception", "connected")
        await one.until(lambda: one.color("reception") == "green")
    await streams(gateway, 0)
    async with asyncio.timeout(60):
        while asking():
            await asyncio.wait(asking())
    assert watch.board.sessions, "what was known is kept; nobody looks, and the gateway is left in peace"


async def test_the_first_browser_may_leave(gateway: PlayedGateway) -> None:
    watch = Watch()
    gateway.keys.add("hf_two")
    first = Browser(gateway.data)
    first.show(await watch.open(first.watcher))
    async with opened(watch, gateway, "hf_two") as second:
        await streams(gateway, 1)
        watch.close(first.watcher)
        await first.client.close()
        gateway.become("ses_reception", "unstable")
        await second.until(lambda: second.color("reception") == "yellow")


async def test_silence_is_shown_and_never_as_green(gateway: PlayedGateway) -> None:
    async with opened(Watch(), gateway) as browser:
        await streams(gateway, 1)
        await gateway.fall_silent()
        await browser.until(lambda: browser.color("reception") == "unknown")
        assert browser.head is not None
        assert not browser.head["reachable"]
        assert browser.cards["ses_reception"]["actions"] == []
        await gateway.listen()
        await browser.until(lambda: browser.color("reception") == "green")
        await streams(gateway, 1)
        gateway.become("ses_reception", "unstable")
        await browser.until(lambda: browser.color("reception") == "yellow")


async def test_a_page_opens_although_no_gateway_answers(tmp_path: Path) -> None:
    gateway = PlayedGateway(tmp_path)
    async with opened(Watch(), gateway) as browser:
        assert browser.head is not None
        assert not browser.head["reachable"]
        gateway.put(session("reception", "connected", "+442079460123"))
        await gateway.listen()
        await browser.until(lambda: "ses_reception" in browser.cards)
        await gateway.fall_silent()


async def test_a_revoked_key_sends_its_browser_away_and_no_other(gateway: PlayedGateway) -> None:
    watch = Watch()
    gateway.keys.add("hf_two")
    async with opened(watch, gateway) as one, opened(watch, gateway, "hf_two") as two:
        await streams(gateway, 1)
        gateway.keys.discard("hf_test")
        await one.until(lambda: one.refused)
        gateway.become("ses_reception", "unstable")
        await two.until(lambda: two.color("reception") == "yellow")
        assert not two.refused


async def test_a_broken_page_does_not_disturb_the_others(gateway: PlayedGateway) -> None:
    watch = Watch()

    def broken(_: Patch) -> None:
        raise RuntimeError("this page is broken")

    lame = Watcher(Client(key="hf_test", data=gateway.data), broken, lambda: None)
    await watch.open(lame)
    async with opened(watch, gateway) as browser:
        gateway.become("ses_reception", "unstable")
        await browser.until(lambda: browser.color("reception") == "yellow")
    watch.close(lame)
    await lame.client.close()


async def test_a_kill_is_told_from_the_shot_to_the_last_number(gateway: PlayedGateway) -> None:
    watch = Watch()
    async with opened(watch, gateway) as browser:
        watch.kills(Victim.BOTH)
        await gateway.fall_silent()
        await browser.until(lambda: browser.color("reception") == "unknown")
        gateway.sessions["ses_reception"].update(state="connecting", color="yellow", restoring=True)
        gateway.system["gateway"] = {"pid": 5000, "started_at": moment()}
        gateway.system["engine"] = {"attached": True, "engine_id": "eng_2", "pid": 5001}
        await gateway.listen()
        await browser.until(lambda: browser.cards["ses_reception"]["word"] == "Restoring")
        await streams(gateway, 1)
        gateway.become("ses_reception", "connected", restoring=False)

        def told() -> list[str]:
            killing = browser.head["killing"] if browser.head else None
            return [line["text"] for line in killing["lines"]] if killing else []

        await browser.until(lambda: "connected again" in told()[-1])
        assert told()[:2] == ["kill -9 of engine and gateway", "the gateway is gone"]
        assert told()[-1].endswith("0 QR codes asked")
