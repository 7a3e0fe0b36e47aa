"""The live stream of the board, `/live/SITE`: what changes on it, ready to be put in place by `live.js`."""

from fastapi import APIRouter, FastAPI, Request, WebSocket
from starlette.responses import StreamingResponse

from besok.model.views.live import SiteLive
from besok.store import sites
from besok.text.languages import language
from dashboard.components import live_parts


def install(server: FastAPI) -> None:
    """Add the stream to the web server, whose `state.hub` has the news of all sites."""
    router = APIRouter(prefix="/live", include_in_schema=False)

    def render(live: SiteLive) -> str:
        return live_parts.update(live, sites.load(server.state.db, live.site))

    @router.get("/{site}/stream")
    async def stream(site: str, request: Request) -> StreamingResponse:
        answer: StreamingResponse = await request.app.state.hub.events(site, language(), render)
        return answer

    @router.websocket("/{site}/ws")
    async def socket(site: str, ws: WebSocket) -> None:
        await ws.app.state.hub.converse(ws, site, language(), render)

    server.include_router(router)
