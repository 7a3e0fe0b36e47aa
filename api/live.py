"""Live: one listener on the database, one reading of a site per change, one text of each form for all its screens.

A site that somebody watches has a `Feed`: a task that reads the site when it was told that something changed, at most
four times a second, and puts the snapshot into each screen's short queue. A slow screen loses the oldest, which a whole
snapshot makes harmless. After 15 seconds without one the feed reads again, so that an offline sensor shows without any
news, and sends at least a beat. A feed that cannot read the database sends neither and takes no new screens: they then
see that nothing is known.

A stream ends with the session or key that it was opened with: when that expires, when it is ended, and when news of
that may have been missed. The browser then asks again, as whoever it is.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from starlette.responses import StreamingResponse
from starlette.websockets import WebSocket

from api.answers import FRESH
from api.deps import Clock, known_name
from api.numbers import encode
from besok.model.errors import BesokError, NotAllowed, NotFound, SignInNeeded
from besok.model.views.live import SiteLive
from besok.model.views.overview import Overview
from besok.services import access
from besok.services.live import MINUTE, get_live
from besok.services.overview import get_overview
from besok.store import accounts, alerts, notify
from besok.store.database import Database

log = logging.getLogger(__name__)

BEAT = '{"beat":1}'
BEAT_S = 15.0
AGAIN_S = 1.0  # seconds until the next try when the database does not answer
GAP_S = 0.25  # seconds between two frames of a site: what the eye can follow
ALL = ""  # in place of a site: all of them at a glance
ALL_GAP_S = 2.0  # seconds between two frames of all sites, of which there is always some news
WAITING = 4  # frames a slow screen may be behind
STREAM_HEADERS = FRESH | {"X-Accel-Buffering": "no"}  # a proxy must hand each event on at once
AGAIN_MS = 3000
# Why a WebSocket was closed.
NO_ACCESS, NO_SUCH_SITE, GOING_AWAY, TRY_LATER = 4401, 4404, 1001, 1013
LONGEST_REASON = 123  # bytes (RFC 6455)
CLOSED = {NotFound: NO_SUCH_SITE, SignInNeeded: NO_ACCESS, NotAllowed: NO_ACCESS}
Seen = SiteLive | Overview
Render = Callable[[Any], str]  # of what is seen


def frame(live: SiteLive) -> str:
    """Return a site now, as JSON."""
    return encode(live).decode()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a site at a moment, and its text in each form that a screen has requested."""

    live: Seen
    texts: dict[str, asyncio.Future[str]] = field(default_factory=dict)

    async def text(self, form: str, render: Render) -> str:
        """Return the text in a form, rendered by `render` in a thread, once for all screens."""
        if form not in self.texts:
            self.texts[form] = asyncio.ensure_future(asyncio.to_thread(render, self.live))
        return await asyncio.shield(self.texts[form])


Screen = asyncio.Queue[Snapshot | str | None]  # a text is a beat; None ends the stream


class Feed:
    """The screens of one site, and the task that keeps them up to date; `known` while the database answers."""

    def __init__(
        self, read: Callable[[], Seen], threads: Executor | None = None, gap_s: float = GAP_S
    ) -> None:
        self.known = False
        self._read, self._threads, self._gap_s = read, threads, gap_s
        self._changed = asyncio.Event()
        self._screens: set[Screen] = set()
        self._last: Snapshot | None = None
        self._sent = 0.0  # when the screens were last told anything, on the loop's clock
        self._task = asyncio.create_task(self._run(), context=Context())  # in nobody's name

    def join(self) -> Screen:
        """Add a screen and return it; it gets the latest snapshot at once, or the first as soon as it is read."""
        screen: Screen = asyncio.Queue(WAITING)
        if self.known and self._last is not None:
            screen.put_nowait(self._last)
        self._screens.add(screen)
        return screen

    def leave(self, screen: Screen) -> bool:
        """Remove a screen. True if it was the last: then the feed has ended."""
        self._screens.discard(screen)
        if not self._screens:
            self._task.cancel()
        return not self._screens

    @property
    def screens(self) -> int:
        """Return the number of screens."""
        return len(self._screens)

    @property
    def shown(self) -> datetime | None:
        """Return the end of the minute that the screens show; None where they show none, or all sites."""
        live = self._last.live if self._last else None
        root = live.spaces[0] if isinstance(live, SiteLive) and live.spaces else None
        return root.time + MINUTE if root and root.time else None

    def touch(self, *, always_send: bool = False) -> None:
        """Look soon at what may have changed; `always_send` sends a snapshot even if the figures are the same."""
        if always_send:
            self._last = None
        self._changed.set()

    def send(self, item: Snapshot | str | None) -> None:
        """Give `item` to every screen; a full queue loses its oldest."""
        self._sent = asyncio.get_running_loop().time()
        for screen in self._screens:
            if screen.full():
                screen.get_nowait()
            screen.put_nowait(item)

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            self._changed.clear()
            self.known = await self._refresh()
            if self.known and clock() >= self._sent + BEAT_S:
                self.send(BEAT)
            await asyncio.sleep(self._gap_s)
            with contextlib.suppress(TimeoutError):
                pause = self._sent + BEAT_S - clock() if self.known else AGAIN_S
                await asyncio.wait_for(self._changed.wait(), pause)

    async def _refresh(self) -> bool:
        """Read the site and send it if it has changed. False if the database does not answer."""
        try:
            live = await asyncio.get_running_loop().run_in_executor(self._threads, self._read)
        except BesokError as exc:
            if self.known:  # once, however long it lasts
                log.warning("live figures cannot be read: %s", exc, extra={"action": "live_failed"})
            return False
        except Exception:  # a feed that died would leave its screens frozen for good
            log.exception("live figures cannot be made", extra={"action": "live_failed"})
            return False
        if self._last is None or replace(live, time=self._last.live.time) != self._last.live:
            self._last = Snapshot(live)
            self.send(self._last)
        return True


class Hub:
    """All live screens of this process. Used on the event loop, except `close` and the listener's thread."""

    def __init__(self, db: Database, url: str, clock: Clock, threads: int) -> None:
        self._threads = ThreadPoolExecutor(
            threads, "live"
        )  # of their own: pages and reports may hold the others
        self._db, self._url, self._clock = db, url, clock
        self._feeds: dict[str, Feed] = {}
        self._whose: dict[Screen, str] = {}  # account or key of each screen that has one
        self._stop = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._listen, name="live-listener", daemon=True)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Hub"]:
        """Listen to the database until the context ends; then end every stream."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        try:
            yield self
        finally:
            self.close()
            await asyncio.to_thread(self._thread.join)
            self._threads.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """End every stream and the listener, from any thread. What joins later ends at once."""
        self._stop.set()
        with contextlib.suppress(RuntimeError):  # the loop is gone: so are the streams
            if self._loop:
                self._loop.call_soon_threadsafe(self._end_streams)

    @property
    def streams(self) -> int:
        """Return the number of open streams."""
        return sum(feed.screens for feed in [*self._feeds.values()])

    def shown_age_s(self, now: datetime) -> float:
        """Return the age at `now` of the oldest figure of a site on a screen; 0 without screens."""
        shown = [feed.shown for feed in [*self._feeds.values()]]
        return max(((now - moment).total_seconds() for moment in shown if moment), default=0.0)

    def answers(self, wait_s: float) -> bool:
        """Tell whether the event loop takes a turn within `wait_s`; call it from any other thread."""
        turned = threading.Event()
        with contextlib.suppress(RuntimeError):  # the loop is gone
            if self._loop:
                self._loop.call_soon_threadsafe(turned.set)
                return turned.wait(wait_s)
        return False

    async def read(self, site: str) -> SiteLive:
        """Return a site now. Raises NotFound and StoreUnavailable."""
        context = copy_context()  # who asks
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, context.run, get_live, self._db, site, self._clock())

    def _read(self, site: str) -> Seen:
        now = self._clock()
        return get_overview(self._db, now) if site == ALL else get_live(self._db, site, now)

    async def check(self, site: str) -> None:
        """Raise before a stream of `site` begins: NotFound, StoreUnavailable; SignInNeeded, NotAllowed."""
        if site == ALL:
            access.require_anywhere("read")  # the text has only the sites of which the caller may know
            return
        access.require("read", site)
        feed = self._feeds.get(known_name(site, "site"))
        if not (feed and feed.known):
            await self.read(site)

    async def frames(self, site: str, form: str = "", render: Render = frame) -> AsyncGenerator[str]:
        """Yield the texts for one screen of `site`: a snapshot at once, one at each change, and beats; until `close`.

        `render` makes the text of a snapshot; `form` names it, and is the same for all screens that may share it.
        """
        feed = self._feeds.get(site) or self._feeds.setdefault(
            site, Feed(lambda: self._read(site), self._threads, ALL_GAP_S if site == ALL else GAP_S)
        )
        screen, who, loop = feed.join(), access.caller(), asyncio.get_running_loop()
        if who.principal:
            self._whose[screen] = who.principal
        lasts = (who.expires - self._clock()).total_seconds() if who.expires else None
        ending = loop.call_later(max(lasts, 0), _end, screen) if lasts is not None else None
        try:
            while not self._stop.is_set() and (item := await screen.get()) is not None:
                yield await item.text(form, render) if isinstance(item, Snapshot) else item
        finally:
            if ending:
                ending.cancel()
            self._whose.pop(screen, None)
            if feed.leave(screen):
                del self._feeds[site]

    async def events(self, site: str, form: str = "", render: Render = frame) -> StreamingResponse:
        """Yield the texts as server-sent events. Raises as `check`."""
        await self.check(site)

        async def texts() -> AsyncIterator[str]:
            yield f"retry: {AGAIN_MS}\n\n"
            async with contextlib.aclosing(self.frames(site, form, render)) as frames:
                async for text in frames:
                    yield f"data: {text}\n\n"

        return StreamingResponse(texts(), media_type="text/event-stream", headers=STREAM_HEADERS)

    async def converse(self, ws: WebSocket, site: str, form: str = "", render: Render = frame) -> None:
        """Send the texts over a WebSocket, until the browser disconnects or the hub closes; input is ignored."""
        await ws.accept()
        try:
            await self.check(site)
        except BesokError as exc:
            code = next((code for kind, code in CLOSED.items() if isinstance(exc, kind)), TRY_LATER)
            reason = str(exc) if code != TRY_LATER else "the database cannot answer now"
            await ws.close(code, reason.encode()[:LONGEST_REASON].decode(errors="ignore"))
            return
        sending = asyncio.create_task(self._send(ws, site, form, render))
        disconnected = asyncio.create_task(_hear(ws))
        try:
            await asyncio.wait({sending, disconnected}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = sending.done() and not disconnected.done()
            sending.cancel()
            disconnected.cancel()
            await asyncio.gather(sending, disconnected, return_exceptions=True)
        if ended:
            with contextlib.suppress(RuntimeError):  # it went in the same moment
                await ws.close(GOING_AWAY)

    async def _send(self, ws: WebSocket, site: str, form: str, render: Render) -> None:
        async with contextlib.aclosing(self.frames(site, form, render)) as frames:
            async for text in frames:
                await ws.send_text(text)

    def _listen(self) -> None:
        for notice in notify.listen(
            self._url, ("occupancy", "sites", alerts.CHANNEL, accounts.CHANNEL), self._stop
        ):
            with contextlib.suppress(RuntimeError):  # the loop is gone: so are the screens
                assert self._loop
                self._loop.call_soon_threadsafe(self._touch, notice)

    def _touch(self, notice: notify.Notice) -> None:
        """Look at a site with new figures, or at all (after a reconnection, a new site file); end what lost access."""
        for screen, whose in self._whose.items():
            if notice.channel == notify.RECONNECTED or (
                notice.channel == accounts.CHANNEL and notice.payload == whose
            ):
                _end(screen)
        if notice.channel == accounts.CHANNEL:
            return
        for site, feed in self._feeds.items():
            if (
                notice.channel in ("sites", notify.RECONNECTED)
                or site in (ALL, notice.payload)
                or not notice.payload
            ):
                feed.touch(always_send=notice.channel == alerts.CHANNEL)

    def _end_streams(self) -> None:
        for feed in self._feeds.values():
            feed.send(None)


def _end(screen: Screen) -> None:
    """End the stream of a screen: it gets nothing after this."""
    while not screen.empty():
        screen.get_nowait()
    screen.put_nowait(None)


async def _hear(ws: WebSocket) -> None:
    while (await ws.receive())["type"] != "websocket.disconnect":
        pass
