"""The edge of the API: who is let in, what a refusal looks like, how large a request may be."""

import re
from collections.abc import AsyncIterator
from unittest.mock import AsyncMock

import httpx
import pytest
from fastapi import FastAPI

from holdfast.api.errors import Problem, problem_of, status_of
from holdfast.api.limits import LARGEST_BODY_BYTES
from holdfast.api.rooms import Rooms
from holdfast.model import errors, words
from holdfast.model.errors import HoldfastError

#: What only the gateway's own start and the client's side raise. A request that meets one is a fault.
INSIDE = {"error", "settings_invalid", "access_denied"}


@pytest.mark.parametrize("kind", sorted(set(errors.every()), key=lambda it: it.code), ids=lambda it: it.code)
def test_every_error_has_a_status_and_its_words(kind: type[HoldfastError]) -> None:
    assert (status_of(kind()) == 500) == (kind.code in INSIDE)
    problem, sentence = problem_of(kind()), words.ERRORS[kind.code].sentence
    assert (problem["code"], problem["title"], problem["detail"]) == (kind.code, sentence, sentence)
    assert not problem["next_step"].startswith("Next step")
    assert problem["next_step"] or kind.code in INSIDE


@pytest.mark.parametrize(
    ("key", "asked", "status", "code"),
    [
        (None, "GET /v1/system", 401, "unauthorized"),
        ("hf_unknown", "GET /v1/system", 401, "unauthorized"),
        ("hf_nothing", "GET /v1/system", 403, "forbidden"),
        ("hf_reader", "PUT /v1/sessions/x", 403, "forbidden"),
        ("hf_reader", "POST /v1/keys", 403, "forbidden"),
        ("hf_admin", "GET /nowhere", 404, "not_found"),
        ("hf_admin", "POST /livez", 405, "method_not_allowed"),
    ],
)
async def test_refusals_have_one_shape(
    http: httpx.AsyncClient, key: str | None, asked: str, status: int, code: str
) -> None:
    method, path = asked.split()
    answer = await http.request(method, path, headers={"Authorization": f"Bearer {key}" if key else ""})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == Problem.model_validate(answer.json()).model_dump()
    assert answer.json()["status"] == status
    assert answer.json()["next_step"]
    assert f'id="{code}"' in (await http.get(answer.json()["type"])).text
    assert answer.json()["code"] == code
    assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_a_malformed_request_names_the_place_and_never_the_value(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/keys", json={"name": "secret words" * 20})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("name: ")
    assert "secret words" not in answer.text


async def test_a_fault_says_no_more_than_that(http: httpx.AsyncClient, rooms: Rooms) -> None:
    rooms.accounts.keys = AsyncMock(side_effect=ZeroDivisionError("secret words"))  # type: ignore[method-assign]
    answer = await http.get("/v1/keys")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret words" not in answer.text


def test_nothing_looks_at_a_request_twice(app: FastAPI) -> None:
    kinds = [it.cls for it in app.user_middleware]
    assert len(kinds) == len(set(kinds)) > 2


async def test_a_rate_limit_says_when_to_come_again(http: httpx.AsyncClient, rooms: Rooms) -> None:
    limited = errors.RateLimited(retry_after_s=0.2)
    rooms.accounts.keys = AsyncMock(side_effect=limited)  # type: ignore[method-assign]
    answer = await http.get("/v1/keys")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")


async def test_a_request_that_announces_too_much_is_refused_unread(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/keys", content=b"x" * (LARGEST_BODY_BYTES + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")
    assert answer.headers["connection"] == "close"


async def test_a_request_that_grows_too_large_is_refused(http: httpx.AsyncClient) -> None:
    async def flood() -> AsyncIterator[bytes]:
        for _ in range(6):
            yield b"x" * (1024 * 1024)

    answer = await http.post("/v1/keys", content=flood())
    assert answer.status_code == 413


async def test_the_description_loads_nothing_from_another_host(http: httpx.AsyncClient) -> None:
    shown = await http.get("/docs")
    assert shown.headers["content-security-policy"].startswith("default-src 'self'; ")
    page = shown.text
    assert '"validatorUrl": null' in page
    addresses = re.findall(r'(?:src|href|url)\s*[=:]\s*["\']([^"\']+)', page)
    assert len(addresses) >= 3
    for address in addresses:
        assert address.startswith("/"), address
        answer = await http.get(address)
        assert answer.status_code == 200, address
    assert (await http.get("/redoc")).status_code == 404
