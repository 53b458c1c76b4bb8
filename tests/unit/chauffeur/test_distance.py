"""How far it is: the table, the great circle, and routing services that answer, fail and lie."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from priced import place
from pydantic import ValidationError

from holdfast.chauffeur.distance import DistanceSettings, DistanceUnknown, FixedTable, GreatCircle, TableEntry
from holdfast.chauffeur.routing import Measured, OpenRouteService, Osrm, measured
from holdfast.chauffeur.trip import Route

A, B, C = place("marienplatz"), place("pasing"), place("muc")


@dataclass
class Service:
    """A routing service on this machine: answers every request with the same bytes."""

    status: int = 200
    body: bytes = b"{}"
    silent: bool = False
    asked: list[bytes] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(it[15:]) for it in head.split(b"\r\n") if it.lower().startswith(b"content-length:")), 0
        )
        self.asked.append(head + await reader.readexactly(length))
        if self.silent:
            await reader.read()
        else:
            told = (
                f"HTTP/1.1 {self.status} OK\r\nContent-Length: {len(self.body)}\r\nConnection: close\r\n\r\n"
            )
            writer.write(told.encode() + self.body)
        writer.close()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


async def test_the_table_knows_both_ways_and_stops() -> None:
    table = FixedTable(
        [
            TableEntry(origin="marienplatz", destination="pasing", km=9.5, minutes=20),
            TableEntry(origin="pasing", destination="muc", km=45, minutes=40, both_ways=False),
        ]
    )
    assert await table.measure((A, B, C)) == Route(54_500, 3600, "table")
    assert await table.measure((B, A)) == Route(9500, 1200, "table")
    with pytest.raises(DistanceUnknown):
        await table.measure((C, B))


async def test_the_great_circle_is_longer_by_its_factor() -> None:
    plain, roads = [await GreatCircle(it, 60).measure((A, C)) for it in (1.0, 1.5)]
    assert roads.distance_m == pytest.approx(plain.distance_m * 1.5, abs=1)
    assert plain.duration_s == pytest.approx(plain.distance_m / 1000 * 60, abs=1)


async def test_osrm(service: Service, http: httpx.AsyncClient) -> None:
    service.body = json.dumps({"code": "Ok", "routes": [{"distance": 38612.4, "duration": 2101.9}]}).encode()
    assert await Osrm(http, service.url + "/", 5).measure((A, C)) == Route(38612, 2102, "osrm")
    assert b"GET /route/v1/driving/11.575500,48.137400;11.786100,48.353800?overview=false" in service.asked[0]


async def test_openrouteservice(service: Service, http: httpx.AsyncClient) -> None:
    service.body = json.dumps({"routes": [{"summary": {"distance": 38612.4, "duration": 2101.9}}]}).encode()
    asked = OpenRouteService(http, service.url, "the key", 5)
    assert await asked.measure((A, B, C)) == Route(38612, 2102, "openrouteservice")
    head, _, body = service.asked[0].partition(b"\r\n\r\n")
    assert b"POST /v2/directions/driving-car" in head
    assert b"the key" in head
    assert json.loads(body)["coordinates"] == [[it.longitude, it.latitude] for it in (A, B, C)]


async def test_openrouteservice_leaves_out_what_is_zero(service: Service, http: httpx.AsyncClient) -> None:
    service.body = b'{"routes": [{"summary": {}}]}'
    assert await OpenRouteService(http, service.url, "", 5).measure((A, A)) == Route(0, 0, "openrouteservice")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"broken"),
        (404, b'{"code": "NoRoute"}'),
        (429, b"{}"),
        (302, b""),
        (200, b"not json"),
        (200, b"\xff\xfe"),
        (200, b"null"),
        (200, b"[]"),
        (200, b'{"routes": []}'),
        (200, b'{"routes": [{"distance": "far", "duration": 1}]}'),
        (200, b'{"routes": [{"distance": -5, "duration": 1}]}'),
        (200, b'{"routes": [{"distance": NaN, "duration": 1}]}'),
        (200, b'{"routes": [{"distance": 1e300, "duration": 1}]}'),
        (200, b'{"routes": [{"distance": null, "duration": 1}]}'),
        (200, b" " * (1024 * 1024 + 1)),
    ],
)
async def test_a_service_that_gives_no_route(
    service: Service, http: httpx.AsyncClient, status: int, body: bytes
) -> None:
    service.status, service.body = status, body
    for asked in (Osrm(http, service.url, 5), OpenRouteService(http, service.url, "", 5)):
        with pytest.raises(DistanceUnknown):
            await asked.measure((A, C))


async def test_a_service_that_says_nothing(service: Service, http: httpx.AsyncClient) -> None:
    service.silent = True
    with pytest.raises(DistanceUnknown, match="TimeoutError"):
        await Osrm(http, service.url, 0.05).measure((A, C))


async def test_a_service_that_is_not_there(http: httpx.AsyncClient) -> None:
    with pytest.raises(DistanceUnknown):
        await Osrm(http, "http://127.0.0.1:1", 5).measure((A, C))


class Scripted:
    """A source that gives what it was told to."""

    def __init__(self) -> None:
        self.answer: Route | None = Route(1000, 60, "osrm")
        self.asked = 0

    async def measure(self, points: object) -> Route:
        self.asked += 1
        if self.answer is None:
            raise DistanceUnknown("away")
        return self.answer


async def test_an_answer_is_kept_for_a_day_and_an_estimate_is_not() -> None:
    now, source = [0], Scripted()
    way = Measured(FixedTable([]), source, GreatCircle(1.3, 50), lambda: now[0])
    source.answer = None
    estimate = await way.measure((A, C))
    assert (estimate.fallback, estimate.source) == (True, "great_circle")
    source.answer = Route(1000, 60, "osrm")
    assert await way.measure((A, C)) == await way.measure((A, C)) == source.answer
    assert source.asked == 2
    now[0] = 24 * 3600 * 1000
    source.answer = None
    assert (await way.measure((A, C))).fallback


async def test_the_owners_table_is_asked_first_and_is_no_fallback(http: httpx.AsyncClient) -> None:
    entry = TableEntry(origin="marienplatz", destination="muc", km=40, minutes=35)
    way = measured(DistanceSettings(source="osrm", url="http://127.0.0.1:1", table=(entry,)), http, "")
    assert await way.measure((A, C)) == Route(40_000, 2100, "table")
    assert (await way.measure((A, B))).fallback


async def test_the_great_circle_by_choice_is_no_fallback(http: httpx.AsyncClient) -> None:
    route = await measured(DistanceSettings(), http, "").measure((A, B))
    assert (route.source, route.fallback) == ("great_circle", False)


def test_a_service_needs_an_address() -> None:
    with pytest.raises(ValidationError, match="osrm needs a url"):
        DistanceSettings(source="osrm")
