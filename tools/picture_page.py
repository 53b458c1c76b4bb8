"""Makes docs/img/page.png and page-phone.png: the real page, of real processes, after a real kill -9.

Run it from the repository's root: `.venv/bin/python tools/picture_page.py`. It needs Chromium on the PATH.
"""

import asyncio
import shutil
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from holdfast.keeper import Place, free_port, port_is_free
from holdfast.lab import Simulator, Stack

PICTURES = Path("docs/img")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
NUMBERS = {
    "reception": "Hotel Adler",
    "bookings": "Chauffeur Weber",
    "airport": "Airport desk",
    "night-shift": "Night shift",
    "events": "Events team",
    "old-office": "Old office",
}
BACK_MS = 30_000


async def main() -> None:
    """Link, kill, wait until everything is back, and take the pictures."""
    folder = Path(tempfile.mkdtemp(prefix="holdfast-picture-"))
    try:
        async with AsyncExitStack() as stack:
            simulator = await stack.enter_async_context(Simulator.start(folder / "lab", seed=3))
            key = folder / "master.key"
            place = Place(
                folder / "data", "127.0.0.1", free_port(), free_port(), simulator.trust_file, master_key=key
            )
            running = await stack.enter_async_context(Stack.start(place))
            await running.keeper.start(place.program("dashboard", "-m", "holdfast.dashboard"))
            await _link_all(simulator, running)
            playwright = await stack.enter_async_context(async_playwright())
            chromium = shutil.which("chromium") or "chromium"
            browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            await _take(browser, running)
            await browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _link_all(simulator: Simulator, stack: Stack) -> None:
    for name, person in NUMBERS.items():
        phone = await simulator.phone(person)
        await stack.client.sessions.create(name)
        code = await stack.client.sessions.first_qr(name)
        device = (await phone.scan(code.code)).device
        await stack.client.sessions.wait_for(name)
        if name == "night-shift":
            await asyncio.sleep(0.5)
            await phone.kick(device, "replaced")
            await stack.client.sessions.wait_for(name, "replaced")
        if name == "old-office":
            await stack.client.sessions.disconnect(name)


async def _take(browser: Browser, stack: Stack) -> None:
    desk = await _page(browser, stack, 1280, 800)
    await desk.locator("[data-test=kill-both]").click()
    await desk.get_by_text("connected again after").wait_for(timeout=BACK_MS)
    await desk.mouse.move(0, 0)
    await desk.wait_for_timeout(3000)
    await desk.screenshot(path=PICTURES / "page.png")
    phone = await _page(browser, stack, 390, 844)
    await phone.wait_for_timeout(1500)
    await phone.screenshot(path=PICTURES / "page-phone.png")


async def _page(browser: Browser, stack: Stack, width: int, height: int) -> Page:
    port = stack.place.dashboard_port
    while port_is_free(port):  # noqa: ASYNC110 - another process has no event for us
        await asyncio.sleep(0.1)
    context = await browser.new_context(viewport={"width": width, "height": height})
    page = await context.new_page()
    link = await stack.client.dashboard_link()
    await page.goto(f"http://127.0.0.1:{port}{link.path}")
    await page.locator(".hf-card").first.wait_for(timeout=BACK_MS)
    return page


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    asyncio.run(main())
