"""The live streams, `/live/SITE` of the board and `/live` of the overview: what `live.js` puts in place."""

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI, Request, WebSocket
from starlette.responses import StreamingResponse

from besok.model.views.live import SiteLive
from besok.services import access
from besok.services.floor_plan import get_drawn
from besok.store import sites
from besok.store.alerts import announced, listing
from besok.text.languages import language
from dashboard.components import floor_plan, live_parts, open_alerts, overview_parts


def install(server: FastAPI) -> None:
    """Add the stream to the web server, whose `state.hub` has the news of all sites."""
    router = APIRouter(prefix="/live", include_in_schema=False)

    def render(live: SiteLive) -> str:
        db = server.state.db
        alerts = open_alerts.mark(
            listing(db, live.time, live.site),
            announced(db, live.site, live.time),
            live.not_receiving_since,
        )
        place = sites.load(db, live.site)
        return live_parts.update(live, place, alerts, floor_plan.marks(get_drawn(db, place, live.time)))

    def form(site: str) -> tuple[str, Callable[[Any], str]]:
        """Return how a stream is told; that of all sites, which has no name, tells whoever asks of its own sites."""
        if site:
            return language(), render
        reader = access.caller()
        shown = partial(overview_parts.update, may=partial(reader.may, "read"))
        return f"{language()} {sorted(map(str, reader.grants))}", shown

    @router.get("/stream")
    @router.get("/{site}/stream")
    async def stream(request: Request, site: str = "") -> StreamingResponse:
        answer: StreamingResponse = await request.app.state.hub.events(site, *form(site))
        return answer

    @router.websocket("/ws")
    @router.websocket("/{site}/ws")
    async def socket(ws: WebSocket, site: str = "") -> None:
        await ws.app.state.hub.converse(ws, site, *form(site))

    server.include_router(router)
