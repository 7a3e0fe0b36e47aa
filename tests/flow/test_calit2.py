"""A real door's counts, sent twice and partly out of order, come out of the API exactly as they are in the file."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import numpy as np
import pytest
from servers import working

from besok.model.settings import Settings
from besok.model.site import OpeningHours, Portal, Sensor, Site, SiteFile, Text
from besok.store import sites
from besok.store.database import Database
from besok.store.quarantine_decisions import Chosen, decide
from tests.small_sites import week

Fixture = Callable[..., Any]
NAME = Text(sv="Huset", en="The house")
ALWAYS, UNTIL_ELEVEN = week("always"), week("06:00-23:00")
HALF_HOUR = timedelta(minutes=30)
OWN = Path(__file__).parents[1] / "data" / "door.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """People through the door in the half-hour that begins at `start`."""

    start: datetime
    people_in: int
    people_out: int

    @property
    def message(self) -> tuple[str, dict[str, Any]]:
        """As the device sends it when the half-hour is over."""
        end = self.start.astimezone(UTC) + HALF_HOUR
        return "door/flow", {
            "time": end.isoformat(),
            "period_s": 1800,
            "in": self.people_in,
            "out": self.people_out,
        }


def house_with_a_door(house: str, zone: str, day_start: time, opening: OpeningHours = ALWAYS) -> Site:
    """A site with one counted entrance."""
    return Site(
        id=house,
        kind="library",
        name=NAME,
        timezone=zone,
        opening=opening,
        day_start=day_start,
        spaces=(),
        portals=(Portal(id="entrance", name=NAME, outer="outside", inner=house),),
        sensors=(Sensor(device="door", portal="entrance", interval_s=1800),),
    )


def twice_and_out_of_order(counts: Iterable[Count]) -> list[tuple[str, dict[str, Any]]]:
    """Each message twice in a row, and then one in ten somewhere else."""
    sent = [count.message for count in counts for _ in range(2)]
    random = Random(1)
    for place in random.sample(range(len(sent)), len(sent) // 10):
        other = random.randrange(len(sent))
        sent[place], sent[other] = sent[other], sent[place]
    return sent


def totals(counts: Iterable[Count], day_start: time) -> dict[date, tuple[int, int]]:
    """The file's own sums: people in and out by business day."""
    sums: defaultdict[date, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for count in counts:
        day = count.start.date() - timedelta(days=count.start.time() < day_start)
        sums[day] = sums[day][0] + count.people_in, sums[day][1] + count.people_out
    return dict(sums)


def answered(ask: httpx2.Client, place: Site, days: Iterable[date]) -> dict[date, tuple[float, float]]:
    """The API's sums, checked to be the same from the door's side and from the visits'."""
    first, last = min(days), max(days)
    query = f"/api/v1/sites/{place.id}/%s?from={first}&to={last}&step=day"
    flows, visits = ask.get(query % "flows").json(), ask.get(query % "visits").json()
    zone = ZoneInfo(place.timezone)
    doors = {
        datetime.fromisoformat(f["start"]).astimezone(zone).date(): (f["people_in"], f["people_out"])
        for f in flows
    }
    assert {date.fromisoformat(v["day"]): v["gross"] for v in visits} == {d: n for d, (n, _) in doors.items()}
    return doors


def _held(db: Database) -> int:
    with db.transaction() as conn:
        row = conn.execute("select count(*) from quarantine").fetchone()
    return int(row[0]) if row else 0


def replayed(
    counts: list[Count], place: Site, settings: Settings, db: Database,
    collect: Fixture, publish: Fixture, count: Fixture, wait_for: Fixture,
) -> None:  # fmt: skip
    """Send the counts through the broker, wait until the collector has them, and release them: they are years late."""
    sites.apply(db, SiteFile(sites=(place,)))
    with collect(settings):
        publish(twice_and_out_of_order(counts))
        publish([replace(counts[0], start=counts[0].start - timedelta(days=7)).message])
        wait_for(lambda: _held(db) >= 2 * len(counts) + 2)
    door = Chosen(device=f"{place.id}/door")
    decide(db, "released", door, author="Kim", now=datetime.now(UTC), reason="an old series")
    assert count() == 2 * len(counts) + 2


def test_the_projects_own_series_over_the_night_the_clocks_go_back(
    settings: Settings, house: str, db: Database, ask: httpx2.Client, collect: Fixture, publish: Fixture,
    count: Fixture, wait_for: Fixture,
) -> None:  # fmt: skip
    with OWN.open() as file:
        counts = [
            Count(start=datetime.fromisoformat(r["start"]), people_in=int(r["in"]), people_out=int(r["out"]))
            for r in csv.DictReader(file)
        ]
    place = house_with_a_door(house, "Europe/Stockholm", time(4))
    replayed(counts, place, settings, db, collect, publish, count, wait_for)
    truth = totals(counts, time(4))
    assert len(truth) == 4
    assert answered(ask, place, truth) == truth


def test_calit2(
    shared: Path, settings: Settings, house: str, db: Database, ask: httpx2.Client, collect: Fixture, publish: Fixture,
    count: Fixture, wait_for: Fixture,
) -> None:  # fmt: skip
    file = shared / "data" / "calit2" / "counts_30min.csv"
    if not file.exists():
        pytest.skip(f"needs the counts of a real door in {file}")
    zone = ZoneInfo("America/Los_Angeles")
    with file.open() as lines:
        counts = [
            # Wall-clock stamps, 48 a day. On 30 October 2005 the hour from one to two comes twice, in the file once:
            # it is taken for the first.
            Count(
                start=datetime.fromisoformat(r["interval_start_local"]).replace(tzinfo=zone),
                people_in=int(r["in"]),
                people_out=int(r["out"]),
            )
            for r in csv.DictReader(lines)
        ]
    place = house_with_a_door(house, "America/Los_Angeles", time(0), UNTIL_ELEVEN)
    replayed(counts, place, settings, db, collect, publish, count, wait_for)
    truth = totals(counts, time(0))
    assert len(truth) == 105
    assert answered(ask, place, truth) == truth
    nobody_negative_and_no_ghosts(settings, ask, place, truth, wait_for)


def nobody_negative_and_no_ghosts(
    settings: Settings, ask: httpx2.Client, place: Site, days: Iterable[date], wait_for: Fixture
) -> None:
    """The door counts some fifteen more in than out a day: the house is empty at night all the same."""
    with working(settings.database_url.get_secret_value()):

        def waiting() -> int:
            return int(ask.get("/api/v1/health").json()["days_waiting"])

        wait_for(lambda: not waiting(), progress=waiting)
    query = f"/api/v1/sites/{place.id}/occupancy?from={min(days)}&to={max(days)}&step=15min"
    points = [p for p in ask.get(query).json() if p["people"] is not None]
    assert len(points) > 100 * 96
    assert all(0 <= p["lower"] <= p["people"] <= p["upper"] for p in points)
    assert all(p["final"] and p["peak"] >= 0 for p in points)
    raw = np.array([p["raw"] for p in points])
    assert raw.min() < 0 and np.abs(raw).max() > 40  # what counting alone says
    zone = ZoneInfo(place.timezone)
    hours = np.array([datetime.fromisoformat(p["start"]).astimezone(zone).hour for p in points])
    people, upper = (np.array([p[name] for p in points]) for name in ("people", "upper"))
    at_night = (hours >= 1) & (hours < 5)
    assert people[at_night].mean() < 0.5 and np.quantile(people[at_night], 0.99) < 2
    assert np.quantile(upper[at_night], 0.9) < 3
    assert people[(hours >= 10) & (hours < 16)].mean() > 10  # and by day it is not
