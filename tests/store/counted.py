"""A house with two doors whose figures the tests of counting look at."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from besok.model import sitefile
from besok.model.readings import Reading
from besok.store import sites
from besok.store.database import Database
from besok.store.write import Batch, Incoming, Written, write
from tests.databases import execute
from tests.sitetext import door, sensor, site, space

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

HOUSE = "".join(
    (
        site(), space("hall", ("Hall", "Hall")), door("front", ("Entré", "Front")),
        door("back", ("Baksidan", "Back")), sensor("front"), sensor("back", more="swapped = true"),
    )
)  # fmt: skip

Bucket = tuple[float, float, float, float]  # in, out, seconds covered, imputed


def build(db: Database) -> None:
    """Apply the house."""
    sites.apply(db, sitefile.parse(HOUSE))


def after(minutes: float) -> datetime:
    """Minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def reading(
    minute: float,
    value: float,
    metric: str = "in_total",
    *,
    period_s: float = 0,
    wraps: int = 0,
    device: str = "front",
) -> Reading:
    """What a door says at a minute after noon."""
    return Reading(
        source="native", device=f"lib/{device}", channel="flow:1", metric=metric, value=value, time=after(minute),
        period_s=period_s, wraps=wraps,
    )  # fmt: skip


def put(db: Database, *readings: Reading) -> Written:
    """Write readings that come as soon as they happened."""
    return write(db, Batch(readings=[Incoming(reading=r, received=r.time or NOON) for r in readings]))


def buckets(db: Database, device: str = "front") -> dict[float, Bucket]:
    """By minutes after noon."""
    rows = execute(
        db,
        "select bucket, people_in, people_out, covered_s, imputed from flow_bucket join channel using (channel_id)"
        " join device using (device_id) where external_id = %s order by bucket",
        (f"lib/{device}",),
    )
    return {(r[0] - NOON).total_seconds() / 60: (r[1], r[2], r[3], r[4]) for r in rows}


def days(db: Database) -> dict[tuple[str, str], tuple[float, float]]:
    """In and out through the portals, in their own directions, by portal and business day."""
    rows = execute(
        db,
        "select slug, day::text, people_in, people_out from flow_day join portal using (portal_id) order by 1, 2",
    )
    return {(r[0], r[1]): (r[2], r[3]) for r in rows}


def people(found: dict[float, Bucket]) -> tuple[float, float]:
    """All who went in and out."""
    return sum(b[0] for b in found.values()), sum(b[1] for b in found.values())


def totals(*values: float, wraps: int = 0, device: str = "front") -> Sequence[Reading]:
    """A running total, minute by minute."""
    return [reading(n, value, wraps=wraps, device=device) for n, value in enumerate(values)]
