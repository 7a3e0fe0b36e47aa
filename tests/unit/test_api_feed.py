"""The feed of a site's screens, without a database."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api import live
from api.live import BEAT, Feed, frame
from besok.model.errors import StoreUnavailable
from besok.model.site import Text
from besok.model.views.live import SiteLive

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
EMPTY = SiteLive(
    site="huset", name=Text(sv="Huset", en="The house"), time=NOW, sandbox=True, is_open=True,
    open_until=None, opens_at=None, visits_today=0.0, visits_last_week=None, spaces=(),
)  # fmt: skip


class Source:
    """A site whose visits grow when told, and which may be out of reach."""

    def __init__(self) -> None:
        self.state, self.reads, self.down = EMPTY, 0, False

    def __call__(self) -> SiteLive:
        self.reads += 1
        if self.down:
            raise StoreUnavailable("away")
        return replace(self.state, time=NOW + timedelta(seconds=self.reads))

    def visits(self, count: float) -> None:
        self.state = replace(EMPTY, visits_today=count)


pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """The feed's rhythm, a hundred times as fast."""
    monkeypatch.setattr(live, "BEAT_S", 0.15)
    monkeypatch.setattr(live, "AGAIN_S", 0.01)


def fast_feed(source: Source) -> Feed:
    return Feed(source, gap_s=0.0025)


async def said(screen: live.Screen, wanted: Callable[[str | None], bool]) -> str | None:
    """The next text that is `wanted`."""
    async with asyncio.timeout(10):
        while not wanted(text := text_of(await screen.get())):
            pass
        return text


def text_of(item: live.Snapshot | str | None) -> str | None:
    return frame(item.live) if isinstance(item, live.Snapshot) else item


def visits(count: float) -> Callable[[str | None], bool]:
    return lambda text: bool(text) and f'"visits_today":{count}' in str(text)


async def test_a_screen_gets_a_snapshot_then_changes() -> None:
    source = Source()
    feed = fast_feed(source)
    first = feed.join()
    await said(first, visits(0.0))
    late = feed.join()
    assert text_of(late.get_nowait()) == frame(replace(EMPTY, time=NOW + timedelta(seconds=1)))
    source.visits(1.0)
    feed.touch()
    await said(first, visits(1.0))
    await said(late, visits(1.0))
    assert not feed.leave(first)
    assert feed.leave(late)


async def test_a_snapshot_is_rendered_once_in_each_form() -> None:
    made: list[SiteLive] = []

    def render(site: SiteLive) -> str:
        made.append(site)
        return site.name.sv

    snapshot = live.Snapshot(EMPTY)
    assert await asyncio.gather(*(snapshot.text("sv", render) for _ in range(5))) == ["Huset"] * 5
    assert await snapshot.text("", frame) == frame(EMPTY)
    assert made == [EMPTY]


async def test_a_change_without_a_notice_shows_at_the_next_beat() -> None:
    source = Source()
    feed = fast_feed(source)
    screen = feed.join()
    await said(screen, visits(0.0))
    source.visits(7.0)
    await said(screen, visits(7.0))
    feed.leave(screen)


async def test_a_burst_becomes_a_few_reads() -> None:
    source = Source()
    feed = fast_feed(source)
    screen = feed.join()
    await said(screen, visits(0.0))
    for count in range(1, 1001):
        source.visits(float(count))
        feed.touch()
    await said(screen, visits(1000.0))
    assert source.reads < 20
    feed.leave(screen)


async def test_a_slow_screen_loses_the_oldest_and_keeps_the_latest() -> None:
    feed = fast_feed(Source())
    screen = feed.join()
    for number in range(100):
        feed.send(str(number))
    assert [screen.get_nowait() for _ in range(live.WAITING)] == ["96", "97", "98", "99"]
    feed.leave(screen)


async def test_no_beat_while_the_database_is_away_and_news_when_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = Source()
    feed = fast_feed(source)
    screen = feed.join()
    await said(screen, visits(0.0))
    source.down = True
    feed.touch()
    reads = source.reads
    while source.reads < reads + 5:
        await asyncio.sleep(0.001)
    while not screen.empty():
        assert screen.get_nowait() != BEAT or source.reads <= reads + 1
    source.visits(3.0)
    source.down = False
    await said(screen, visits(3.0))
    feed.leave(screen)
    assert "live figures cannot be read: away" in caplog.text


async def test_without_news_there_are_beats_and_no_frames_whatever_is_noticed() -> None:
    feed = fast_feed(Source())
    screen = feed.join()
    await said(screen, visits(0.0))

    async def knock() -> None:
        while True:
            feed.touch()
            await asyncio.sleep(0.01)

    knocking = asyncio.create_task(knock())
    assert await said(screen, bool) == BEAT
    knocking.cancel()
    feed.leave(screen)
