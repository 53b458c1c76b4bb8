"""What somebody tries who has the wrong key, no key or bad intentions, on a whole gateway."""

import asyncio
import re
import secrets
from typing import Any, Final

import httpx

from house import House

#: The scope that each endpoint asks for; "": open to everybody. A new endpoint has to say who may use it.
NEEDS: Final = {
    "GET /livez": "",
    "GET /readyz": "",
    "POST /v1/dashboard/exchange": "",
    "GET /v1/dashboard/state": "",
    "POST /v1/users/first": "",
    "POST /v1/login": "",
    # A page's token opens these, and no key: tests/acceptance/test_page_token.py.
    "GET /v1/page/session": "",
    "POST /v1/page/session/pair": "",
    "DELETE /v1/page/session/pair": "",
    "POST /v1/sessions/{ref}/page-tokens": "admin",
    "DELETE /v1/sessions/{ref}/page-tokens": "admin",
    "GET /v1/system": "read",
    "GET /v1/sessions": "read",
    "PUT /v1/sessions/{name}": "admin",
    "GET /v1/sessions/{ref}": "read",
    "PATCH /v1/sessions/{ref}": "admin",
    "DELETE /v1/sessions/{ref}": "admin",
    "POST /v1/sessions/{ref}/pair": "admin",
    "DELETE /v1/sessions/{ref}/pair": "admin",
    "GET /v1/sessions/{ref}/pair/code": "admin",
    "GET /v1/sessions/{ref}/pair/passkey": "admin",
    "POST /v1/sessions/{ref}/pair/passkey": "admin",
    "POST /v1/sessions/{ref}/pair/passkey/confirm": "admin",
    "GET /v1/sessions/{ref}/qr": "admin",
    "GET /v1/sessions/{ref}/qr.svg": "admin",
    "GET /v1/sessions/{ref}/qr.txt": "admin",
    "POST /v1/sessions/{ref}/connect": "admin",
    "POST /v1/sessions/{ref}/disconnect": "admin",
    "POST /v1/sessions/{ref}/logout": "admin",
    "GET /v1/sessions/{ref}/timeline": "read",
    "POST /v1/sessions/{ref}/messages": "send",
    "GET /v1/sessions/{ref}/messages": "read",
    "GET /v1/sessions/{ref}/messages/{message_id}": "read",
    "GET /v1/sessions/{ref}/groups": "read",
    "POST /v1/sessions/{ref}/groups": "send",
    "GET /v1/sessions/{ref}/groups/preview": "read",
    "POST /v1/sessions/{ref}/groups/join": "send",
    "GET /v1/sessions/{ref}/groups/{group}": "read",
    "PATCH /v1/sessions/{ref}/groups/{group}": "send",
    "DELETE /v1/sessions/{ref}/groups/{group}": "send",
    "POST /v1/sessions/{ref}/groups/{group}/members": "send",
    "GET /v1/sessions/{ref}/groups/{group}/invite": "send",
    "POST /v1/sessions/{ref}/groups/{group}/invite/reset": "send",
    "GET /v1/sessions/{ref}/groups/{group}/requests": "read",
    "POST /v1/sessions/{ref}/groups/{group}/requests": "send",
    "PUT /v1/sessions/{ref}/groups/{group}/picture": "send",
    "GET /v1/sessions/{ref}/check": "read",
    "GET /v1/sessions/{ref}/people/{person}/picture": "read",
    "GET /v1/sessions/{ref}/people/{person}/about": "read",
    "GET /v1/sessions/{ref}/profile": "read",
    "PATCH /v1/sessions/{ref}/profile": "admin",
    "PUT /v1/sessions/{ref}/profile/picture": "admin",
    "GET /v1/sessions/{ref}/blocked": "read",
    "PUT /v1/sessions/{ref}/blocked/{person}": "admin",
    "DELETE /v1/sessions/{ref}/blocked/{person}": "admin",
    "PUT /v1/sessions/{ref}/presence": "send",
    "PUT /v1/sessions/{ref}/people/{person}/presence": "send",
    "DELETE /v1/sessions/{ref}/people/{person}/presence": "send",
    "PUT /v1/sessions/{ref}/chats/{chat}/activity": "send",
    "GET /v1/sessions/{ref}/chats": "read",
    "GET /v1/sessions/{ref}/labels": "read",
    "GET /v1/sessions/{ref}/search": "read",
    "GET /v1/search": "read",
    "GET /v1/sessions/{ref}/chats/{chat}": "read",
    "GET /v1/sessions/{ref}/chats/{chat}/messages": "read",
    "POST /v1/sessions/{ref}/chats/{chat}/read": "send",
    "POST /v1/sessions/{ref}/chats/{chat}/history": "send",
    "POST /v1/sessions/{ref}/read": "send",
    "POST /v1/sessions/{ref}/calls/{call_id}/reject": "send",
    "POST /v1/sessions/{ref}/messages/{message_id}/file": "send",
    "GET /v1/sessions/{ref}/handovers": "read",
    "PUT /v1/sessions/{ref}/handovers/{chat}": "send",
    "DELETE /v1/sessions/{ref}/handovers/{chat}": "send",
    "GET /v1/sessions/{ref}/reminders": "read",
    "GET /v1/sessions/{ref}/states/{bot}/{chat}": "read",
    "DELETE /v1/sessions/{ref}/states/{bot}/{chat}": "send",
    "GET /v1/configuration": "read",
    "GET /v1/configuration/{name}": "read",
    "PUT /v1/configuration/{name}": "admin",
    "GET /v1/configuration/{name}/schema": "read",
    "GET /v1/configuration/{name}/history": "read",
    "GET /v1/configuration/{name}/diff": "read",
    "POST /v1/configuration/{name}/undo": "admin",
    "POST /v1/configuration/{name}/validate": "read",
    "POST /v1/configuration/{name}/preview": "read",
    "POST /v1/configuration/{name}/import": "admin",
    "GET /v1/configuration/{name}/export": "read",
    "GET /v1/configuration/{name}/question": "read",
    "POST /v1/media": "send",
    "POST /v1/media/from-url": "send",
    "GET /v1/sessions/{ref}/media-policy": "read",
    "PUT /v1/sessions/{ref}/media-policy": "admin",
    "DELETE /v1/sessions/{ref}/media-policy": "admin",
    "GET /v1/media/{media_id}/info": "read",
    "GET /v1/media/{media_id}/thumbnail": "read",
    "GET /v1/media/{media_id}": "read",
    "GET /v1/doctor": "admin",
    "POST /v1/doctor/repair": "admin",
    "GET /v1/quarantine": "read",
    "POST /v1/quarantine/{name}/restore": "admin",
    "GET /v1/sessions/{ref}/snapshots": "read",
    "POST /v1/sessions/{ref}/snapshots": "admin",
    "POST /v1/sessions/{ref}/snapshots/verify": "admin",
    "POST /v1/sessions/{ref}/snapshots/{name}/verify": "admin",
    "POST /v1/sessions/{ref}/snapshots/{name}/restore": "admin",
    "POST /v1/sessions/{ref}/probe": "admin",
    "GET /v1/traffic": "read",
    "GET /v1/alerts": "read",
    "GET /v1/alerts/channels": "admin",
    "PUT /v1/alerts/channels/{name}": "admin",
    "DELETE /v1/alerts/channels/{name}": "admin",
    "POST /v1/alerts/channels/{name}/test": "admin",
    "GET /v1/alerts/rules": "read",
    "PUT /v1/alerts/rules/{cause}": "admin",
    "DELETE /v1/alerts/rules/{cause}": "admin",
    "GET /v1/alerts/dead": "read",
    "POST /v1/alerts/dead/again": "admin",
    "POST /v1/backups/credentials": "admin",
    "POST /v1/backups/status": "admin",
    "GET /v1/backups/schedule": "read",
    "PUT /v1/backups/schedule": "admin",
    "DELETE /v1/backups/schedule": "admin",
    "POST /v1/sessions/{ref}/import": "admin",
    "POST /v1/sessions/{ref}/export": "admin",
    "POST /v1/lab/clock": "admin",
    "GET /v1/sessions/{ref}/uptime": "read",
    "POST /v1/sessions/{ref}/messages/{message_id}/cancel": "send",
    "GET /v1/sessions/{ref}/queue": "read",
    "GET /metrics": "metrics or read",
    "GET /v1/events": "read",
    "GET /v1/subscriptions": "read",
    "PUT /v1/subscriptions/{name}": "read",
    "DELETE /v1/subscriptions/{name}": "read",
    "POST /v1/subscriptions/{name}/ack": "read",
    "POST /v1/dashboard/links": "keys and read",
    "GET /v1/keys": "keys",
    "POST /v1/keys": "keys",
    "DELETE /v1/keys/self": "read",
    "DELETE /v1/keys/{key_id}": "keys",
    "GET /v1/users": "keys",
    "POST /v1/users": "keys",
    "PATCH /v1/users/{user}": "keys",
    "DELETE /v1/users/{user}": "keys",
    "DELETE /v1/users/{user}/logins": "keys",
    "GET /v1/users/self": "read",
    "PUT /v1/users/self/password": "read",
    "DELETE /v1/users/self/logins": "read",
    "POST /v1/users/self/totp": "read",
    "PUT /v1/users/self/totp": "read",
    "POST /v1/users/self/totp/end": "read",
    "GET /v1/audit": "keys",
    "POST /v1/lab/kill": "admin",
}
#: What a key that is limited to some numbers may ask for although it names none: it tells of its own alone.
OF_ITSELF: Final = frozenset(
    {
        *("GET /v1/system", "GET /v1/sessions", "GET /v1/traffic", "GET /v1/events", "GET /v1/users/self"),
        *("PUT /v1/subscriptions/{name}", "DELETE /v1/subscriptions/{name}"),
        *("POST /v1/subscriptions/{name}/ack", "POST /v1/media"),
        *("GET /v1/configuration", "GET /v1/configuration/{name}", "GET /v1/configuration/{name}/schema"),
    }
)
SCOPES: Final = ("read", "send", "admin", "keys", "metrics")
#: What makes each request whole, so that only the key can be wrong.
BODIES: Final[dict[str, Any]] = {
    "PUT /v1/sessions/{ref}/handovers/{chat}": {},
    "PUT /v1/configuration/{name}": {"body": {}},
    "POST /v1/configuration/{name}/validate": {"body": {}},
    "POST /v1/configuration/{name}/preview": {},
    "POST /v1/configuration/{name}/import": {"body": {}},
    "POST /v1/media/from-url": {"url": "http://192.0.2.1/x"},
    "PUT /v1/sessions/{ref}/media-policy": {},
    "PUT /v1/alerts/channels/{name}": {"url": "json://192.0.2.1/x"},
    "PUT /v1/alerts/rules/{cause}": {},
    "POST /v1/alerts/dead/again": {},
    "POST /v1/lab/clock": {"ahead_s": 0},
    "POST /v1/backups/status": {"status": "created", "archive": "x"},
    "PUT /v1/backups/schedule": {"to": "relative", "recipients": ["x"]},
    "POST /v1/sessions/{ref}/import": {"source": "/nowhere"},
    "POST /v1/sessions/{ref}/export": {"target": "/nowhere/x.db"},
    "POST /v1/sessions/{ref}/groups": {"subject": "x", "members": ["+4915112345678"]},
    "POST /v1/sessions/{ref}/groups/join": {"invitation": "AbCdEfGhIjKl"},
    "PATCH /v1/sessions/{ref}/groups/{group}": {"subject": "x"},
    "POST /v1/sessions/{ref}/groups/{group}/members": {"change": "add", "members": ["+4915112345678"]},
    "POST /v1/sessions/{ref}/groups/{group}/requests": {"approve": True, "members": ["+4915112345678"]},
    "PATCH /v1/sessions/{ref}/profile": {"name": "x"},
    "PUT /v1/sessions/{ref}/presence": {"available": True},
    "POST /v1/sessions/{ref}/chats/{chat}/history": {"count": 50},
    "PUT /v1/sessions/{ref}/chats/{chat}/activity": {"activity": "typing"},
    "POST /v1/sessions/{ref}/read": {"message_ids": ["x"]},
    "POST /v1/sessions/{ref}/calls/{call_id}/reject": {"caller": "+4915112345678"},
    "PATCH /v1/sessions/{ref}": {"name": "x"},
    "POST /v1/sessions/{ref}/pair/passkey": {"id": "x"},
    "POST /v1/sessions/{ref}/messages": {"to": "+4915112345678", "text": "x"},
    "PUT /v1/subscriptions/{name}": {},
    "POST /v1/subscriptions/{name}/ack": {"cursor": "x"},
    "POST /v1/keys": {"name": "x", "scopes": ["keys"]},
    # No name at all, so that nobody is made and each key hears what its scope says.
    "POST /v1/users": {"name": "?", "role": "viewer", "password": "x"},
    "PATCH /v1/users/{user}": {"locked": True},
    "PUT /v1/users/self/password": {"old": "x", "new": "x"},
    "POST /v1/users/self/totp": {"password": "x"},
    "PUT /v1/users/self/totp": {"code": "000000"},
    "POST /v1/users/self/totp/end": {"password": "x"},
    "POST /v1/lab/kill": {"what": "nobody"},
}


async def key(house: House, *scopes: str, **more: Any) -> dict[str, str]:
    """A fresh key with these scopes, as the header that shows it."""
    body = {"name": "attacker", "scopes": scopes, **more}
    made = await house.ask("POST", "/v1/keys", 201, json=body)
    return {"Authorization": f"Bearer {made['key']}", "X-Key-Id": made["key_id"]}


async def knock(
    house: House, endpoint: str, headers: dict[str, str], body: dict[str, Any] | None = None
) -> httpx.Response:
    """Ask for an endpoint with a name that nothing has; give up on a stream as soon as it has begun."""
    method, _, path = endpoint.partition(" ")
    path = re.sub(r"\{\w+\}", "nobody", path)
    headers = {"Authorization": "", **headers}
    sent = body if body is not None else BODIES.get(endpoint)
    async with house.http.stream(method, path, headers=headers, json=sent) as response:
        if "event-stream" not in response.headers.get("content-type", ""):
            await response.aread()
        return response


async def test_every_endpoint_with_every_kind_of_key(house: House) -> None:
    described = (await house.http.get("/openapi.json")).json()["paths"]
    there = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    assert there == set(NEEDS)

    revoked = await key(house, *SCOPES)
    await house.ask("DELETE", f"/v1/keys/{revoked['X-Key-Id']}", 204)
    shown = house.http.headers["Authorization"]
    wrong = {
        "none": {},
        "unknown": {"Authorization": f"Bearer hf_{secrets.token_urlsafe(32)}"},
        "revoked": revoked,
        "cut": {"Authorization": shown[:-1]},
        "longer": {"Authorization": shown + "x"},
        "another scheme": {"Authorization": shown.replace("Bearer", "Basic")},
        "in the query": {"X-Api-Key": shown.removeprefix("Bearer ")},
        "enormous": {"Authorization": "Bearer " + "x" * 8000},
    }
    one_scope = {scope: await key(house, scope) for scope in SCOPES}
    for endpoint, needed in NEEDS.items():
        if not needed:
            continue
        for name, headers in wrong.items():
            response = await knock(house, endpoint, headers)
            assert response.status_code == 401, (endpoint, name)
        for scope, headers in one_scope.items():
            may = scope in needed.split(" or ")
            if endpoint == "DELETE /v1/keys/self" and may:
                continue  # it would give up the key that the others are tried with
            response = await knock(house, endpoint, headers)
            assert (response.status_code == 403) is not may, (endpoint, scope, response.status_code)
            assert response.status_code < 500, endpoint


async def test_a_key_for_some_numbers_opens_nothing_that_is_about_others_or_all(house: House) -> None:
    for name in ("mine", "other"):
        await house.ask("PUT", f"/v1/sessions/{name}", 201)
    limited = await key(house, *SCOPES, sessions=["mine"])
    for endpoint, needed in NEEDS.items():
        if not needed or endpoint == "DELETE /v1/keys/self":
            continue
        method, _, path = endpoint.partition(" ")
        path = re.sub(r"\{\w+\}", "x", path.replace("{ref}", "other"))
        answer = await knock(house, f"{method} {path}", limited, BODIES.get(endpoint))
        if "{ref}" in endpoint:
            assert answer.status_code == 404, (endpoint, answer.status_code)
            assert answer.json()["code"] == "unknown_session", endpoint
        elif endpoint not in OF_ITSELF:
            assert answer.status_code == 403, (endpoint, answer.status_code)
    listed = await house.ask("GET", "/v1/sessions", headers=limited)
    assert [it["name"] for it in listed["sessions"]] == ["mine"]
    assert (await knock(house, "GET /v1/sessions/mine", limited)).status_code == 200


async def test_an_expired_key_opens_nothing(house: House) -> None:
    short = await key(house, "read", expires_in_s=1)

    async def over() -> bool:
        return (await knock(house, "GET /v1/system", short)).status_code == 401

    await house.until(over, "the key still opens")


async def test_a_key_that_hands_out_keys_gives_no_more_than_it_has(house: House) -> None:
    holder = await key(house, "keys", "read")
    body = {"name": "more", "scopes": ["admin"]}
    await house.ask("POST", "/v1/keys", 403, json=body, headers=holder)
    link = await house.ask("POST", "/v1/dashboard/links", 201, headers=holder)
    token = link["path"].partition("token=")[2]
    login = await house.ask(
        "POST", "/v1/dashboard/exchange", json={"token": token}, headers={"Authorization": ""}
    )
    browser = {"Authorization": f"Bearer {login['key']}"}
    for endpoint, needed in NEEDS.items():
        if needed in {"admin", "send"}:
            assert (await knock(house, endpoint, browser)).status_code == 403, endpoint


async def test_a_link_lets_one_browser_in(house: House) -> None:
    link = await house.ask("POST", "/v1/dashboard/links", 201)
    token = link["path"].partition("token=")[2]
    tries = [house.http.post("/v1/dashboard/exchange", json={"token": token}) for _ in range(8)]
    answers = await asyncio.gather(*tries)
    assert sorted(it.status_code for it in answers) == [200, *[401] * 7]
    for guess in ("", "x", token[:-1], token + "x", "x" * 257, "\0", "%"):
        answer = await house.http.post("/v1/dashboard/exchange", json={"token": guess})
        assert answer.status_code in {401, 422}, guess


async def test_a_body_beyond_every_need_is_refused(house: House) -> None:
    async def endless() -> Any:
        for _ in range(64):
            yield b"x" * 128 * 1024

    for content in (b"x" * 5 * 1024 * 1024, endless()):
        answer = await house.http.post("/v1/sessions/x/messages", content=content)
        assert answer.status_code == 413
    nested = b'{"to": ' + b"[" * 50_000
    answer = await house.http.post(
        "/v1/sessions/x/messages", content=nested, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in {400, 422}
    assert "Traceback" not in house.log.read_text()


async def test_no_path_leads_out(house: House) -> None:
    (house.place.data.parent / "secret").write_text("the secret")
    here = {it for it in house.place.data.parent.rglob("*") if it.is_dir()}
    for path in ("../secret", "..%2fsecret", "%2e%2e/secret", "....//secret", "..%5csecret", "%00", "a%00b"):
        for prefix in ("/", "/docs/", "/docs/static/", "/v1/sessions/", "/v1/keys/"):
            for method in ("GET", "PUT", "DELETE"):
                answer = await house.http.request(method, prefix + path)
                assert answer.status_code < 500, (method, prefix, path)
                assert "the secret" not in answer.text
    assert {it for it in house.place.data.parent.rglob("*") if it.is_dir()} == here


async def test_no_secret_is_shown_or_logged(house: House) -> None:
    shown = house.http.headers["Authorization"].removeprefix("Bearer ")
    made = (await key(house, "read"))["Authorization"].removeprefix("Bearer ")
    for path in ("/v1/keys", "/v1/system", "/v1/sessions", "/openapi.json"):
        assert not re.search(r"hf_\w{16}", (await house.http.get(path)).text), path
    await house.stop()
    kept = house.kept(without="local.key")
    for secret in (shown, made):
        assert secret.encode() not in kept
    await house.start()
