"""Occupancy now: once, as server-sent events, or over a WebSocket. All three send the same JSON."""

from fastapi import APIRouter, Request, Response, WebSocket
from starlette.responses import StreamingResponse

from api.answers import FRESH
from api.deps import Db, Now, SiteId, known_name, needs
from api.live import Hub, frame
from besok.model.views.live import SiteLive
from besok.model.views.public import PublicSite
from besok.services.public import get_public

router = APIRouter(tags=["Live"])


@router.get(
    "/sites/{site}/live",
    response_model=SiteLive,
    summary="A site and its spaces now",
    dependencies=[needs("read")],
)
async def live(site: SiteId, request: Request) -> Response:
    """People in each space with the 80 % interval, how fresh that is, and the visits of the day so far."""
    hub: Hub = request.app.state.hub
    text = frame(await hub.read(known_name(site, "site")))
    return Response(text, media_type="application/json", headers=FRESH)


@router.get(
    "/sites/{site}/free",
    response_model=PublicSite,
    summary="Free seats and quiet hours, for anybody",
    dependencies=[needs("open")],
)
def free(site: SiteId, db: Db, now: Now) -> PublicSite:
    """Return what the public page shows: figures rounded to fives, that change every five minutes."""
    return get_public(db, known_name(site, "site"), now)


@router.get(
    "/sites/{site}/live/stream",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "Each event's data is the JSON of `live`"}
    },
    summary="The same at each change, as server-sent events",
    dependencies=[needs("read")],
)
async def stream(site: SiteId, request: Request) -> StreamingResponse:
    """Send a snapshot at once, the whole JSON at each change (at most four a second), else `{"beat":1}` after 15 s."""
    hub: Hub = request.app.state.hub
    return await hub.events(site)


@router.websocket("/sites/{site}/live/ws")
async def socket(site: str, ws: WebSocket) -> None:
    """Return the frames of `live/stream` as text messages."""
    hub: Hub = ws.app.state.hub
    await hub.converse(ws, site)
