"""The web service: API and dashboard in one process, on one port."""

import contextlib
import gc
import importlib.util
import logging
import resource
import sys
import threading

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from starlette_compress import CompressMiddleware

from api import measured, security
from api.app import create_app
from api.conditional import Head, Unchanged
from api.departure import Departure
from api.inputs import Inputs
from api.limits import Limits
from api.questions import Questions
from api.sign_in.middleware import WhoAsks
from besok.model.errors import StoreError
from besok.model.settings import Settings
from besok.store.heartbeats import Heartbeat
from cli.serving.guarded import SILENT_S, GuardedProtocol
from cli.serving.http import Server, listen, trusted_proxies
from cli.serving.status import Watched, status_server

log = logging.getLogger(__name__)

NAME = "web"  # in the heartbeat
BEAT_EVERY_S = 10
ALIVE_S = 10  # in which the event loop has to take a turn
GRACE_S = 3  # seconds a request may still take when the service stops
OPEN_FILES = 4096  # connections, streams, the files of pages
MAX_MESSAGE = 1_000_000  # bytes a browser may send in one WebSocket message
SWITCH_S = 0.0005  # for which a busy thread holds up one with an answer of the database; 5 ms by default


def compose(settings: Settings) -> FastAPI:
    """Return the API, the dashboard on top of it, and the guard around both."""
    server = create_app(settings)
    if importlib.util.find_spec("dashboard.app"):
        from dashboard.app import attach  # slow to import: only the web service pays for it

        server.add_middleware(Questions, callbacks=attach(server, settings).callback_map)
    server.add_middleware(Unchanged)
    server.add_middleware(CompressMiddleware, zstd_level=9, brotli_quality=5, gzip_level=6)
    server.add_middleware(Departure)
    server.add_middleware(Limits)
    server.add_middleware(WhoAsks, gate=server.state.gate, clock=server.state.clock)
    server.add_middleware(Inputs)
    server.add_middleware(measured.Measured, measures=server.state.measures)
    server.add_middleware(Head)
    # The last is the outermost.
    allowed, secure = security.hosts(settings.allowed_hosts), security.host_of(settings.public_url)
    server.add_middleware(security.Guard, allowed=allowed, secure=secure)
    return server


def serve(settings: Settings, stop: threading.Event) -> None:
    """Serve until `stop` is set. Raises SettingsError if the address cannot be used."""
    _allow_files()
    listener = listen(settings, "port", signed_in=True)
    app = compose(settings)
    sys.setswitchinterval(SWITCH_S)
    gc.freeze()  # what is loaded stays, and a search of it would stop every answer
    server = Server(configured(app, settings))
    host, port = listener.getsockname()[:2]
    log.info("web on http://%s:%d", host, port, extra={"action": "web_started"})
    threading.Thread(target=_end, args=(stop, app, server), name="web-stop", daemon=True).start()
    threading.Thread(target=_beat, args=(stop, app), name="beat", daemon=True).start()
    watched = Watched(
        families=lambda _now: measured.families(app),
        problem=lambda _now: measured.problem(app),
        alive=lambda: app.state.hub.answers(ALIVE_S),
    )
    try:
        with status_server(settings, "web_status_port", watched):
            server.run(sockets=[listener])
    finally:
        stop.set()


def configured(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """Return the server configuration: trusted proxies and timeouts. Raises SettingsError."""
    proxies = trusted_proxies(settings)
    return uvicorn.Config(
        app,
        http=GuardedProtocol,
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        server_header=False,
        timeout_keep_alive=SILENT_S,
        ws_max_size=MAX_MESSAGE,
        timeout_graceful_shutdown=GRACE_S,
    )


def _allow_files() -> None:
    """Raise this process's limit of open files to what connections may need, where the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def _beat(stop: threading.Event, app: FastAPI) -> None:
    """Send heartbeats to the database until stopped."""
    heartbeat = Heartbeat(app.state.settings.heartbeat(NAME))
    while not stop.is_set():
        if works := app.state.hub.answers(ALIVE_S):
            with contextlib.suppress(StoreError):  # `ready` says so
                heartbeat.beat(app.state.live_db, app.state.clock(), {})
        stop.wait(BEAT_EVERY_S if works else 1)


def _end(stop: threading.Event, app: FastAPI, server: uvicorn.Server) -> None:
    """End the open streams first, so that uvicorn need not wait for them."""
    stop.wait()
    app.state.hub.close()
    server.should_exit = True
