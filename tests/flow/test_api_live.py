"""Live screens over HTTP: a snapshot at once, each change, and an end within seconds."""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import psycopg
import pytest
from pydantic import SecretStr
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from besok.model.settings import Settings
from besok.model.site import Site
from besok.model.views.live import SiteLive
from besok.store.database import Database
from besok.store.write import Batch, write
from jobs import work
from tests.patience import ANSWER_S
from tests.readings import passed

LIBRARY = "stadsbiblioteket"
LIVE = f"/api/v1/sites/{LIBRARY}/live"


@contextmanager
def screen(web: str, path: str = f"{LIVE}/ws", **more: Any) -> Iterator[ClientConnection]:
    """A WebSocket to the web service."""
    with connect(web.replace("http://", "ws://") + path, open_timeout=ANSWER_S, **more) as socket:
        yield socket


@pytest.fixture
def jobs(database_url: str) -> Iterator[None]:
    """The jobs at work on the test's database."""
    stop = threading.Event()
    thread = threading.Thread(
        target=work.run, args=(Settings(database_url=SecretStr(database_url)), stop), name="jobs"
    )
    thread.start()
    yield
    stop.set()
    thread.join(ANSWER_S)
    assert not thread.is_alive()


def visitors(db: Database, places: tuple[Site, ...], people: float) -> None:
    """People come in from outside, just now; nobody by the other doors, which have sent."""
    site = next(s for s in places if s.id == LIBRARY)
    entrance = next(p for p in site.portals if p.outer == "outside" and p.counted)
    sensor = next(s for s in site.sensors if s.portal == entrance.id and s.role == "primary")
    both = (None, people) if sensor.swapped else (people, None)
    now = datetime.now(UTC)
    for other in site.sensors:
        if other.portal and other is not sensor:
            none = passed(site.external_id(other), now, 0, None, period_s=0, channel=other.channel_key)
            write(db, Batch(readings=none))
    told = passed(site.external_id(sensor), now, *both, period_s=0, channel=sensor.channel_key)
    write(db, Batch(readings=told))


def settled(texts: Iterable[str | bytes], visits: float) -> dict[str, Any]:
    """The next frame that tells of so many visits and of the people inside: news of readings may come before these."""
    frames = (json.loads(text) for text in texts)
    return next(f for f in frames if f.get("visits_today") == visits and f["spaces"][0]["people"] is not None)


def frame_with(socket: ClientConnection, visits: float) -> dict[str, Any]:
    """The same of a screen."""
    return settled(iter(lambda: socket.recv(timeout=ANSWER_S), None), visits)


@pytest.mark.usefixtures("jobs")
def test_a_written_reading_changes_the_frames_of_every_screen(
    web: str, ask: httpx2.Client, db: Database, places: tuple[Site, ...]
) -> None:
    with screen(web) as first, screen(web) as second, ask.stream("GET", f"{LIVE}/stream") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store"
        events = (line.removeprefix("data: ") for line in stream.iter_lines() if line.startswith("data: "))
        for snapshot in (first.recv(timeout=ANSWER_S), second.recv(timeout=ANSWER_S), next(events)):
            assert json.loads(snapshot)["site"] == LIBRARY
        before = ask.get(LIVE).json()["visits_today"] or 0
        visitors(db, places, 7)
        frames = [frame_with(first, before + 7), frame_with(second, before + 7), settled(events, before + 7)]
        assert frames[0] == frames[1] == frames[2]
        assert set(frames[0]) == set(SiteLive.__dataclass_fields__)
        assert frames[0]["spaces"][0]["people"] is not None


@pytest.mark.usefixtures("jobs")
def test_who_comes_later_gets_the_latest_at_once(web: str, db: Database, places: tuple[Site, ...]) -> None:
    with screen(web) as first:
        first.recv(timeout=ANSWER_S)
        visitors(db, places, 3)
        latest = frame_with(first, 3)
        with screen(web) as second:
            told = json.loads(second.recv(timeout=ANSWER_S))
            while told != latest:  # a minute has begun since, of which the first is told too
                assert latest["time"] < told["time"]
                latest = frame_with(first, 3)


@pytest.mark.usefixtures("jobs")
def test_screens_live_on_when_the_database_drops_its_connections(
    web: str, db: Database, database_url: str, places: tuple[Site, ...]
) -> None:
    with screen(web) as socket:
        socket.recv(timeout=ANSWER_S)
        with psycopg.connect(database_url, autocommit=True) as conn:
            conn.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and usename = current_user and pid <> pg_backend_pid()"
            )
        visitors(db, places, 5)
        frame_with(socket, 5)


def test_an_unknown_site_closes_the_screen_with_its_reason(quiet_web: str) -> None:
    for name in ("slottet", "%00", "a" * 3000):
        with (
            screen(quiet_web, f"/api/v1/sites/{name}/live/ws") as socket,
            pytest.raises(ConnectionClosed) as closed,
        ):
            socket.recv(timeout=ANSWER_S)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4404
        assert closed.value.rcvd.reason


def test_what_a_screen_says_is_not_listened_to(quiet_web: str) -> None:
    with screen(quiet_web) as socket:
        socket.recv(timeout=ANSWER_S)
        for text in ("hello", "{", "x" * 100_000):
            socket.send(text)
        socket.send(b"\xff\x00")
    with screen(quiet_web) as socket:
        socket.recv(timeout=ANSWER_S)


def test_streams_end_with_the_service(web: str, stop_web: threading.Event) -> None:
    with screen(web) as socket, httpx2.stream("GET", f"{web}{LIVE}/stream", timeout=ANSWER_S) as stream:
        socket.recv(timeout=ANSWER_S)
        lines = stream.iter_lines()
        next(lines)
        stop_web.set()
        assert not [line for line in lines if '"error"' in line]  # it ends by itself, and cleanly
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                socket.recv(timeout=ANSWER_S)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code in (1001, 1012)
