"""Status server of a service: /metrics, /ready and /live, on a port of its own that visitors do not reach."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from besok.model.settings import Settings
from cli.serving.http import in_thread, listen

log = logging.getLogger(__name__)

GRACE_S = 1  # seconds a request may still take when the service stops
KEEP_ALIVE_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched(Collector):
    """The status callbacks of a service: metrics and problem (None if it works) as of a time, and whether it lives."""

    families: Callable[[datetime], Iterable[Metric]]
    problem: Callable[[datetime], str | None]
    alive: Callable[[], bool] = lambda: True

    def collect(self) -> Iterable[Metric]:
        """Return the metrics as of now."""
        return self.families(datetime.now(UTC))


@contextmanager
def status_server(settings: Settings, port: str, watched: Watched) -> Iterator[None]:
    """Serve on the port of that setting for as long as the block lasts; 0 serves nothing. Raises SettingsError."""
    number = getattr(settings, port)
    if not number:
        yield
        return
    listener = listen(settings, port)
    patience = {"timeout_keep_alive": KEEP_ALIVE_S, "timeout_graceful_shutdown": GRACE_S}
    with in_thread(application(watched), listener, "status", log_level="warning", **patience):
        log.info("Status on http://%s:%d", settings.host, number, extra={"action": "status_started"})
        yield


def application(watched: Watched) -> Starlette:
    """Return the status application of a service; its endpoints run in threads, as they may wait."""

    def metrics(_: Request) -> Response:
        registry = CollectorRegistry()
        registry.register(watched)
        ProcessCollector(registry=registry)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    def ready(_: Request) -> Response:
        problem = watched.problem(datetime.now(UTC))
        return PlainTextResponse(f"not ready: {problem}\n" if problem else "ready\n", 503 if problem else 200)

    def live(_: Request) -> Response:
        return PlainTextResponse("alive\n") if watched.alive() else PlainTextResponse("stuck\n", 503)

    routes = [Route("/metrics", metrics), Route("/ready", ready), Route("/live", live)]
    return Starlette(routes=routes)
