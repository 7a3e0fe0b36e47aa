"""What a service without pages tells of itself over HTTP: /metrics, /ready and /live."""

import logging
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from besok.model.errors import SettingsError
from besok.model.settings import Settings
from cli.stack import ports

log = logging.getLogger(__name__)

PATIENCE_S = 5  # for whoever connects and then says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A service that can be asked: for its metrics, and for why it does not do its work (None if it does)."""

    families: Callable[[], Iterable[Metric]]
    problem: Callable[[], str | None]


@contextmanager
def told(settings: Settings, port: int, setting: str, watched: Watched) -> Iterator[None]:
    """Answer on `port` for as long as the block lasts; 0 answers nobody. Raises SettingsError naming `setting`."""
    if not port:
        yield
        return
    ports.check_host(settings.host, settings.expose)
    server = _server(settings.host, port, setting, watched)
    thread = threading.Thread(target=server.serve_forever, name="status", kwargs={"poll_interval": 0.1})
    thread.start()
    log.info("Telling how it goes on http://%s:%d", settings.host, port, extra={"action": "status_started"})
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a slow caller holds up nobody's end
    block_on_close = False


class _ServerV6(_Server):
    address_family = socket.AF_INET6


def _server(host: str, port: int, setting: str, watched: Watched) -> ThreadingHTTPServer:
    kind = _ServerV6 if ":" in host else _Server
    try:
        return kind((host, port), _handler(watched))
    except OSError as exc:
        reason = f"the address {host}:{port} cannot be used ({exc.strerror})"
        text = f"{reason}: set {setting} to a free port, or to 0 for none"
        raise SettingsError(text) from exc


class _Families(Collector):
    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def collect(self) -> Iterable[Metric]:
        return self._watched.families()


def metrics(watched: Watched) -> bytes:
    """The service's own metrics and those of its process (memory, processor time, open files), as Prometheus reads."""
    registry = CollectorRegistry()
    registry.register(_Families(watched))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def answer(path: str, watched: Watched) -> tuple[int, str, bytes]:
    """Status, media type and body of the answer to a path."""
    plain = "text/plain; charset=utf-8"
    match path.partition("?")[0]:
        case "/metrics":
            return 200, CONTENT_TYPE_PLAIN_0_0_4, metrics(watched)
        case "/ready":
            problem = watched.problem()
            return (503, plain, f"not ready: {problem}\n".encode()) if problem else (200, plain, b"ready\n")
        case "/live":
            return 200, plain, b"alive\n"
    return 404, plain, b"there is /metrics, /ready and /live\n"


def _handler(watched: Watched) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE_S
        server_version, sys_version = "besok", ""

        def do_GET(self) -> None:
            status, kind, body = answer(self.path, watched)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Who asks is no news."""

    return Handler
