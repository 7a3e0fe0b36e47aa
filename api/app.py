"""The API: FastAPI under /api. It reads through besok.services, and keeps what people counted and write down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from starlette.requests import HTTPConnection

from api import docs, errors, security
from api.deps import Clock, utc_now
from api.live import Hub
from api.routes import (
    accounts,
    attention,
    calendar,
    counting,
    figures,
    forecast,
    ledger,
    live,
    mappings,
    operation,
    places,
    usage,
)
from api.sign_in import routes as sign_in
from api.sign_in.gate import Gate
from api.sign_in.middleware import WhoAsks
from besok.model.settings import Settings
from besok.services import access
from besok.store.database import Database

GATE_POOL = 2  # connections that find out who asks, so that heavy pages keep nobody out
WAIT_S = 3.0  # for a database connection; a caller shall rather hear 503 than nothing
MAX_BODY = 1_000_000  # bytes of a request; nothing here needs more

ABOUT = """
Visitors of libraries and parks: who came, how full it is, on the way to what.

Times are UTC. Days are **business days** of the site (from 04:00 local time unless it says otherwise). `null` means
*not known* and is never zero. An error is `{"error": "what happened and what to do"}`.
"""


def create_app(settings: Settings, clock: Clock = utc_now) -> FastAPI:
    """Return the API with its database and live hub, which open with the server's lifespan and live in `app.state`."""
    db = Database(settings.database_url.get_secret_value(), settings.database_pool, WAIT_S)
    known = Database(settings.database_url.get_secret_value(), GATE_POOL, WAIT_S)
    gate = Gate(known, settings)
    hub = Hub(db, settings.database_url.get_secret_value(), clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with db, known:
            async with hub.running():
                yield

    server = FastAPI(
        title="Besök",
        version="1",
        description=ABOUT,
        lifespan=lifespan,
        openapi_url=docs.OPENAPI,
        docs_url=None,
        redoc_url=None,
        max_body_size=MAX_BODY,
    )
    server.state.db, server.state.hub, server.state.clock = db, hub, clock
    server.state.gate, server.state.csp = gate, security.POLICY
    errors.install(server)
    _install_routes(server)
    server.add_middleware(WhoAsks, gate=gate, clock=clock)
    return server


def _install_routes(server: FastAPI) -> None:
    v1 = APIRouter(prefix="/api/v1", responses=errors.DOCUMENTED, dependencies=[Depends(_declared)])
    for part in (
        places,
        live,
        figures,
        calendar,
        ledger,
        forecast,
        mappings,
        operation,
        counting,
        attention,
        usage,
        accounts,
    ):
        v1.include_router(part.router)
    server.include_router(v1)
    server.include_router(sign_in.router)
    docs.install(server)
    # Last of ours, and before the dashboard's own catch-all, which would answer a slip with a web page.
    server.add_api_route("/api/{rest:path}", _unknown, response_model=None, include_in_schema=False)


async def _declared(asked: HTTPConnection) -> None:
    """Let only administrators into a route that does not say which right it needs; sockets ask the hub."""
    route = asked.scope["route"]
    declared = any(hasattr(needed.call, "right") for needed in route.dependant.dependencies)
    if asked.scope["type"] == "http" and not declared:
        access.require("administer")


def _unknown(rest: str) -> NoReturn:
    raise HTTPException(404, f"there is nothing at /api/{rest[:100]}; /api/docs lists what there is")
