"""The HTTP API for sessions, over a gateway against a scripted engine."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unittest.mock import create_autospec

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from holdfast.accounts import Accounts, Audit, Logins, Scope, Users
from holdfast.alerts import Alerts
from holdfast.api.app import create_app
from holdfast.api.rooms import Rooms
from holdfast.app.meter import Meter
from holdfast.backup import Backups
from holdfast.chats import Chats, Traffic
from holdfast.configuration import Configuration
from holdfast.delivery import Subscriptions
from holdfast.engine import EngineIdentity
from holdfast.engine.v1 import engine_pb2 as pb
from holdfast.media import Fetcher, Library
from holdfast.messages import MessageReader
from holdfast.model.errors import StoreUnavailable
from holdfast.model.ids import DEFAULT_TENANT, TenantId
from holdfast.model.reasons import Reason
from holdfast.model.states import State
from holdfast.outbox import Outbox
from holdfast.people import Activities, Groups, People, Probing
from holdfast.retention import Retention
from holdfast.search import Search
from holdfast.sessions import Progress
from holdfast.steps import Steps

from .conftest import Running, World, eventually
from .scripted_engine import ScriptedEngine

ANNA = "4915100000001"


@dataclass
class Facts:
    """What the process tells of itself."""

    gateway: Running
    version: str = "9.9"
    lab: bool = False
    applications: tuple[str, ...] = ()
    started_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    ready: bool = True

    @property
    def engine(self) -> EngineIdentity | None:
        return self.gateway.link.identity

    @property
    def trouble(self) -> StoreUnavailable | None:
        return self.gateway.store.trouble

    @property
    def progress(self) -> Progress:
        return self.gateway.supervisor.roster.restoration.progress


@dataclass
class Api:
    world: World
    gateway: Running
    engine: ScriptedEngine
    http: httpx.AsyncClient
    accounts: Accounts

    async def ask(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        answer = await self.http.request(method, path, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def pairing(self, name: str, code: str = "2@a,b,c,d,1") -> str:
        """A session that shows a code; its id."""
        session = await self.ask("PUT", f"/v1/sessions/{name}", 201)
        await self.ask("POST", f"/v1/sessions/{name}/pair", 202)
        await eventually(lambda: session["id"] in self.engine.sessions)
        self.engine.show_code(session["id"], code, self.gateway.supervisor.roster.now + 60_000)
        await self.ask("GET", f"/v1/sessions/{name}/qr?wait_s=30")
        return str(session["id"])


@pytest.fixture
async def api(world: World) -> AsyncIterator[Api]:
    engine = await world.engine()
    async with world.gateway() as gateway:
        accounts = Accounts(gateway.store)
        outbox = Outbox(gateway.store, gateway.journal, gateway.link)
        meter = Meter(gateway.store, gateway.journal, outbox, gateway.supervisor, lambda: 0)
        app = create_app(
            Rooms(
                facts=Facts(gateway),
                meter=meter,
                accounts=accounts,
                users=create_autospec(Users, instance=True),  # they have a test of their own
                logins=create_autospec(Logins, instance=True),
                audit=Audit(gateway.store),
                alerts=create_autospec(Alerts, instance=True),
                backups=create_autospec(Backups, instance=True),
                sessions=gateway.sessions,
                directory=gateway.supervisor.roster.index,
                messages=MessageReader(gateway.store),
                retention=Retention(gateway.store),
                outbox=outbox,
                library=create_autospec(Library, instance=True),
                fetcher=create_autospec(Fetcher, instance=True),
                journal=gateway.journal,
                steps=Steps(gateway.store, gateway.journal, outbox),
                configuration=Configuration(gateway.store, gateway.journal),
                subscriptions=Subscriptions(gateway.store, gateway.journal),
                groups=Groups(gateway.link.groups),
                people=People(gateway.link.questions, gateway.link.acts),
                probing=Probing(gateway.link.questions),
                activities=create_autospec(Activities, instance=True),
                chats=create_autospec(Chats, instance=True),
                traffic=Traffic(gateway.store),
                search=create_autospec(Search, instance=True),
            )
        )
        key = (await accounts.create_key(DEFAULT_TENANT, "test", scopes=frozenset(Scope))).key
        transport = httpx.ASGITransport(app)
        headers = {"Authorization": f"Bearer {key}"}
        url = "http://localhost"
        async with httpx.AsyncClient(transport=transport, base_url=url, headers=headers) as http:
            await eventually(lambda: gateway.link.attached)
            yield Api(world, gateway, engine, http, accounts)


async def test_create_or_get_by_name_and_find_by_id_and_name(api: Api) -> None:
    made = await api.ask("PUT", "/v1/sessions/taxi", 201)
    assert (made["state"], made["color"], made["requires_auth"], made["pairing"]) == (
        "new",
        "grey",
        False,
        None,
    )
    assert await api.ask("PUT", "/v1/sessions/taxi", 200) == made
    assert await api.ask("GET", f"/v1/sessions/{made['id']}") == made
    assert (await api.ask("GET", "/v1/sessions"))["sessions"] == [made]


async def test_another_name_for_a_session(api: Api) -> None:
    made = await api.ask("PUT", "/v1/sessions/taxi", 201)
    await api.ask("PUT", "/v1/sessions/van", 201)
    taken = await api.ask("PATCH", "/v1/sessions/taxi", 409, json={"name": "van"})
    assert taken["code"] == "name_taken"
    assert (await api.ask("PATCH", "/v1/sessions/taxi", 400, json={"name": "+4915"}))["next_step"]
    assert await api.ask("PATCH", "/v1/sessions/taxi", json={"name": "night"}) == made | {"name": "night"}
    assert await api.ask("GET", "/v1/sessions/night") == made | {"name": "night"}
    await api.ask("GET", "/v1/sessions/taxi", 404)


@pytest.mark.parametrize("name", ["+4915", "12345", "ses_1", " taxi", "x" * 65, "a%0Ab"])
async def test_names_that_would_be_taken_for_something_else_are_refused(api: Api, name: str) -> None:
    refused = await api.ask("PUT", f"/v1/sessions/{name}", 400)
    assert refused["code"] == "invalid_request"
    assert refused["next_step"]


async def test_an_unknown_session_is_404_everywhere(api: Api) -> None:
    calls = [
        ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/pair"), ("DELETE", "/pair"), ("GET", "/qr"),
        ("GET", "/qr.svg"), ("GET", "/qr.txt"), ("POST", "/connect"), ("POST", "/disconnect"),
        ("POST", "/logout"), ("GET", "/timeline"), ("GET", "/uptime"),
    ]  # fmt: skip
    for method, path in calls:
        body = {"name": "x"} if method == "PATCH" else None
        refused = await api.ask(method, f"/v1/sessions/nobody{path}", 404, json=body)
        assert refused["code"] == "unknown_session"


async def test_the_code_as_json_picture_and_text(api: Api) -> None:
    await api.pairing("taxi", "2@SECRET,b,c,d,1")
    shown = await api.ask("GET", "/v1/sessions/taxi/qr")
    assert (shown["code"], shown["index"], shown["of"]) == ("2@SECRET,b,c,d,1", 1, 6)
    assert 50 < shown["expires_in_s"] <= 60
    assert shown["terminal"] is None
    assert "█" in (await api.ask("GET", "/v1/sessions/taxi/qr?terminal=true"))["terminal"]
    session = await api.ask("GET", "/v1/sessions/taxi")
    assert session["pairing"]["index"] == 1
    assert "SECRET" not in str(session)
    for path, headers in (("/qr.svg", {}), ("/qr", {"Accept": "image/svg+xml"})):
        picture = await api.http.get(f"/v1/sessions/taxi{path}", headers=headers)
        assert picture.headers["content-type"] == "image/svg+xml"
        assert picture.headers["cache-control"] == "no-store"
        assert picture.text.startswith("<?xml")
    text = await api.http.get("/v1/sessions/taxi/qr.txt")
    assert text.headers["content-type"].startswith("text/plain")
    assert len(text.text.splitlines()) > 10


async def test_asked_again_while_pairing_nothing_happens_and_cancelled_the_code_is_gone(api: Api) -> None:
    await api.pairing("taxi")
    await api.ask("POST", "/v1/sessions/taxi/pair", 202)
    assert len(api.engine.asked("pair")) == 1
    assert (await api.ask("DELETE", "/v1/sessions/taxi/pair"))["reason"] == "pairing_cancelled"
    assert (await api.ask("GET", "/v1/sessions/taxi/qr", 404))["code"] == "no_qr"
    await eventually(lambda: len(api.engine.asked("cancel_pair")) == 1)


async def test_a_waiting_client_gets_the_first_code_and_one_that_came_too_late_is_told(api: Api) -> None:
    session = await api.ask("PUT", "/v1/sessions/taxi", 201)
    await api.ask("POST", "/v1/sessions/taxi/pair", 202)
    assert (await api.ask("GET", "/v1/sessions/taxi/qr?wait_s=0.05", 404))["code"] == "no_qr"
    waiting = asyncio.create_task(api.ask("GET", "/v1/sessions/taxi/qr?wait_s=30"))
    await eventually(lambda: session["id"] in api.engine.sessions)
    api.engine.show_code(session["id"], "first", api.gateway.supervisor.roster.now + 60_000)
    assert (await waiting)["code"] == "first"


async def test_linked_it_is_found_by_number_and_not_paired_again(api: Api) -> None:
    session_id = await api.pairing("taxi")
    waiting = asyncio.create_task(api.http.get("/v1/sessions/taxi/qr?wait_s=30"))
    api.engine.scan(session_id, f"{ANNA}:1@s.whatsapp.net")
    await api.gateway.until("taxi", State.CONNECTED)
    with contextlib.suppress(httpx.HTTPError):
        await waiting
    for ref in (ANNA, f"+{ANNA}", f"%2B{ANNA}"):
        session = await api.ask("GET", f"/v1/sessions/{ref}")
        assert (session["name"], session["phone"], session["connectionStatus"]) == (
            "taxi",
            f"+{ANNA}",
            "connected",
        )
    assert (await api.ask("POST", "/v1/sessions/taxi/pair", 409))["code"] == "already_linked"
    assert (await api.ask("GET", "/v1/sessions/taxi/qr", 404))["code"] == "no_qr"
    assert (await api.ask("POST", "/v1/sessions/taxi/disconnect"))["state"] == "stopped"
    assert (await api.ask("POST", "/v1/sessions/taxi/connect"))["wish"] == "up"
    await api.gateway.until("taxi", State.CONNECTED)
    out = await api.ask("POST", "/v1/sessions/taxi/logout")
    assert (out["state"], out["requires_auth"], out["requiresAuth"]) == ("logged_out", True, True)
    entries = (await api.ask("GET", "/v1/sessions/taxi/timeline?limit=3"))["timeline"]
    assert [it["state"] for it in entries] == ["logged_out", "connected", "connecting"]
    assert entries[0]["ended_at"] is None
    assert entries[1]["ended_at"] == entries[0]["at"]
    assert all(it["duration_s"] >= 0 and it["sentence"] for it in entries)
    whole = await api.ask("GET", "/v1/sessions/taxi/timeline")
    assert whole["next"] is None
    paged: list[object] = []
    query = "limit=2"
    while True:
        page = await api.ask("GET", f"/v1/sessions/taxi/timeline?{query}")
        paged += [it["seq"] for it in page["timeline"]]
        if page["next"] is None:
            break
        query = f"limit=2&after={page['next']}"
    assert paged == [it["seq"] for it in whole["timeline"]]
    uptime = await api.ask("GET", "/v1/sessions/taxi/uptime?days=7")
    assert uptime["total"]["up_s"] <= uptime["total"]["counted_s"]
    assert [day["period"][:7] for day in uptime["days"]] == [month["period"] for month in uptime["months"]]
    assert uptime["outages"]["open_since"] is None
    await api.ask("DELETE", "/v1/sessions/taxi", 204)
    await api.ask("GET", f"/v1/sessions/+{ANNA}", 404)


async def scrape(api: Api, headers: dict[str, str] | None = None) -> dict[tuple[str, str], float]:
    """What Prometheus would read: (series, labels) and value."""
    answer = await api.http.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    samples = [sample for family in families for sample in family.samples]
    return {
        (it.name.removeprefix("holdfast_"), " ".join(it.labels.values())): it.value
        for it in samples
        if it.name.startswith("holdfast_")
    }


async def test_figures_for_prometheus(api: Api) -> None:
    before = await scrape(api)
    assert before["sessions", "connected"] == 0
    session_id = await api.pairing("taxi")
    api.engine.scan(session_id, f"{ANNA}:1@s.whatsapp.net")
    await api.gateway.until("taxi", State.CONNECTED)
    api.engine.end(session_id, pb.RESTART_REQUIRED)
    await eventually(lambda: api.gateway.supervisor.watching.losses[Reason.RESTART_REQUIRED] == 1)
    await api.gateway.until("taxi", State.CONNECTED)
    await api.gateway.supervisor.roster.recorder.settled()
    after = await scrape(api)
    assert after["sessions", "connected"] == 1
    assert after["connections_lost_total", "restart_required"] == 1
    assert after["connection_attempts_total", ""] == 2
    assert after["reconnect_seconds_count", ""] == 1
    assert after["events_total", "session.state"] >= 5
    assert after["database_commit_seconds_count", ""] > before["database_commit_seconds_count", ""]
    assert after["outbox_messages", ""] == 0
    # However many numbers there are, and whatever happens to them: the same series.
    assert set(after) == set(before)
    assert not any("taxi" in text or ANNA in text for series in after for text in series)


async def test_a_key_for_figures_sees_nothing_else(api: Api) -> None:
    issued = await api.accounts.create_key(DEFAULT_TENANT, "prometheus", scopes=frozenset({Scope.METRICS}))
    headers = {"Authorization": f"Bearer {issued.key}"}
    assert await scrape(api, headers)
    for path in ("/v1/sessions", "/v1/system", "/v1/events", "/v1/keys"):
        await api.ask("GET", path, 403, headers=headers)
    sender = await api.accounts.create_key(DEFAULT_TENANT, "sender", scopes=frozenset({Scope.SEND}))
    refused = await api.ask("GET", "/metrics", 403, headers={"Authorization": f"Bearer {sender.key}"})
    assert "`metrics`" in refused["detail"]
    assert (await api.http.get("/metrics", headers={"Authorization": "Bearer hf_wrong"})).status_code == 401


async def test_scopes_are_checked_and_tenants_do_not_see_each_other(api: Api) -> None:
    await api.ask("PUT", "/v1/sessions/taxi", 201)
    reader = (await api.accounts.create_key(DEFAULT_TENANT, "reader", scopes=frozenset({Scope.READ}))).key
    only_read = {"Authorization": f"Bearer {reader}"}
    await api.ask("GET", "/v1/sessions/taxi", 200, headers=only_read)
    for method, path in (
        ("PUT", "/v1/sessions/x"),
        ("POST", "/v1/sessions/taxi/pair"),
        ("GET", "/v1/sessions/taxi/qr"),
    ):
        await api.ask(method, path, 403, headers=only_read)
    await api.ask("GET", "/v1/sessions", 401, headers={"Authorization": "Bearer hf_wrong"})
    stranger = (await api.accounts.create_key(TenantId("ten_other"), "stranger", scopes=frozenset(Scope))).key
    theirs = {"Authorization": f"Bearer {stranger}"}
    assert (await api.ask("GET", "/v1/sessions", headers=theirs))["sessions"] == []
    await api.ask("GET", "/v1/sessions/taxi", 404, headers=theirs)


async def test_readiness_tells_the_truth(api: Api) -> None:
    assert (await api.ask("GET", "/livez"))["alive"] is True
    assert (await api.ask("GET", "/readyz"))["ready"] is True
    system = await api.ask("GET", "/v1/system")
    assert system["engine"] == {
        "attached": True,
        "engine_id": "scripted-1",
        "pid": api.gateway.link.identity.pid,
    }
    await api.ask("POST", "/v1/lab/kill", 404, json={"what": "gateway"})  # not in the lab
    await api.engine.die()
    await eventually(lambda: not api.gateway.link.attached)
    ready = await api.ask("GET", "/readyz", 503)
    assert (ready["ready"], ready["engine"]) == (False, False)
    assert (await api.ask("GET", "/v1/system"))["engine"]["attached"] is False


async def test_without_an_engine_nothing_is_pretended(api: Api) -> None:
    session_id = await api.pairing("taxi")
    api.engine.scan(session_id, f"{ANNA}:1@s.whatsapp.net")
    await api.gateway.until("taxi", State.CONNECTED)
    await api.engine.die()
    await api.gateway.until("taxi", State.RECONNECTING)
    session = await api.ask("GET", "/v1/sessions/taxi")
    assert (session["color"], session["reason"], session["connectionStatus"]) == (
        "yellow",
        "engine_down",
        "connecting",
    )
    assert "tenant_id" not in session


async def test_one_of_many_deletions_succeeds_and_the_name_is_free_again(api: Api) -> None:
    """A double click, and somebody who makes the name again at the same moment: no request meets a fault."""
    for _ in range(5):
        await api.http.put("/v1/sessions/taxi")
        answers = await asyncio.gather(
            *(api.http.delete("/v1/sessions/taxi") for _ in range(4)), api.http.put("/v1/sessions/taxi")
        )
        assert {answer.status_code for answer in answers} <= {200, 201, 204, 404, 409}
        assert 204 in {answer.status_code for answer in answers}
    assert (await api.http.put("/v1/sessions/taxi")).status_code in {200, 201}
