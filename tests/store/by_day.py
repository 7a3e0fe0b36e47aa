"""A library that is counted by whole business days."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from besok.store.database import Database
from besok.store.write import Batch, write
from tests.databases import execute
from tests.readings import passed
from tests.sitetext import WEEK, door, sensor, site, space

HERE = ZoneInfo("Europe/Stockholm")
TARGET = "[sites.target]\nbaseline_first = 2025-01-01\nbaseline_last = 2025-03-31\ndeadline = 2027-12-31\n"
HOURS = dict.fromkeys(WEEK, "08:00-20:00") | {"sunday": "closed"}
SITE = "".join(
    (
        site(hours=HOURS),
        TARGET,
        space("hall", ("Hall", "Hall")),
        door("front", ("Entré", "Front")),
        sensor("front"),
    )
)

FIRST = date(2025, 1, 1)


def send(db: Database, visits: dict[date, int], *, received: datetime | None = None) -> None:
    """A whole business day in one reading each; received as soon as it was over, unless it is said when."""
    batch = []
    for day, people in visits.items():
        end = datetime(day.year, day.month, day.day, 4, tzinfo=HERE) + timedelta(days=1)
        batch += passed("lib/front", end.astimezone(UTC), people, people, period_s=86_400, received=received)
    write(db, Batch(readings=batch))


def count(db: Database, visits: Mapping[date, float], door: str = "front", site: str = "lib") -> None:
    """Whole business days at a door: what makes days of readings is tested elsewhere."""
    execute(
        db,
        "insert into flow_day (site_id, portal_id, day, people_in, people_out, covered_s, imputed)"
        " select site_id, portal_id, day, people, people, 86400, 0 from portal p join site s using (site_id),"
        " unnest(%s::date[], %s::float8[]) as told (day, people) where s.slug = %s and p.slug = %s"
        " on conflict (site_id, portal_id, day) do update"
        " set people_in = excluded.people_in, people_out = excluded.people_out",
        (list(visits), [float(n) for n in visits.values()], site, door),
    )


def ordinary(first: date, days: int) -> dict[date, int]:
    every = (first + timedelta(days=n) for n in range(days))
    return {day: 0 if day.weekday() == 6 else 100 + 10 * day.weekday() for day in every}
