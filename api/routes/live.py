"""Occupancy now: once, as server-sent events, or over a WebSocket. All three send the same JSON."""

from typing import Annotated

from fastapi import Response, WebSocket
from starlette.responses import StreamingResponse

from api.answers import FRESH
from api.deps import Db, Now, SiteId, known_name, of_app
from api.live import Hub, frame
from api.routing import Routes
from besok.model.views.live import SiteLive
from besok.model.views.public import PublicSite
from besok.services.public import get_public

router = Routes("Live")

Live = Annotated[Hub, of_app("hub")]


@router.reads("/sites/{site}/live", "read", "A site and its spaces now", response_model=SiteLive)
async def live(site: SiteId, hub: Live) -> Response:
    """People in each space with the 80 % interval, how fresh that is, and the visits of the day so far."""
    text = frame(await hub.read(known_name(site, "site")))
    return Response(text, media_type="application/json", headers=FRESH)


@router.reads(
    "/sites/{site}/free", "open", "Free seats and quiet hours, for anybody", response_model=PublicSite
)
def free(site: SiteId, db: Db, now: Now) -> PublicSite:
    """Return what the public page shows: figures rounded to fives, that change every five minutes."""
    return get_public(db, known_name(site, "site"), now)


@router.reads(
    "/sites/{site}/live/stream",
    "read",
    "The same at each change, as server-sent events",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "Each event's data is the JSON of `live`"}
    },
)
async def stream(site: SiteId, hub: Live) -> StreamingResponse:
    """Send a snapshot at once, the whole JSON at each change (at most four a second), else `{"beat":1}` after 15 s."""
    return await hub.events(site)


@router.websocket("/sites/{site}/live/ws")
async def socket(site: str, ws: WebSocket) -> None:
    """Return the frames of `live/stream` as text messages."""
    hub: Hub = ws.app.state.hub
    await hub.converse(ws, site)
