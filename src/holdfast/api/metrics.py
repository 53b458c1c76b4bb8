"""HTTP: figures for Prometheus.

No label names a session, a number or a chat: how many series there are does not depend on how many numbers
there are. Figures of a session are under /v1/sessions.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Response

from holdfast.accounts import Caller, Scope
from holdfast.api.auth import TheRooms, needs
from holdfast.api.errors import refusals
from holdfast.api.rooms import Figures
from holdfast.kit.histogram import Durations

if TYPE_CHECKING:
    from prometheus_client import Metric

router = APIRouter(tags=["system"])

Scraper = Annotated[Caller, Depends(needs(Scope.METRICS, Scope.READ))]


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {}}, "description": "in Prometheus' text format"},
        **refusals(),
    },
)
async def metrics(rooms: TheRooms, caller: Scraper) -> Response:
    """Of the whole installation. A key with the scope `metrics` sees this and nothing else."""
    figures = await rooms.meter.read()
    # Imported by the first who asks: no start pays for it.
    from prometheus_client import CollectorRegistry, ProcessCollector, exposition

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Collector(figures))
    return Response(exposition.generate_latest(registry), media_type=exposition.CONTENT_TYPE_LATEST)


class _Collector:
    """One scrape's figures, in the library's terms."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> "Iterator[Metric]":
        """Every family, once."""
        it = self._figures
        yield _info(it.version)
        yield _gauge("sessions", "Sessions by state.", "state", it.sessions)
        yield _gauge("session_warnings", "Warnings that stand, by code.", "code", it.warnings)
        yield _counter("connection_attempts", "Connections that were begun.", it.attempts)
        yield _counters("connections_lost", "Connections that ended by themselves.", "reason", it.losses)
        yield _histogram("reconnect_seconds", "From a lost connection to the next one.", it.reconnects)
        yield _counters("messages", "Messages: received, sent, failed.", "outcome", it.messages)
        yield _counter("send_attempts_repeated", "Attempts to send that have to be made again.", it.repeated)
        yield _gauge("outbox_messages", "Messages that wait to be sent.", None, {"": it.queued})
        yield _counters("events", "Events that were appended to the journal.", "type", it.events)
        yield _histogram("database_commit_seconds", "How long commits took.", it.commits)
        yield _gauge("engine_attached", "1 while an engine is attached.", None, {"": int(it.engine_attached)})
        yield _counter("engine_commits", "Transactions written to session files.", it.engine_commits)
        yield _counter("engine_restarts", "Engines that took the place of another.", it.engine_restarts)


def _info(version: str) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily("holdfast_build_info", "This gateway's version.", labels=["version"])
    family.add_metric([version], 1)
    return family


def _gauge(name: str, about: str, label: str | None, values: Mapping[str, int]) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(f"holdfast_{name}", about, labels=[label] if label else [])
    for value, count in values.items():
        family.add_metric([value] if label else [], count)
    return family


def _counter(name: str, about: str, count: int) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    return CounterMetricFamily(f"holdfast_{name}", about, value=count)


def _counters(name: str, about: str, label: str, values: Mapping[str, int]) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(f"holdfast_{name}", about, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _histogram(name: str, about: str, it: Durations) -> "Metric":
    from prometheus_client.core import HistogramMetricFamily

    buckets = [(str(bound), count) for bound, count in zip(it.bounds_s, it.counts, strict=True)]
    family = HistogramMetricFamily(f"holdfast_{name}", about)
    family.add_metric([], [*buckets, ("+Inf", it.total)], it.sum_s)
    return family
