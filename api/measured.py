"""Metrics of the web service: response times, waits for the database, age of the figures on screens."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import prometheus_client
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.limits import lane_of
from besok.model.errors import SchemaMismatch, StoreError
from besok.store import schema

NAME: Final = "besok_web_"
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
NO_ROUTE: Final = "none"  # an address without a route: any number of them are one series
AWAY: Final = "the database does not answer"

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]


class Measures:
    """The metrics of a web service since its start; labels are routes, not requested paths."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._took = Histogram(
            f"{NAME}request_seconds",
            "From a request to the end of its answer, streams left out",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._answers = Counter(
            f"{NAME}requests",
            "Answers by route and class of status",
            ["route", "status"],
            registry=self.registry,
        )

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count a response."""
        self._answers.labels(route, f"{status // 100}xx").inc()
        self._took.labels(route).observe(seconds)


class Measured:
    """Measure every response; outermost, so that waiting for a turn is included."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self.app, self._measures = app, measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or lane_of(scope) == "stream":
            return await self.app(scope, receive, send)
        began, status = time.monotonic(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            self._measures.answered(route_of(scope), status, time.monotonic() - began)


def route_of(scope: Mapping[str, Any]) -> str:
    """Return the template of the matched route, as `/api/v1/sites/{site}/live`."""
    return getattr(scope.get("route"), "path", "") or NO_ROUTE


def problem(server: FastAPI) -> str | None:
    """Explain why pages cannot be served; None if they can. May wait for the database: not on the event loop."""
    try:
        schema.check(server.state.live_db)
    except SchemaMismatch as exc:
        return str(exc)
    except StoreError:
        return AWAY
    return None


def families(server: FastAPI) -> Iterator[Metric]:
    """Yield every metric of a web service; docs/reference/service-metrics.md lists each."""
    yield from server.state.measures.registry.collect()
    state = server.state
    pools = {"pages": state.db, "live": state.live_db, "reports": state.reports.db, "gate": state.gate.db}
    stats = {name: db.pool_stats() for name, db in pools.items()}
    yield _by_pool("pool_connections", "Connections to the database", "pool_size", stats, GaugeMetricFamily)
    yield _by_pool(
        "pool_waiting", "Questions that wait for a connection", "requests_waiting", stats, GaugeMetricFamily
    )
    yield _by_pool(
        "pool_requests", "Times a connection was asked for", "requests_num", stats, CounterMetricFamily
    )
    yield _by_pool(
        "pool_errors", "Times none was to be had in time", "requests_errors", stats, CounterMetricFamily
    )
    waited = {name: {"seconds": one.get("requests_wait_ms", 0) / 1000} for name, one in stats.items()}
    yield _by_pool(
        "pool_wait_seconds", "Time spent waiting for a connection", "seconds", waited, CounterMetricFamily
    )
    yield GaugeMetricFamily(f"{NAME}streams", "Open live streams", value=state.hub.streams)
    yield GaugeMetricFamily(
        f"{NAME}shown_age_seconds",
        "Age of the oldest figure of a site that a screen shows now, its own minute left out; 0 while nobody looks",
        value=state.hub.shown_age_s(state.clock()),
    )
    yield GaugeMetricFamily(
        f"{NAME}ready", "1 while pages can be answered", value=float(problem(server) is None)
    )


def _by_pool(
    name: str,
    text: str,
    figure: str,
    stats: Mapping[str, Mapping[str, float]],
    family: Callable[..., Any],
) -> Metric:
    metric: Metric = family(f"{NAME}{name}", text, labels=["pool"])
    for pool, figures in stats.items():
        metric.add_metric([pool], figures.get(figure, 0))  # type: ignore[attr-defined]
    return metric
