"""How full it is now: once, as server-sent events, or over a WebSocket. All three send the same JSON."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response, WebSocket
from starlette.responses import StreamingResponse

from api.answers import FRESH
from api.deps import Db, Now, known_name
from api.live import Hub, frame
from api.security import same_origin
from besok import services
from besok.model.errors import BesokError, NotFound
from besok.model.views.live import SiteLive

router = APIRouter(tags=["Live"])

STREAM_HEADERS = FRESH | {"X-Accel-Buffering": "no"}  # a proxy must hand each event on at once
AGAIN_MS = 3000
NO_SUCH_SITE, FOREIGN_ORIGIN, GOING_AWAY, TRY_LATER = 4404, 4403, 1001, 1013  # why a WebSocket was closed


@router.get("/sites/{site}/live", response_model=SiteLive, summary="A site and its spaces now")
def live(site: str, db: Db, now: Now) -> Response:
    """People in each space with the 80 % interval, how fresh that is, and the visits of the day so far."""
    text = frame(services.live(db, known_name(site, "site"), now))
    return Response(text, media_type="application/json", headers=FRESH)


@router.get(
    "/sites/{site}/live/stream",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "Each event's data is the JSON of `live`"}
    },
    summary="The same at each change, as server-sent events",
)
async def stream(site: str, request: Request) -> StreamingResponse:
    """A snapshot at once, the whole JSON at each change (at most four a second), else `{"beat":1}` after 15 s."""
    hub: Hub = request.app.state.hub
    await hub.check(known_name(site, "site"))
    return StreamingResponse(_events(hub, site), media_type="text/event-stream", headers=STREAM_HEADERS)


async def _events(hub: Hub, site: str) -> AsyncIterator[str]:
    yield f"retry: {AGAIN_MS}\n\n"
    async with contextlib.aclosing(hub.frames(site)) as frames:
        async for text in frames:
            yield f"data: {text}\n\n"


@router.websocket("/sites/{site}/live/ws")
async def socket(site: str, ws: WebSocket) -> None:
    """The frames of `live/stream` as text messages; what the other side says is not listened to."""
    if not same_origin(ws.headers.get("origin"), ws.headers.get("host")):
        return await ws.close(FOREIGN_ORIGIN)
    hub: Hub = ws.app.state.hub
    await ws.accept()
    try:
        await hub.check(known_name(site, "site"))
    except NotFound as exc:
        return await ws.close(NO_SUCH_SITE, str(exc))
    except BesokError:
        return await ws.close(TRY_LATER, "the database cannot answer now")
    return await _talk(ws, hub, site)


async def _talk(ws: WebSocket, hub: Hub, site: str) -> None:
    """Send frames until the browser is gone or the hub closes."""
    sending, gone = asyncio.create_task(_send(ws, hub, site)), asyncio.create_task(_hear(ws))
    try:
        await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ended = sending.done() and not gone.done()
        sending.cancel()
        gone.cancel()
        await asyncio.gather(sending, gone, return_exceptions=True)
    if ended:
        with contextlib.suppress(RuntimeError):  # it went in the same moment
            await ws.close(GOING_AWAY)


async def _send(ws: WebSocket, hub: Hub, site: str) -> None:
    async with contextlib.aclosing(hub.frames(site)) as frames:
        async for text in frames:
            await ws.send_text(text)


async def _hear(ws: WebSocket) -> None:
    while (await ws.receive())["type"] != "websocket.disconnect":
        pass
