"""Occupancy from the sensor's message to the API: intervals, nights without ghosts, late data, a killed worker."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import psycopg
import pytest
from servers import await_days, working

from besok.model import calendar
from besok.model.settings import Settings
from besok.model.site import Site
from besok.model.sitefile import parse
from besok.store import sites
from besok.store.database import Database
from tests.sitetext import door, sensor, site, space

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("Europe/Stockholm")
Fixture = Callable[..., Any]

# The business day begins twelve hours away, so that these tests never meet its boundary.
DAY_START = (datetime.now(ZONE).hour + 12) % 24
OPEN = f"{DAY_START + 3:02}:00-{DAY_START + 17:02}:00"  # from three hours into the business day to seven before its end

QUARTERS = "interval_s = 900"
HOUSE = "".join(
    (
        site("HOUSE", ("Huset", "The house"), "OPEN", 'day_start = "DAY_START:00"\ncapacity = 300'),
        space("room", ("Rum", "Room"), "capacity = 80"), space("studio", ("Studio", "Studio")),
        door("entrance", ("Entré", "Entrance"), "HOUSE"), door("door", ("Dörr", "Door"), "room", "HOUSE"),
        sensor("entrance", more=QUARTERS), sensor("door", more=QUARTERS),
        sensor("camera", 'space = "studio"', QUARTERS),
    )
)  # fmt: skip


@pytest.fixture
def place(db: Database, house: str) -> Site:
    """A house that is open fourteen hours, with two doors and a camera."""
    text = HOUSE.replace("HOUSE", house).replace("DAY_START", f"{DAY_START:02}").replace("OPEN", OPEN)
    site_file = parse(text)
    sites.apply(db, site_file)
    return site_file.sites[0]


def messages(site: Site, day: date, until: datetime, missed: float = 0.0) -> list[tuple[str, dict[str, Any]]]:
    """A day in quarters: 12 people come in each of the first eight hours; all leave by closing, `missed` unseen."""
    begins, ends = calendar.day_bounds(day, site)
    ((opens, closes),) = calendar.open_intervals(day, site)
    sent = []
    for n in range((min(ends, until) - begins) // timedelta(minutes=15)):
        end = begins + (n + 1) * timedelta(minutes=15)
        comes, goes = opens < end <= closes - timedelta(hours=6), closes - timedelta(hours=6) < end <= closes
        people = {"in": 12 if comes else 0, "out": round(16 * (1 - missed)) if goes else 0}
        flow = {"time": end.isoformat(), "period_s": 900, **people}
        inner = {"time": end.isoformat(), "period_s": 900, "in": people["in"] // 4, "out": people["out"] // 4}
        camera = {"time": (end - timedelta(minutes=1)).isoformat(), "people": 2 if comes or goes else 0}
        sent += [("entrance/flow", flow), ("door/flow", inner), ("camera/level", camera)]
    return sent


def number_of_readings(sent: list[tuple[str, dict[str, Any]]]) -> int:
    return sum(1 + ("in" in message) for _, message in sent)


def known(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Points with a figure; each must have its interval around it."""
    found = [p for p in points if p["people"] is not None]
    for p in found:
        assert p["lower"] is not None and p["upper"] is not None, p
        assert 0 <= p["lower"] <= p["people"] <= p["upper"], p
        assert p["peak_lower"] <= p["peak"] <= p["peak_upper"], p
        assert p["basis"] in ("doors", "people", "presence"), p
    return found


def asked(ask: httpx2.Client, site: Site, space: str, day: date) -> list[dict[str, Any]]:
    query = f"space={space}&from={day}&to={day}&step=15min"
    points: list[dict[str, Any]] = ask.get(f"/api/v1/sites/{site.id}/occupancy?{query}").json()
    return points


def test_a_day_that_is_over_is_smoothed_and_leaves_no_ghosts_and_late_data_smooths_it_again(
    settings: Settings, database_url: str, place: Site, ask: httpx2.Client, collect: Fixture, publish: Fixture,
    readings: Fixture, wait_for: Fixture,
) -> None:  # fmt: skip
    day = calendar.business_day(datetime.now(UTC), place) - timedelta(days=1)
    ((opens, closes),) = calendar.open_intervals(day, place)
    sent = messages(place, day, closes + timedelta(days=1), missed=0.2)
    morning = (opens.isoformat(), (opens + timedelta(hours=2)).isoformat())
    late = [m for m in sent if m[0] == "entrance/flow" and morning[0] < m[1]["time"] <= morning[1]]
    early = [m for m in sent if m not in late]
    with collect(settings), working(database_url):
        publish(early)
        wait_for(lambda: len(readings()) == number_of_readings(early))  # they come in several batches
        await_days(database_url)
        before = finished(asked(ask, place, place.id, day))
        assert len(before) == 96
        publish(late)
        wait_for(lambda: len(readings()) == number_of_readings(sent))
        await_days(database_url)
        after = finished(asked(ask, place, place.id, day))
        assert len(after) == 96 and after != before
        for space in (place.id, "room", "studio"):
            points = known(asked(ask, place, space, day))
            assert all(p["final"] for p in points)
            busy = [p for p in points if datetime.fromisoformat(p["start"]) == closes - timedelta(hours=6)]
            assert busy[0]["people"] > 1, space
            night = [p for p in points if datetime.fromisoformat(p["start"]) >= closes + timedelta(hours=1)]
            assert len(night) == 24 and max(p["people"] for p in night) < 1, space
            assert max(p["upper"] for p in night) < 8, space
        raw = asked(ask, place, place.id, day)[-1]["raw"]
        assert raw > 40  # what counting alone would leave in the house


def finished(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [p for p in points if p["final"]]


def figures(url: str, until: datetime) -> list[tuple[Any, ...]]:
    """All that the worker has written of the quarters that were over at a moment."""
    quarter = until.replace(minute=until.minute // 15 * 15, second=0, microsecond=0)
    with psycopg.connect(url) as conn:
        asked = (
            "select slug, m.* from occupancy_minute m join space using (space_id) where time < %s order by 1, time",
            "select slug, b.* from occupancy_bucket b join space using (space_id) where bucket < %s order by 1, bucket",
            "select day, learnt::text from occupancy_learnt where %s is not null order by day desc limit 1",
        )
        return [row for query in asked for row in conn.execute(query, (quarter,)).fetchall()]


def test_a_worker_that_is_killed_and_another_that_starts_over_come_to_the_same_figures(
    database_url: str, settings: Settings, place: Site, collect: Fixture, publish: Fixture, wait_for: Fixture,
    readings: Fixture,
) -> None:  # fmt: skip
    now = datetime.now(UTC)
    today = calendar.business_day(now, place)
    sent = messages(place, today - timedelta(days=2), now, missed=0.1) + messages(place, today, now)
    yesterday = messages(place, today - timedelta(days=1), now, missed=0.1)
    half = now - timedelta(hours=1)
    early = [m for m in sent if datetime.fromisoformat(m[1]["time"]) < half]
    command = [sys.executable, "-m", "cli.main", "work"]
    environment = os.environ | {"BESOK_DATABASE_URL": database_url}
    with collect(settings):
        publish(early)
        worker = subprocess.Popen(command, cwd=ROOT, env=environment)
        try:
            wait_for(lambda: len(figures(database_url, half)) > 1000)
            publish([m for m in sent if m not in early])
            publish(sent)  # and all of it again
            wait_for(lambda: last_minute(database_url) >= now.replace(second=0, microsecond=0))
        finally:
            worker.kill()
            worker.wait()
        with working(database_url):
            wait_for(lambda: settled(database_url, now))
            publish(yesterday)  # so what was learnt for today is to be learnt again
            wait_for(lambda: len(readings()) == number_of_readings(sent + yesterday))
            wait_for(lambda: settled(database_url, now))
            kept = figures(database_url, now)
    with psycopg.connect(database_url) as conn:
        conn.execute(
            "insert into dirty_day select distinct site_id, day from flow_day where day < %s", (today,)
        )
        conn.execute("delete from occupancy_minute where time >= %s", (calendar.day_bounds(today, place)[0],))
        conn.execute("delete from occupancy_bucket")
        conn.execute("delete from occupancy_learnt")
    with working(database_url):
        wait_for(lambda: settled(database_url, now))
        later = figures(database_url, now)
    assert later == kept
    assert len([row for row in kept if row[0] == place.id]) > 60


def last_minute(url: str) -> datetime:
    with psycopg.connect(url) as conn:
        (found,) = conn.execute("select max(time) from occupancy_minute").fetchone() or (None,)
    return found or datetime.min.replace(tzinfo=UTC)


def settled(url: str, now: datetime) -> bool:
    """Whether no past day waits, what they teach is known, and today is estimated with it."""
    with psycopg.connect(url) as conn:
        waits = "select count(*) from dirty_day"
        learnt = "select stale from occupancy_learnt order by day desc limit 1"
        waiting, stale = *conn.execute(waits).fetchone(), *(conn.execute(learnt).fetchone() or (True,))
    return not waiting and not stale and last_minute(url) >= now.replace(second=0, microsecond=0)


def test_live_numbers_have_interval_basis_and_age_and_a_headcount_moves_them_and_back(
    settings: Settings, database_url: str, place: Site, ask: httpx2.Client, collect: Fixture, publish: Fixture,
    wait_for: Fixture,
) -> None:  # fmt: skip
    """A headcount by the front door: posted like the phone does, shown once the worker has heard of it."""
    now = datetime.now(UTC)

    def live() -> dict[str, dict[str, Any]]:
        answer = ask.get(f"/api/v1/sites/{place.id}/live").json()
        return {s["space"]: s for s in answer["spaces"]}

    def shown() -> float:
        return live()["room"]["people"] or 0.0

    with collect(settings), working(database_url):
        said = messages(place, calendar.business_day(now, place), now)
        publish(said)
        # The messages of the whole day come in several batches: the last of them are those of now, and
        # estimated a little later.
        wait_for(lambda: all(s["people"] is not None and s["freshness"] == "live" for s in live().values()))
        raw = {
            space: sum(message["in"] - message["out"] for name, message in said if name == line)
            for space, line in ((place.id, "entrance/flow"), ("room", "door/flow"))
        }
        wait_for(lambda: {space: live()[space]["raw"] for space in raw} == raw)
        for space in live().values():
            assert space["lower"] <= space["people"] <= space["upper"]
            assert space["upper"] > space["lower"] or space["people"] == 0
            assert space["heard"] and space["time"]
        assert live()["studio"]["basis"] == "people"
        assert live()[place.id]["basis"] == live()["room"]["basis"] == "doors"
        points = [
            p for space in live() for p in known(asked(ask, place, space, calendar.business_day(now, place)))
        ]
        assert points and not any(p["final"] for p in points)

        before = shown()
        count = {"id": str(uuid.uuid4()), "space": "room", "people": round(before) + 40, "counted_by": "Kim"}
        moment = datetime.now(UTC).isoformat()
        sent = ask.post(
            f"/api/v1/sites/{place.id}/headcounts", json={**count, "time": moment, "sent": moment}
        )
        assert sent.status_code == 201, sent.text
        wait_for(lambda: shown() > before + 20)
        (kept,) = ask.get(f"/api/v1/sites/{place.id}/headcounts").json()["counts"]
        assert abs(kept["estimate"] - before) < 5  # it is judged by what was said before it
        undone = ask.post(
            f"/api/v1/sites/{place.id}/headcounts/{count['id']}/undo",
            json={"by": "Kim", "reason": "another room"},
        )
        assert undone.status_code == 200
        wait_for(lambda: shown() < before + 5)
