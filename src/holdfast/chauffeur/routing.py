"""How far it is by road: routing services over HTTP, whose answers are kept for a day, and an estimate."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypedDict

import structlog

from holdfast.chauffeur.distance import (
    Distance,
    DistanceSettings,
    DistanceUnknown,
    FixedTable,
    GreatCircle,
    checked,
)
from holdfast.chauffeur.trip import Place, Route
from holdfast.kit.clock import monotonic_ms

if TYPE_CHECKING:
    import httpx

_log = structlog.get_logger("holdfast.chauffeur")
#: Roads change more slowly than that; a closed one should not be remembered for a week.
_KEPT_MS: Final = 24 * 3600 * 1000
_MOST_KEPT: Final = 4096
_LARGEST_ANSWER_BYTES: Final = 1024 * 1024


class Request(TypedDict, total=False):
    """What goes with a request to a routing service."""

    params: dict[str, str]
    json: dict[str, object]
    headers: dict[str, str]


class Osrm:
    """An OSRM server's `route` service.

    Source: http://project-osrm.org/docs/v5.24.0/api/#route-service
    """

    def __init__(self, http: "httpx.AsyncClient", url: str, timeout_s: float) -> None:
        self._http, self._url, self._timeout_s = http, url.rstrip("/"), timeout_s

    async def measure(self, points: Sequence[Place]) -> Route:
        """The fastest route. Raises DistanceUnknown."""
        way = ";".join(f"{it.longitude:.6f},{it.latitude:.6f}" for it in points)
        url = f"{self._url}/route/v1/driving/{way}"
        answer = await _ask(self._http, self._timeout_s, "GET", url, {"params": {"overview": "false"}})
        return _read("osrm", lambda: answer["routes"][0])


class OpenRouteService:
    """An OpenRouteService server's `directions`.

    Source: https://openrouteservice.org/dev/#/api-docs/v2/directions/{profile}/post
    """

    def __init__(self, http: "httpx.AsyncClient", url: str, key: str, timeout_s: float) -> None:
        self._http, self._url, self._key, self._timeout_s = http, url.rstrip("/"), key, timeout_s

    async def measure(self, points: Sequence[Place]) -> Route:
        """The fastest route. Raises DistanceUnknown."""
        request: Request = {
            "json": {"coordinates": [[it.longitude, it.latitude] for it in points], "instructions": False},
            "headers": {"Authorization": self._key} if self._key else {},
        }
        url = f"{self._url}/v2/directions/driving-car"
        answer = await _ask(self._http, self._timeout_s, "POST", url, request)
        # It leaves out what is zero, as between two doors of one house.
        return _read(
            "openrouteservice", lambda: {"distance": 0, "duration": 0, **answer["routes"][0]["summary"]}
        )


async def _ask(http: "httpx.AsyncClient", timeout_s: float, method: str, url: str, request: Request) -> Any:
    """The service's JSON, whatever it is. Raises DistanceUnknown for everything that can go wrong."""
    import httpx

    try:
        async with asyncio.timeout(timeout_s), http.stream(method, url, **request) as response:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > _LARGEST_ANSWER_BYTES:
                    raise DistanceUnknown("the answer is too long")
        if response.status_code != httpx.codes.OK:
            raise DistanceUnknown(f"HTTP {response.status_code}")
        return json.loads(body)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as failure:
        raise DistanceUnknown(type(failure).__name__) from failure


def _read(source: str, figures: Callable[[], Mapping[str, Any]]) -> Route:
    try:
        found = figures()
        return checked(float(found["distance"]), float(found["duration"]), source)
    except (LookupError, TypeError, ValueError, AttributeError) as failure:
        raise DistanceUnknown(f"{source} gave no route") from failure


class Measured:
    """The owner's table, then the source with what it has said before, then the great circle.

    Always has an answer; one that the source should have given and did not is marked as a fallback.
    """

    def __init__(
        self,
        table: Distance,
        source: Distance | None,
        estimate: Distance,
        clock: Callable[[], int] = monotonic_ms,
    ) -> None:
        self._table, self._source, self._estimate, self._clock = table, source, estimate, clock
        self._kept: OrderedDict[tuple[tuple[float, float], ...], tuple[int, Route]] = OrderedDict()

    async def measure(self, points: Sequence[Place]) -> Route:
        """How far it is, by the best source that answers."""
        try:
            return await self._table.measure(points)
        except DistanceUnknown:
            pass
        if self._source is None:
            return await self._estimate.measure(points)
        key = tuple((round(it.latitude, 5), round(it.longitude, 5)) for it in points)
        kept = self._kept.get(key)
        if kept is not None and self._clock() - kept[0] < _KEPT_MS:
            return kept[1]
        try:
            route = await self._source.measure(points)
        except DistanceUnknown as failure:
            _log.warning("chauffeur.distance_estimated", error=str(failure))
            return replace(await self._estimate.measure(points), fallback=True)
        self._kept[key] = (self._clock(), route)
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return route


def measured(settings: DistanceSettings, http: "httpx.AsyncClient", key: str) -> Measured:
    """What these settings ask for. `key` is the routing service's."""
    source: Distance | None = None
    if settings.source == "osrm":
        source = Osrm(http, settings.url, settings.timeout_s)
    elif settings.source == "openrouteservice":
        source = OpenRouteService(http, settings.url, key, settings.timeout_s)
    return Measured(FixedTable(settings.table), source, GreatCircle(settings.factor, settings.speed_kmh))
