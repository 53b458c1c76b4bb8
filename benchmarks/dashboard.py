"""The dashboard as a person sees it: from what the engine hears to the changed colour, in real browsers.

Several browsers look at the same page of numbers while WhatsApp throws one number after the other out and its
owner connects it again. A change counts from the moment that the gateway's timeline has for it to the moment
at which a browser has put the colour on the card; both clocks are this machine's.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from benchmarks import fixtures, procfs
from benchmarks.context import Context
from benchmarks.figures import Figure, Goal, percentile
from benchmarks.installation import Installation, installed
from benchmarks.processes import ProcessFailed, Started

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

_SERVED_S: Final = 60.0
_SHOWN_MS: Final = 60_000
_SETTLE_S: Final = 3.0
_CHROMIUM: Final = "/usr/bin/chromium"
_FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
#: Writes down when each card takes another colour, as the browser does it.
_RECORD: Final = """() => {
  window.changes = [];
  new MutationObserver((all) => {
    for (const it of all) window.changes.push([it.target.dataset.test, it.target.dataset.color, Date.now()]);
  }).observe(document.querySelector(".hf-cards"), { subtree: true, attributeFilter: ["data-color"] });
}"""
_CHANGED: Final = """([card, color, count]) =>
  window.changes.filter((it) => it[0] === card && it[1] === color).length >= count"""
_WHEN: Final = """([card, color]) =>
  window.changes.filter((it) => it[0] === card && it[1] === color).at(-1)[2]"""
_PAINT: Final = """() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null"""


async def measure(context: Context) -> list[Figure]:
    """Latency of a changed colour, what an open page costs, and how soon a page is seen."""
    sizes = context.sizes
    fixture = await fixtures.linked(sizes.seen, context.say)
    async with AsyncExitStack() as stack:
        installation = await stack.enter_async_context(installed(fixture))
        await installation.start()
        await installation.all_connected(sizes.seen)
        process, url = await stack.enter_async_context(_dashboard(installation))
        browser = await stack.enter_async_context(_chromium())
        context.say("dashboard: first paint")
        paints = [await _first_paint(browser, installation, url) for _ in range(sizes.repeats + 1)][1:]
        await asyncio.sleep(_SETTLE_S)
        before = procfs.memory_kib(process.pid)["pss"]
        pages = [await _opened(browser, installation, url) for _ in range(sizes.pages)]
        await asyncio.sleep(_SETTLE_S)
        per_page = (procfs.memory_kib(process.pid)["pss"] - before) / sizes.pages
        latencies = await _changes(context, installation, pages)
        heap = [await page.evaluate("performance.memory.usedJSHeapSize / 1024") for page in pages]
    return _figures(context, latencies, paints, per_page, heap)


def _figures(
    context: Context, latencies: Sequence[float], paints: list[float], per_page: float, heap: list[float]
) -> list[Figure]:
    sizes = context.sizes
    # The goal is for so many numbers and browsers: fewer say nothing about it.
    goal = Goal(1000) if sizes.seen >= 200 and sizes.pages >= 5 else None
    seen = f"{sizes.seen} numbers, {sizes.pages} open browsers"
    spread = {"p50_ms": percentile(latencies, 0.5), "max_ms": max(latencies), "changes": len(latencies)}
    return [
        Figure(
            "dashboard_p50",
            "engine's fact to changed colour, p50",
            "ms",
            [percentile(latencies, 0.5)],
            None,
            seen,
        ),
        Figure(
            "dashboard_p95",
            "engine's fact to changed colour, p95",
            "ms",
            [percentile(latencies, 0.95)],
            goal,
            seen,
            spread,
        ),
        Figure("dashboard_paint", "dashboard, first paint", "ms", paints, None, f"{sizes.seen} numbers"),
        Figure(
            "dashboard_page",
            "dashboard, memory per open page",
            "KiB",
            [per_page],
            None,
            f"PSS of its process, {seen}",
            {"browser_heap_kib": heap},
        ),
    ]


@asynccontextmanager
async def _dashboard(installation: Installation) -> AsyncIterator[tuple[Started, str]]:
    """A dashboard of this installation, and its address."""
    announcement = installation.home / "run" / "dashboard.json"
    command = [sys.executable, "-m", "holdfast.dashboard", "--data", str(installation.home), "--port", "0"]
    log = installation.folder / "dashboard.log"
    process = await Started.start("dashboard", command, log, installation.environment)
    try:
        limit = time.monotonic() + _SERVED_S
        while not announcement.exists():
            if process.ended or time.monotonic() > limit:
                raise ProcessFailed(f"the dashboard is not served\n{process.last_words()}")
            await asyncio.sleep(0.02)
        yield process, str(json.loads(announcement.read_text())["url"])
    finally:
        await process.end()


@asynccontextmanager
async def _chromium() -> "AsyncIterator[Browser]":
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        yield browser
        await browser.close()


async def _opened(browser: "Browser", installation: Installation, url: str) -> "Page":
    """A page in a browser of its own that shows every number connected, and writes down what changes."""
    link = await installation.api.post("/v1/dashboard/links")
    context = await browser.new_context(viewport={"width": 1280, "height": 1600})
    context.set_default_timeout(_SHOWN_MS)
    page = await context.new_page()
    await page.goto(url + link["path"])
    await page.locator(".hf-card[data-color=green]").first.wait_for()
    await page.evaluate(_RECORD)
    return page


async def _first_paint(browser: "Browser", installation: Installation, url: str) -> float:
    """Milliseconds from asking for the page of numbers to the first thing seen of it; no cache helps."""
    page = await _opened(browser, installation, url)
    cookies = await page.context.cookies()
    await page.context.close()
    context = await browser.new_context()
    await context.add_cookies([{"name": it["name"], "value": it["value"], "url": url} for it in cookies])
    page = await context.new_page()
    await page.goto(url)
    await page.wait_for_function(f"({_PAINT})() !== null")
    painted: float = await page.evaluate(_PAINT)
    await context.close()
    return painted


async def _changes(context: Context, installation: Installation, pages: Sequence["Page"]) -> list[float]:
    """Milliseconds of each change on each page: numbers are thrown out one by one, and connected again."""
    cards: list[str] = (
        await pages[0].locator(".hf-card").evaluate_all("all => all.map(it => it.dataset.test)")
    )
    latencies: list[float] = []
    for turn in range(context.sizes.changes):
        card = cards[turn % len(cards)]
        context.say(f"dashboard: {turn}/{context.sizes.changes} changes seen by {len(pages)} browsers")
        name = card.removeprefix("card-")
        phone = (await installation.api.get(f"/v1/sessions/{name}"))["phone"].removeprefix("+")
        fault = {"name": "replaced", "account": phone}
        count = turn // len(cards) + 1
        await installation.simulator.admin.post("/admin/faults", fault)
        latencies += await _seen(installation, pages, name, "red", count)
        await installation.api.post(f"/v1/sessions/{name}/connect")
        latencies += await _seen(installation, pages, name, "green", count)
    return latencies


async def _seen(
    installation: Installation, pages: Sequence["Page"], name: str, color: str, count: int
) -> list[float]:
    """Milliseconds until each page had the colour, from the moment that the timeline has for it."""
    wanted = [f"card-{name}", color]
    for page in pages:
        await page.wait_for_function(_CHANGED, arg=[*wanted, count])
    shown = [await page.evaluate(_WHEN, wanted) for page in pages]
    changes: list[dict[str, Any]] = (await installation.api.get(f"/v1/sessions/{name}/timeline"))["timeline"]
    newest = max((it for it in changes if it["color"] == color), key=lambda it: int(it["seq"]))
    began_ms = datetime.fromisoformat(newest["at"]).timestamp() * 1000
    return [at - began_ms for at in shown]
