"""The live streams, `/live/SITE` of the board and `/live` of the overview: what `live.js` puts in place."""

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, FastAPI, Request, WebSocket
from starlette.responses import StreamingResponse

from besok.model.views.live import SiteLive
from besok.model.views.overview import Overview
from besok.services import access
from besok.store import sites
from besok.store.alerts import listing
from besok.text.languages import language
from dashboard.components import alerts, live_parts, overview_parts


def install(server: FastAPI) -> None:
    """Add the stream to the web server, whose `state.hub` has the news of all sites."""
    router = APIRouter(prefix="/live", include_in_schema=False)

    def render(live: SiteLive) -> str:
        db = server.state.db
        told = alerts.mark(listing(db, live.time, live.site))
        return live_parts.update(live, sites.load(db, live.site), told)

    def overview() -> tuple[str, Callable[[Overview], str]]:
        """Return the form of the overview for whoever asks, who sees only its own sites."""
        who = access.caller()
        shown = partial(overview_parts.update, may=partial(who.may, "read"))
        return f"{language()} {sorted(map(str, who.grants))}", shown

    @router.get("/stream")
    async def all_stream(request: Request) -> StreamingResponse:
        answer: StreamingResponse = await request.app.state.hub.events("", *overview())
        return answer

    @router.websocket("/ws")
    async def all_socket(ws: WebSocket) -> None:
        await ws.app.state.hub.converse(ws, "", *overview())

    @router.get("/{site}/stream")
    async def stream(site: str, request: Request) -> StreamingResponse:
        answer: StreamingResponse = await request.app.state.hub.events(site, language(), render)
        return answer

    @router.websocket("/{site}/ws")
    async def socket(site: str, ws: WebSocket) -> None:
        await ws.app.state.hub.converse(ws, site, language(), render)

    server.include_router(router)
