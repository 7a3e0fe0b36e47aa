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

from besok.model.settings import Settings
from besok.model.site import Sensor, Site, SiteFile
from besok.store import sites
from besok.store.database import Database
from besok.store.quarantine_decisions import Chosen, decide
from tests.patience import wait_for
from tests.small_sites import library

Fixture = Callable[..., Any]
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


def twice_and_out_of_order(counts: Iterable[Count]) -> list[tuple[str, dict[str, Any]]]:
    """Each message twice in a row, and then one in ten somewhere else."""
    sent = [count.message for count in counts for _ in range(2)]
    random = Random(1)
    for place in random.sample(range(len(sent)), len(sent) // 10):
        other = random.randrange(len(sent))
        sent[place], sent[other] = sent[other], sent[place]
    return sent


def totals(counts: Iterable[Count]) -> dict[date, tuple[int, int]]:
    """The file's own sums: people in and out by business day."""
    sums: defaultdict[date, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for count in counts:
        day = count.start.date() - timedelta(days=count.start.time() < time(4))
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
    counts: list[Count], file: SiteFile, settings: Settings, db: Database,
    collect: Fixture, publish: Fixture, count: Fixture,
) -> None:  # fmt: skip
    """Send the counts through the broker, wait until the collector has them, and release them: they are years late."""
    sites.apply(db, file)
    with collect(settings):
        publish(twice_and_out_of_order(counts))
        publish([replace(counts[0], start=counts[0].start - timedelta(days=7)).message])
        wait_for(lambda: _held(db) >= 2 * len(counts) + 2)
    door = Chosen(device=f"{file.sites[0].id}/door")
    decide(db, "released", door, author="Kim", now=datetime.now(UTC), reason="an old series")
    assert count() == 2 * len(counts) + 2


def test_the_projects_own_series_over_the_night_the_clocks_go_back(
    settings: Settings, house: str, db: Database, ask: httpx2.Client, collect: Fixture, publish: Fixture,
    count: Fixture,
) -> None:  # fmt: skip
    with OWN.open() as series:
        counts = [
            Count(start=datetime.fromisoformat(r["start"]), people_in=int(r["in"]), people_out=int(r["out"]))
            for r in csv.DictReader(series)
        ]
    file = library(house, hours="always", sensors=(Sensor(device="door", portal="door", interval_s=1800),))
    replayed(counts, file, settings, db, collect, publish, count)
    truth = totals(counts)
    assert len(truth) == 4
    assert answered(ask, file.sites[0], truth) == truth
