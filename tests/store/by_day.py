"""A library that is counted by whole business days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from besok.store.database import Database
from besok.store.write import Batch, write
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


def count(
    db: Database, visits: dict[date, int], device: str = "front", *, received: datetime | None = None
) -> None:
    """A whole business day in one reading each; received as soon as it was over, unless it is said when."""
    batch = []
    for day, people in visits.items():
        end = datetime(day.year, day.month, day.day, 4, tzinfo=HERE) + timedelta(days=1)
        batch += passed(
            f"lib/{device}", end.astimezone(UTC), people, people, period_s=86_400, received=received
        )
    write(db, Batch(readings=batch))


def ordinary(first: date, days: int) -> dict[date, int]:
    every = (first + timedelta(days=n) for n in range(days))
    return {day: 0 if day.weekday() == 6 else 100 + 10 * day.weekday() for day in every}
