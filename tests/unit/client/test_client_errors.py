"""What a refusal becomes in the SDK."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from fastapi.responses import JSONResponse, Response
from scripted_gateway import ScriptedGateway

from holdfast.client import Client
from holdfast.client.errors import from_problem
from holdfast.model.errors import LoginThrottled, RateLimited, UnknownSession


@pytest.mark.parametrize(
    ("code", "kind"), [("rate_limited", RateLimited), ("login_throttled", LoginThrottled)]
)
def test_a_limit_says_how_long_to_wait(code: str, kind: type[RateLimited | LoginThrottled]) -> None:
    limited = from_problem({"code": code, "detail": "Too fast"}, 429, "7")
    assert isinstance(limited, kind)
    assert (limited.retry_after_s, limited.message) == (7.0, "Too fast")


@pytest.mark.parametrize("header", [None, "", "soon", "-3", "7.5", "²", "Sun, 99 Nov 2026 00:00:00 GMT"])
def test_a_limit_that_does_not_say_so_has_the_usual_wait(header: str | None) -> None:
    limited = from_problem({"code": "rate_limited"}, 429, header)
    assert isinstance(limited, RateLimited)
    assert limited.retry_after_s == RateLimited().retry_after_s


def test_a_proxy_may_name_a_date() -> None:
    then = datetime.now(UTC) + timedelta(hours=2)
    limited = from_problem(None, 429, format_datetime(then, usegmt=True))
    assert isinstance(limited, RateLimited)
    assert 7000 < limited.retry_after_s <= 7200
    over = from_problem(None, 429, "Sun, 06 Nov 1994 08:49:37 GMT")
    assert isinstance(over, RateLimited)
    assert over.retry_after_s == 0


def test_another_refusal_has_no_wait() -> None:
    assert not hasattr(from_problem({"code": UnknownSession.code}, 404, "7"), "retry_after_s")


ASKS = {
    "POST /v1/sessions/main/groups": lambda client: client.groups.create("main", "Night shift", ["+491"]),
    "GET /v1/sessions/main/check": lambda client: client.people.check("main", "+491"),
    "GET /v1/sessions/main/people/+491/about": lambda client: client.people.about("main", "+491"),
    "POST /v1/sessions/main/chats/+491/read": lambda client: client.chats.mark_read("main", "+491"),
    "POST /v1/media": lambda client: client.media.upload(b"7"),
}


@pytest.mark.parametrize("asked", ASKS)
async def test_every_call_tells_of_the_wait(gateway: ScriptedGateway, client: Client, asked: str) -> None:
    method, _, path = asked.partition(" ")
    problem = {"code": "rate_limited", "detail": "WhatsApp limits the rate"}
    gateway.answers[method, path] = JSONResponse(problem, 429, {"Retry-After": "90"})
    with pytest.raises(RateLimited) as limited:
        await ASKS[asked](client)
    assert limited.value.retry_after_s == 90


async def test_a_proxy_that_limits_is_a_limit_too(gateway: ScriptedGateway, client: Client) -> None:
    gateway.answers["GET", "/v1/media/med_1"] = Response("slow down", 429, {"Retry-After": "3"})
    with pytest.raises(RateLimited) as limited:
        async with client.media.opened("med_1"):
            pass
    assert limited.value.retry_after_s == 3
