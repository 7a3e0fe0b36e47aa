"""Status server of a service: /metrics, /ready and /live, on a port of its own that visitors do not reach."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

import uvicorn
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from besok.model.settings import Settings
from cli.serving.http import Server, listen

log = logging.getLogger(__name__)

GRACE_S = 1  # seconds a request may still take when the service stops
KEEP_ALIVE_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The status callbacks of a service: its metrics, its problem (None if it works), and whether it lives."""

    families: Callable[[], Iterable[Metric]]
    problem: Callable[[], str | None]
    alive: Callable[[], bool] = lambda: True


class _State(Protocol):
    """What a service keeps of its work."""

    def problem(self, now: datetime) -> str | None:
        """Say why it does not work."""


S = TypeVar("S", bound=_State)


def watching(state: S, families: Callable[[S, datetime], Iterable[Metric]]) -> Watched:
    """Return the callbacks of a service by its state, which they read as of now."""
    return Watched(
        families=lambda: families(state, datetime.now(UTC)), problem=lambda: state.problem(datetime.now(UTC))
    )


class _Families(Collector):
    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def collect(self) -> Iterable[Metric]:
        return self._watched.families()


@contextmanager
def status_server(settings: Settings, port: int, setting: str, watched: Watched) -> Iterator[None]:
    """Serve on `port` for as long as the block lasts; 0 serves nothing. Raises SettingsError naming `setting`."""
    if not port:
        yield
        return
    listener = listen(settings, port, setting)
    config = uvicorn.Config(
        application(watched),
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = Server(config)
    thread = threading.Thread(target=server.run, name="status", kwargs={"sockets": [listener]})
    thread.start()
    log.info("Status on http://%s:%d", settings.host, port, extra={"action": "status_started"})
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def application(watched: Watched) -> Starlette:
    """Return the status application of a service; its endpoints run in threads, as they may wait."""

    def metrics(_: Request) -> Response:
        registry = CollectorRegistry()
        registry.register(_Families(watched))
        ProcessCollector(registry=registry)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    def ready(_: Request) -> Response:
        problem = watched.problem()
        return PlainTextResponse(f"not ready: {problem}\n" if problem else "ready\n", 503 if problem else 200)

    def live(_: Request) -> Response:
        return PlainTextResponse("alive\n") if watched.alive() else PlainTextResponse("stuck\n", 503)

    routes = [Route("/metrics", metrics), Route("/ready", ready), Route("/live", live)]
    return Starlette(routes=routes)
