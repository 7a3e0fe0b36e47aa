"""The API: FastAPI under /api, which reads and writes through besok.services."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

from fastapi import FastAPI, HTTPException

from api import description, docs, errors, security
from api.deps import Clock, utc_now
from api.live import Hub
from api.measured import Measures
from api.reports import Reports
from api.routes import (
    accounts,
    alerts,
    attention,
    calendar,
    catalogue,
    counting,
    figures,
    floor_plans,
    forecast,
    hand_counts,
    headcounts,
    imports,
    ledger,
    live,
    mappings,
    operation,
    periods,
    places,
    quarantine,
    scenarios,
    site_editing,
    usage,
    voids,
)
from api.sign_in import admin
from api.sign_in import routes as sign_in
from api.sign_in.gate import Gate
from besok.model.settings import Settings
from besok.store.database import Database

GATE_POOL = 2  # connections that find out who asks, so that heavy pages keep nobody out
WAIT_S = 3.0  # for a database connection; a caller shall rather hear 503 than nothing
LIVE_S, PAGE_S, REPORT_S = 3.0, 15.0, 60.0  # that one statement may take
LEAST = 2  # connections of each purpose
MAX_BODY = 1_000_000  # bytes of a request; only files of counts are larger

ABOUT = """
Visitors to libraries and parks: visits, occupancy and progress towards a target.

Times are UTC. Days are **business days** of the site (from 04:00 local time unless it says otherwise). `null` means
*not known* and is never zero. An error is a problem (RFC 9457): `detail`, and `error` with the same words, say what
happened and what to do.
"""


def create_app(settings: Settings, clock: Clock = utc_now) -> FastAPI:
    """Return the API with its connection pools and live hub, which open with the server's lifespan.

    They are in `app.state`: `db` for pages and small queries, `live_db` for live figures, `reports` for expensive
    queries, and `gate` identifies callers, so that none of them waits for another.
    """
    url, few = settings.database_url.get_secret_value(), max(settings.database_pool // 4, LEAST)
    pages = max(settings.database_pool - 2 * few, LEAST)
    db = Database(url, pages, WAIT_S, statement_s=PAGE_S)
    live = Database(url, few, WAIT_S, statement_s=LIVE_S)
    reports = Database(url, few, WAIT_S, statement_s=REPORT_S, one_core=True)
    known = Database(url, GATE_POOL, WAIT_S, statement_s=LIVE_S)
    gate = Gate(known, settings)
    hub = Hub(live, url, clock, threads=few)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with db, live, reports, known:
            async with hub.running():
                yield

    server = FastAPI(
        title="Besök",
        version="1",
        description=ABOUT,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        max_body_size=MAX_BODY,
    )
    server.state.db, server.state.hub, server.state.clock = db, hub, clock
    server.state.settings = settings
    server.state.live_db, server.state.reports = live, Reports(reports, few)
    server.state.gate, server.state.csp = gate, security.POLICY
    server.state.measures = Measures()
    errors.install(server)
    _install_routes(server)
    return server


def _install_routes(server: FastAPI) -> None:
    for part in (
        places,
        catalogue,
        live,
        figures,
        calendar,
        ledger,
        forecast,
        mappings,
        operation,
        periods,
        quarantine,
        counting,
        headcounts,
        imports,
        hand_counts,
        attention,
        alerts,
        usage,
        accounts,
        voids,
        site_editing,
        floor_plans,
        scenarios,
    ):
        server.router.routes += part.router.routes  # as they are: to include them makes each once more
    server.include_router(sign_in.router)
    server.include_router(admin.router)
    docs.install(server)
    description.install(server)
    # Last of ours, and before the dashboard's own catch-all, which would answer a slip with a web page.
    server.add_api_route("/api/{rest:path}", _unknown, response_model=None, include_in_schema=False)


def _unknown(rest: str) -> NoReturn:
    raise HTTPException(404, f"there is nothing at /api/{rest[:100]}; /api/docs lists what there is")
