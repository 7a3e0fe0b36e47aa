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
import pytest

from core.settings import Settings
from core.site import OpeningHours, Portal, Sensor, Site, SiteFile, Text
from store import sites
from store.database import Database

Fixture = Callable[..., Any]
NAME = Text(sv="Huset", en="The house")
ALWAYS = OpeningHours(
    **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "always")
)
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
        return "door/flow", {"time": end.isoformat(), "period_s": 1800, "in": self.people_in, "out": self.people_out}


def house_with_a_door(house: str, zone: str, day_start: time) -> Site:
    """A site with one counted entrance."""
    return Site(
        id=house,
        kind="library",
        name=NAME,
        timezone=zone,
        opening=ALWAYS,
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
        datetime.fromisoformat(f["start"]).astimezone(zone).date(): (f["people_in"], f["people_out"]) for f in flows
    }
    assert {date.fromisoformat(v["day"]): v["gross"] for v in visits} == {d: n for d, (n, _) in doors.items()}
    return doors


def replayed(
    counts: list[Count], place: Site, settings: Settings, db: Database,
    collect: Fixture, publish: Fixture, count: Fixture, wait_for: Fixture,
) -> None:  # fmt: skip
    """Send the counts through the broker and wait until the collector has stored them."""
    sites.apply(db, SiteFile(sites=(place,)))
    with collect(settings):
        publish(twice_and_out_of_order(counts))
        publish([replace(counts[0], start=counts[0].start - timedelta(days=7)).message])
        wait_for(lambda: count() >= 2 * len(counts) + 2)
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
    place = house_with_a_door(house, "America/Los_Angeles", time(0))
    replayed(counts, place, settings, db, collect, publish, count, wait_for)
    truth = totals(counts, time(0))
    assert len(truth) == 105
    assert answered(ask, place, truth) == truth
