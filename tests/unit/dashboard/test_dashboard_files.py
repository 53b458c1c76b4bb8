"""A file on its way to a browser: under the login's key, with the gateway's headers, and no others."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from holdfast.client import GatewayUnreachable, Opened, Unauthorized
from holdfast.dashboard import files
from holdfast.dashboard.answers import Headers
from holdfast.model.errors import HoldfastError, MediaRangeInvalid, UnknownMedia

SANDBOX = "default-src 'none'; sandbox"


class Played:
    """A gateway's files, the entrance before them, and what was asked."""

    def __init__(self, refuse: HoldfastError | None = None) -> None:
        self.refuse, self.asked = refuse, dict[str, str]()
        self.media, self.known = self, True
        self.open = 0

    def login(self, request: Any) -> object | None:
        return object() if self.known else None

    def client(self, login: Any, request: Any) -> "Played":
        return self

    @asynccontextmanager
    async def opened(self, media_id: str, asked: Mapping[str, str]) -> AsyncIterator[Opened]:
        if self.refuse is not None:
            raise self.refuse
        self.asked = dict(asked)
        self.open += 1
        told = {"content-type": "image/png", "content-range": "bytes 0-1/4", "x-inner": "1"}
        yield Opened(206, told | {"content-security-policy": SANDBOX}, _pieces())
        self.open -= 1


async def _pieces() -> AsyncIterator[bytes]:
    yield b"ab"


def visitor(played: Played) -> httpx.AsyncClient:
    app = FastAPI()
    app.add_middleware(Headers)
    files.install(app, played)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")


async def test_a_part_of_a_file_comes_with_the_gateways_policy() -> None:
    played = Played()
    async with visitor(played) as browser:
        answer = await browser.get("/files/med_1", headers={"Range": "bytes=0-1", "X-Other": "1"})
    assert (answer.status_code, answer.content) == (206, b"ab")
    assert played.asked == {"range": "bytes=0-1"}
    assert played.open == 0
    assert answer.headers["content-range"] == "bytes 0-1/4"
    assert answer.headers["content-security-policy"] == SANDBOX
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "x-inner" not in answer.headers


@pytest.mark.parametrize(
    ("refused", "status"),
    [
        (Unauthorized(), 401),
        (UnknownMedia(), 404),
        (MediaRangeInvalid(), 416),
        (GatewayUnreachable("gone"), 503),
    ],
)
async def test_what_the_gateway_refuses_is_refused(refused: HoldfastError, status: int) -> None:
    async with visitor(Played(refused)) as browser:
        answer = await browser.get("/files/med_1")
    assert answer.status_code == status
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_without_a_login_there_is_no_file() -> None:
    played = Played()
    played.known = False
    async with visitor(played) as browser:
        assert (await browser.get("/files/med_1")).status_code == 401
    assert played.asked == {}
