"""Live: one listener on the database, one reading of a site per change, one text for all its screens.

A site that somebody watches has a `Feed`: a task that reads the site when it was told that something changed, at most
four times a second, and hands the text to each screen's short queue. A slow screen loses the oldest text, which a whole
snapshot makes harmless. After 15 seconds without a frame the feed reads anew, so that a sensor gone silent shows
without any news, and sends at least a beat. A feed that cannot read the database sends neither and takes no new
screens: they then see that nothing is known.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace

from pydantic import TypeAdapter

from api.deps import Clock
from besok import services
from besok.model.errors import BesokError
from besok.model.views.live import SiteLive
from besok.store import notify
from besok.store.database import Database

log = logging.getLogger(__name__)

BEAT = '{"beat":1}'
BEAT_S = 15.0
AGAIN_S = 1.0  # seconds until the next try when the database does not answer
GAP_S = 0.25  # seconds between two frames of a site: what the eye can follow
WAITING = 4  # frames a slow screen may be behind

Screen = asyncio.Queue[str | None]  # None: the stream ends
_JSON = TypeAdapter(SiteLive)


def frame(live: SiteLive) -> str:
    """A site now, as the text that every screen gets."""
    return _JSON.dump_json(live).decode()


class Feed:
    """The screens of one site, and the task that keeps them up to date; `known` while the database answers."""

    def __init__(self, read: Callable[[], SiteLive]) -> None:
        self.known = False
        self._read = read
        self._changed = asyncio.Event()
        self._screens: set[Screen] = set()
        self._last: SiteLive | None = None
        self._text: str | None = None
        self._sent = 0.0  # when the screens were last told anything, on the loop's clock
        self._task = asyncio.create_task(self._run())

    def join(self) -> Screen:
        """A new screen; it gets the latest text at once, or the first as soon as it is read."""
        screen: Screen = asyncio.Queue(WAITING)
        if self.known and self._text is not None:
            screen.put_nowait(self._text)
        self._screens.add(screen)
        return screen

    def leave(self, screen: Screen) -> bool:
        """Take a screen away. True if it was the last: then the feed has ended."""
        self._screens.discard(screen)
        if not self._screens:
            self._task.cancel()
        return not self._screens

    def touch(self) -> None:
        """Something may have changed: look soon."""
        self._changed.set()

    def send(self, text: str | None) -> None:
        """Give `text` to every screen; a full queue loses its oldest."""
        self._sent = asyncio.get_running_loop().time()
        for screen in self._screens:
            if screen.full():
                screen.get_nowait()
            screen.put_nowait(text)

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            self._changed.clear()
            self.known = await self._refresh()
            if self.known and clock() >= self._sent + BEAT_S:
                self.send(BEAT)
            await asyncio.sleep(GAP_S)
            with contextlib.suppress(TimeoutError):
                pause = self._sent + BEAT_S - clock() if self.known else AGAIN_S
                await asyncio.wait_for(self._changed.wait(), pause)

    async def _refresh(self) -> bool:
        """Read the site and send it on if it says anything new. False if the database does not answer."""
        try:
            live, text = await asyncio.to_thread(self._snapshot)
        except BesokError as exc:
            if self.known:  # once, however long it lasts
                log.warning("live figures cannot be read: %s", exc, extra={"action": "live_failed"})
            return False
        except Exception:  # a feed that died would leave its screens frozen for good
            log.exception("live figures cannot be made", extra={"action": "live_failed"})
            return False
        if self._last is None or replace(live, time=self._last.time) != self._last:
            self._last, self._text = live, text
            self.send(text)
        return True

    def _snapshot(self) -> tuple[SiteLive, str]:
        live = self._read()
        return live, frame(live)


class Hub:
    """All live screens of this process. Used on the event loop, except `close` and the listener's thread."""

    def __init__(self, db: Database, url: str, clock: Clock) -> None:
        self._db, self._url, self._clock = db, url, clock
        self._feeds: dict[str, Feed] = {}
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

    def close(self) -> None:
        """End every stream and the listener, from any thread. What joins later ends at once."""
        self._stop.set()
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_streams)

    def read(self, site: str) -> SiteLive:
        """A site now. Raises NotFound and StoreUnavailable."""
        return services.live(self._db, site, self._clock())

    async def check(self, site: str) -> None:
        """Raise NotFound or StoreUnavailable before a stream of `site` begins, where that is not known already."""
        feed = self._feeds.get(site)
        if not (feed and feed.known):
            await asyncio.to_thread(self.read, site)

    async def frames(self, site: str) -> AsyncGenerator[str]:
        """The texts for one screen of `site`: a snapshot at once, one at each change, and beats; until `close`."""
        feed = self._feeds.get(site) or self._feeds.setdefault(site, Feed(lambda: self.read(site)))
        screen = feed.join()
        try:
            while not self._stop.is_set() and (text := await screen.get()) is not None:
                yield text
        finally:
            if feed.leave(screen):
                del self._feeds[site]

    def _listen(self) -> None:
        for notice in notify.listen(self._url, ("occupancy", "sites"), self._stop):
            with contextlib.suppress(RuntimeError):  # the loop is gone: so are the screens
                assert self._loop
                self._loop.call_soon_threadsafe(self._touch, notice)

    def _touch(self, notice: notify.Notice) -> None:
        """Look at the site with new figures, or at all (after a reconnection, a new site file)."""
        for site, feed in self._feeds.items():
            if notice.channel != "occupancy" or notice.payload == site:
                feed.touch()

    def _end_streams(self) -> None:
        for feed in self._feeds.values():
            feed.send(None)
